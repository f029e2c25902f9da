// Metrics of payment.
import { counter } from '@cartwright/telemetry'

export const metrics = {
  outcomes: counter('cartwright_payment_outcomes_total', 'Outcomes of payment attempts', {
    outcome: ['paid', 'review', 'expired', 'failed', 'declined'],
  }),
  refunds: counter('cartwright_payment_refunds_total', 'Refunds by the state that they reached', {
    state: ['succeeded', 'failed'],
  }),
  webhooks: counter('cartwright_payment_webhooks_total', 'Webhooks of Stripe', { outcome: ['stored', 'duplicate', 'refused'] }),
  drift: counter('cartwright_payment_drift_total', 'Differences between payment rows and Stripe that a reconciliation found', {
    kind: null,
  }),
}
