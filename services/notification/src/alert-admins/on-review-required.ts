// A paid amount is not the order's: somebody must decide.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForAlert } from '../message.ts'

export const onReviewRequired = on(paymentEvents.reviewRequired, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, expected, got } = cause.data
  await askForAlert(
    tx,
    { cause, template: 'alert-review-required', content: { orderId, number, expected, got }, order: { orderId, number } },
    deps,
  )
})
