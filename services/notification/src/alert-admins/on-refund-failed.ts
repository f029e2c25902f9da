// A refund could not be made: somebody must see to the money that is still owed.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForAlert } from '../message.ts'

export const onRefundFailed = on(paymentEvents.refundFailed, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, refundId, amount, reason } = cause.data
  await askForAlert(
    tx,
    {
      cause,
      template: 'alert-refund-failed',
      content: { orderId, number, refundId, amount, reason },
      order: { orderId, number },
    },
    deps,
  )
})
