// Metrics of order. Counters count after the commit, once per order, so a repeated request or event does not count.
import { counter, gauge } from '@cartwright/telemetry'

export const metrics = {
  placed: counter('cartwright_orders_placed_total', 'Orders that were placed', { currency: null }),
  revenue: counter(
    'cartwright_order_revenue_minor_total',
    'Totals of confirmed orders in minor units of the currency; refunds are not subtracted',
    { currency: null },
  ),
  outcomes: counter('cartwright_order_outcomes_total', 'Finished checkouts: confirmed, or the reason of the cancellation', {
    outcome: ['confirmed', 'out_of_stock', 'reservation_timeout', 'payment_failed', 'payment_expired', 'customer', 'operator'],
  }),
  repeatedRequests: counter(
    'cartwright_saga_requests_repeated_total',
    'Requests that the checkout saga repeated because no answer came before the deadline',
    { request: ['stock', 'commit'] },
  ),
  checkoutsWaiting: gauge('cartwright_checkouts_waiting', 'Checkouts that wait in the admission queue'),
}
