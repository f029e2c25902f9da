// Metrics of cart.
import { counter, gauge } from '@cartwright/telemetry'

export const metrics = {
  active: gauge('cartwright_carts_active', 'Open carts that changed within the last 24 hours'),
  reads: counter('cartwright_cache_reads_total', 'Reads from a cache: hit, miss, or bypass while the cache cannot be used', {
    cache: ['cart'],
    outcome: ['hit', 'miss', 'bypass'],
  }),
}
