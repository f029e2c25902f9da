// Metrics of one service instance: RED per route, the event backbone, and whatever the service adds. Served on a port of their own.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export const createMetrics = (service: string) => {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  // The default looks at the event loop a hundred times a second, for each service of the process: most of what an idle one costs.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 })
  const registers = [registry]
  return {
    registry,
    http: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Duration of requests by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    events: new Histogram({
      name: 'event_handling_duration_seconds',
      help: 'Duration of event handling by type and outcome',
      labelNames: ['type', 'outcome'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
    relay: new Histogram({
      name: 'outbox_relay_duration_seconds',
      help: 'Time from the outbox insert to the transport’s acceptance',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30],
      registers,
    }),
    jobs: new Histogram({
      name: 'job_duration_seconds',
      help: 'Duration of jobs by kind and outcome',
      labelNames: ['kind', 'outcome'],
      buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
      registers,
    }),
    outboxPending: new Gauge({ name: 'outbox_pending_events', help: 'Outbox rows that are not published', registers }),
    outboxAge: new Gauge({
      name: 'outbox_oldest_age_seconds',
      help: 'Age of the oldest outbox row that is not published',
      registers,
    }),
    deadLetters: new Gauge({ name: 'dead_letters_open', help: 'Dead letters that nobody has resolved', registers }),
    securityEvents: new Counter({
      name: 'cartwright_security_events_total',
      help: 'Security events such as refused tokens, failed sign-ins and ended sessions, by event',
      labelNames: ['event'],
      registers,
    }),
    /** A counter of the service's own. */
    counter: (name: string, help: string, labelNames: string[] = []) => new Counter({ name, help, labelNames, registers }),
    gauge: (name: string, help: string, labelNames: string[] = []) => new Gauge({ name, help, labelNames, registers }),
  }
}
export type Metrics = ReturnType<typeof createMetrics>
