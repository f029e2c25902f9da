// Event handler: a dispute was closed. It alerts the operators.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { queueAlert } from '../../domain/message.ts'

export const onDisputeClosed = on(paymentEvents.disputeClosed, async ({ tx, message: cause, deps }) => {
  const { orderId, number, disputeId, amount, outcome } = cause.data
  await queueAlert(
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
