// Money was sent back, by the shop or in Stripe's dashboard.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForMail, ofOwner } from '../message.ts'

export const onRefundSucceeded = on(paymentEvents.refundSucceeded, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, recipient, locale, principalId, amount, refundedTotal, captured } = cause.data
  await askForMail(
    tx,
    {
      cause,
      template: 'refund-succeeded',
      content: { number, amount, refundedTotal, captured },
      to: recipient,
      locale,
      ...ofOwner(principalId),
      order: { orderId, number },
    },
    deps,
  )
})
