// Event handler: a payment failed for good. It alerts the operators; the shopper gets the mail about the cancellation that follows.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { recordFailure } from './record-failure.ts'

export const onPaymentFailed = on(paymentEvents.failed, async ({ tx, message: cause, deps }) => {
  const { orderId, number, amount, reason } = cause.data
  recordFailure(tx, { kind: 'failed', orderId, number, amount, reason, at: cause.at.toISOString() }, deps)
})
