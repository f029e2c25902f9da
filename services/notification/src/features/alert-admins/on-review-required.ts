// Event handler: the paid amount differs from the order's total. It alerts the operators, who must decide.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { queueAlert } from '../../domain/message.ts'

export const onReviewRequired = on(paymentEvents.reviewRequired, async ({ tx, message: cause, deps }) => {
  const { orderId, number, expected, got } = cause.data
  await queueAlert(
    tx,
    { cause, template: 'alert-review-required', content: { orderId, number, expected, got }, order: { orderId, number } },
    deps,
  )
})
