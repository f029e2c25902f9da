// Event handler: a refund failed. It alerts the operators and writes to the customer that the money is still owed.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { ofOwner, queueAlert, queueEmail } from '../../domain/message.ts'

export const onRefundFailed = on(paymentEvents.refundFailed, async ({ tx, message: cause, deps }) => {
  const { orderId, number, refundId, amount, reason, recipient, locale, principalId, lines, taxes } = cause.data
  const content = { number, amount, ...(lines && { lines }), ...(taxes && { taxes }) }
  const order = { orderId, number }
  await queueAlert(
    tx,
    { cause, template: 'alert-refund-failed', content: { orderId, number, refundId, amount, reason }, order },
    deps,
  )
  await queueEmail(tx, { cause, template: 'refund-failed', content, to: recipient, locale, ...ofOwner(principalId), order }, deps)
})
