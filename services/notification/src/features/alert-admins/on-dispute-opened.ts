// Event handler: a customer disputes a payment. It alerts the operators, who must answer before a deadline.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { queueAlert } from '../../domain/message.ts'

export const onDisputeOpened = on(paymentEvents.disputeOpened, async ({ tx, message: cause, deps }) => {
  const { orderId, number, disputeId, amount, reason, dueAt } = cause.data
  await queueAlert(
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
