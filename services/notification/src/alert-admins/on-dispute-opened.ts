// A customer disputes a payment: somebody must answer in time.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForAlert } from '../message.ts'

export const onDisputeOpened = on(paymentEvents.disputeOpened, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, disputeId, amount, reason, dueAt } = cause.data
  await askForAlert(
    tx,
    {
      cause,
      template: 'alert-dispute-opened',
      content: { orderId, number, disputeId, amount, reason, dueAt },
      order: { orderId, number },
    },
    deps,
  )
})
