// Metrics that service-kit measures for every service, for services with a schema, and for those with sagas.
import { readFileSync } from 'node:fs'
import { counter, createMetrics, gauge, histogram, type MetricDeclaration } from '@cartwright/telemetry'

/** Metrics of every service. */
const serviceMetrics = {
  http: histogram(
    'cartwright_http_request_duration_seconds',
    'Duration of requests. The route is its pattern, `unmatched`, or `unparsed` for requests that the HTTP parser refuses',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    { method: null, route: null, status: null },
  ),
  securityEvents: counter(
    'cartwright_security_events_total',
    'Security events such as refused tokens, failed sign-ins and ended sessions',
    { event: null },
  ),
  buildInfo: gauge('cartwright_build_info', 'Always 1; the labels name the versions of the shop and of Node.js', {
    version: null,
    node: null,
  }),
}

/** Metrics of services with consumers. */
export const handlingMetrics = {
  events: histogram(
    'cartwright_event_handling_duration_seconds',
    'Duration of event handling',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
    { type: null, outcome: null },
  ),
}

/** Gauges of services with consumers, measured when the page is read. */
export const lagMetrics = {
  lag: gauge('cartwright_consumer_lag_events', 'Events of a topic that a consumer group has not handled', {
    group: null,
    topic: null,
  }),
}

/** Metrics of the event runtime, for services with a schema. */
export const runtimeMetrics = {
  relay: histogram(
    'cartwright_outbox_relay_duration_seconds',
    'Time from the outbox insert to the transport’s acceptance',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30],
  ),
  jobs: histogram('cartwright_job_duration_seconds', 'Duration of tries of jobs', [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10], {
    kind: null,
    outcome: null,
  }),
}

/** Gauges of services with a schema, measured when the page is read. Every replica reports the same values, but for its own pool. */
export const schemaMetrics = {
  outboxPending: gauge('cartwright_outbox_pending_events', 'Outbox rows that are not published, 100000 at most'),
  outboxAge: gauge('cartwright_outbox_oldest_age_seconds', 'Age of the oldest outbox row that is not published'),
  jobsDue: gauge('cartwright_jobs_due', 'Jobs that are due or wait for their next try, 10000 at most in all', { kind: null }),
  jobsAge: gauge('cartwright_jobs_oldest_due_age_seconds', 'Seconds for which the oldest due job has been due', { kind: null }),
  jobsGivenUp: gauge('cartwright_jobs_given_up', 'Jobs that failed for good within the last 24 hours', { kind: null }),
  deadLetters: gauge('cartwright_dead_letters_open', 'Dead letters that are not resolved, 100000 at most'),
  poolConnections: gauge('cartwright_database_pool_connections', 'Database connections of this process', {
    state: ['active', 'idle'],
  }),
  poolWaiting: gauge(
    'cartwright_database_pool_waiting',
    'Statements and transactions of this process that wait for a connection',
  ),
}

/** Metrics of services with a schema that check invariants. */
export const invariantMetrics = {
  now: gauge(
    'cartwright_invariant_violations',
    'Violations of an invariant found by the last check, 20 at most; absent in replicas that do not check',
    { invariant: null },
  ),
  total: counter(
    'cartwright_invariant_violations_total',
    'Violations of an invariant since the start, each counted once for as long as it lasts',
    { invariant: null },
  ),
}

/** Gauges of services with sagas, measured when the page is read. States that end a saga are left out. */
export const sagaMetrics = {
  instances: gauge('cartwright_sagas', 'Sagas that have not ended', { saga: null, state: null }),
  oldest: gauge('cartwright_sagas_oldest_age_seconds', 'Seconds since the last step of the saga that has waited longest', {
    saga: null,
    state: null,
  }),
  overdue: gauge('cartwright_sagas_overdue', 'Sagas that stand more than a minute past their deadline, 10000 at most', {
    saga: null,
  }),
}

const rootPackage = new URL('../../../../package.json', import.meta.url)

/** Creates the registry of a service instance with the metrics of every service. */
export const createServiceMetrics = (service: string) => {
  const created = createMetrics(service)
  const opened = created.open(serviceMetrics)
  const { version } = JSON.parse(readFileSync(rootPackage, 'utf8')) as { version: string }
  opened.buildInfo.set({ version, node: process.versions.node }, 1)
  return { ...created, ...opened }
}
export type Metrics = ReturnType<typeof createServiceMetrics>

/** Every metric that a service declares or inherits, for documents and tests. */
export const declaredMetrics = (definition: {
  migrations?: string
  consumers?: readonly unknown[]
  projections?: object
  sagas?: readonly unknown[]
  metrics?: Readonly<Record<string, MetricDeclaration>>
}): readonly MetricDeclaration[] => [
  ...Object.values(serviceMetrics),
  ...(definition.migrations === undefined ? [] : Object.values({ ...runtimeMetrics, ...schemaMetrics, ...invariantMetrics })),
  ...(definition.consumers?.length || definition.projections ? Object.values({ ...handlingMetrics, ...lagMetrics }) : []),
  ...(definition.sagas?.length ? Object.values(sagaMetrics) : []),
  ...Object.values(definition.metrics ?? {}),
]
