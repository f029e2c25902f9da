// A payment failed for good: operators hear of it. The shopper is told by the cancellation that follows from it, in one mail and not two.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { reportTrouble } from './collect-alerts.ts'

export const onPaymentFailed = on(paymentEvents.failed, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, amount, reason } = cause.data
  reportTrouble(tx, { kind: 'failed', orderId, number, amount, reason, at: cause.at.toISOString() }, deps)
})
