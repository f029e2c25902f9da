// A dispute has ended.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForAlert } from '../message.ts'

export const onDisputeClosed = on(paymentEvents.disputeClosed, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, disputeId, amount, outcome } = cause.data
  await askForAlert(
    tx,
    {
      cause,
      template: 'alert-dispute-closed',
      content: { orderId, number, disputeId, amount, outcome },
      order: { orderId, number },
    },
    deps,
  )
})
