// Event handler: a refund succeeded, made by the shop or in Stripe's dashboard. It writes to the customer.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { ofOwner, queueEmail } from '../../domain/message.ts'

export const onRefundSucceeded = on(paymentEvents.refundSucceeded, async ({ tx, message: cause, deps }) => {
  const { orderId, number, recipient, locale, principalId, amount, refundedTotal, captured, lines, taxes } = cause.data
  await queueEmail(
    tx,
    {
      cause,
      template: 'refund-succeeded',
      content: { number, amount, refundedTotal, captured, ...(lines && { lines }), ...(taxes && { taxes }) },
      to: recipient,
      locale,
      ...ofOwner(principalId),
      order: { orderId, number },
    },
    deps,
  )
})
