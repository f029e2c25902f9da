// A refund could not be made: the customer hears that the money is still owed, and an operator must see to it.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForAlert, askForMail, ofOwner } from '../message.ts'

export const onRefundFailed = on(paymentEvents.refundFailed, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, refundId, amount, reason, recipient, locale, principalId } = cause.data
  const order = { orderId, number }
  await askForAlert(
    tx,
    { cause, template: 'alert-refund-failed', content: { orderId, number, refundId, amount, reason }, order },
    deps,
  )
  await askForMail(
    tx,
    { cause, template: 'refund-failed', content: { number, amount }, to: recipient, locale, ...ofOwner(principalId), order },
    deps,
  )
})
