// Metrics of catalog.
import { gauge } from '@cartwright/telemetry'

/** What may answer searches. */
export const searchEngines = ['elasticsearch', 'memory', 'database'] as const

export const metrics = {
  held: gauge('cartwright_reservations_held', 'Reservations that hold stock for an order'),
  stockOuts: gauge('cartwright_stock_out_variants', 'Variants on sale of which nothing is available, 10000 at most'),
  pending: gauge('cartwright_search_pending_products', 'Products whose search document is out of date, 100000 at most'),
  pendingAge: gauge(
    'cartwright_search_oldest_pending_age_seconds',
    'Seconds for which the search document that waits longest has been out of date',
  ),
  answering: gauge('cartwright_search_answering', 'What answers searches now: 1, and 0 for the others', {
    engine: searchEngines,
  }),
  circuit: gauge('cartwright_circuit_open', 'Whether the circuit breaker of an upstream is open: 1 or 0', {
    upstream: ['elasticsearch'],
  }),
}
