// Metrics of the gateway.
import { upstreamNames } from '@cartwright/contracts'
import { counter, gauge } from '@cartwright/telemetry'
import { rateClasses } from './domain/rate-classes.ts'

export const metrics = {
  cacheReads: counter('cartwright_cache_reads_total', 'Reads from a cache: hit or miss', {
    cache: ['responses'],
    outcome: ['hit', 'miss'],
  }),
  rateLimited: counter('cartwright_rate_limited_requests_total', 'Requests that a rate limit refused, by rate class', {
    class: rateClasses,
  }),
  openStreams: gauge('cartwright_event_streams_open', 'Open streams of server-sent events'),
  circuit: gauge('cartwright_circuit_open', 'Whether the circuit breaker of an upstream is open: 1 or 0', {
    upstream: upstreamNames,
  }),
}
