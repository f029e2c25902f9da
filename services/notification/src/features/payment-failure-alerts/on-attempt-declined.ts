// Event handler: a card was declined. The shopper gets a link to the payment page, the operators a grouped alert.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { ofOwner, queueEmail } from '../../domain/message.ts'
import { recordFailure } from './record-failure.ts'

export const onAttemptDeclined = on(paymentEvents.attemptDeclined, async ({ tx, message: cause, deps }) => {
  const { orderId, number, recipient, locale, principalId, amount, declineCode, payUrl } = cause.data
  await queueEmail(
    tx,
    {
      cause,
      template: 'payment-declined',
      content: { orderId, number, amount, declineCode, payUrl },
      to: recipient,
      locale,
      ...ofOwner(principalId),
      order: { orderId, number },
    },
    deps,
  )
  recordFailure(tx, { kind: 'declined', orderId, number, amount, reason: declineCode, at: cause.at.toISOString() }, deps)
})
