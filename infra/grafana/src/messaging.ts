// Dashboard: does every event, job and saga get done, and do the invariants hold?
import * as units from '@grafana/grafana-foundation-sdk/units'
import { board, serviceVariable } from './board.ts'
import { figure, graph, table } from './metric-panels.ts'
import { highest, quantile, rate, total } from './promql.ts'

const now = [
  figure({
    title: 'Events behind',
    about: 'Events that consumers have not handled yet, over all groups.',
    unit: units.Short,
    queries: [['events', 'sum(cartwright_consumer_lag_events{service=~"$service"})']],
    limits: { warn: 100, bad: 1000 },
  }),
  figure({
    title: 'Oldest unsent event',
    about: 'Age of the oldest outbox row. Above a minute the relay does not reach Kafka.',
    unit: units.Seconds,
    queries: [['age', 'max(cartwright_outbox_oldest_age_seconds{service=~"$service"})']],
    limits: { warn: 10, bad: 60 },
  }),
  figure({
    title: 'Open dead letters',
    about: 'Messages that failed for good and wait for an operator: `npm run ops -- dead-letters list`.',
    unit: units.Short,
    queries: [['dead letters', 'sum(cartwright_dead_letters_open{service=~"$service"})']],
    limits: { bad: 1 },
  }),
  figure({
    title: 'Jobs given up',
    about: 'Jobs whose tries are used up. Each is a mail, a refund or a payment that did not happen.',
    unit: units.Short,
    queries: [['jobs', 'sum(cartwright_jobs_given_up{service=~"$service"})']],
    limits: { bad: 1 },
  }),
  figure({
    title: 'Overdue sagas',
    about: 'Checkouts past their deadline: `npm run ops -- saga show <order>` says what they wait for.',
    unit: units.Short,
    queries: [['sagas', 'sum(cartwright_sagas_overdue{service=~"$service"})']],
    limits: { bad: 1 },
  }),
  figure({
    title: 'Violated invariants',
    about: 'Rows that contradict a rule of the shop, over all checks. It must be 0.',
    unit: units.Short,
    queries: [['rows', 'sum(cartwright_invariant_violations{service=~"$service"})']],
    limits: { bad: 1 },
  }),
]

const events = [
  graph({
    title: 'Consumer lag',
    about: 'Events that a group has not handled yet, by topic. It rises with load and must fall again.',
    unit: units.Short,
    queries: [['{{group}} reads {{topic}}', total('cartwright_consumer_lag_events', 'group, topic')]],
    limits: { warn: 100, bad: 1000 },
  }),
  graph({
    title: 'Events handled per second',
    about: 'By outcome: handled, duplicate (skipped), dead letter.',
    unit: units.CountsPerSecond,
    queries: [['{{service}} {{outcome}}', rate('cartwright_event_handling_duration_seconds_count', 'service, outcome')]],
  }),
  graph({
    title: 'Duration of handling, 95th percentile',
    about: 'By type of event. A slow handler delays every event behind it in its partition.',
    unit: units.Seconds,
    queries: [['{{service}} {{type}}', quantile(0.95, 'cartwright_event_handling_duration_seconds', 'service, type')]],
  }),
  graph({
    title: 'Unsent events',
    about: 'Rows of the outbox that are not published.',
    unit: units.Short,
    queries: [['{{service}}', total('cartwright_outbox_pending_events', 'service')]],
  }),
  graph({
    title: 'Age of the oldest unsent event',
    about: 'Above a minute: Kafka is unreachable or the relay does not run.',
    unit: units.Seconds,
    queries: [['{{service}}', highest('cartwright_outbox_oldest_age_seconds', 'service')]],
    limits: { warn: 10, bad: 60 },
  }),
  graph({
    title: 'From commit to broker, 95th percentile',
    about: 'Time from the insert into the outbox to the broker’s acknowledgement.',
    unit: units.Seconds,
    queries: [['{{service}}', quantile(0.95, 'cartwright_outbox_relay_duration_seconds', 'service')]],
  }),
  graph({
    title: 'Open dead letters',
    about: 'By service. Each one names its error; redrive it after the cause is mended.',
    unit: units.Short,
    queries: [['{{service}}', total('cartwright_dead_letters_open', 'service')]],
    limits: { bad: 1 },
    width: 12,
  }),
  table({
    title: 'Events by type',
    about: 'Rate and duration of each type of event, the most frequent first.',
    unit: units.Seconds,
    queries: [
      ['Events/s', rate('cartwright_event_handling_duration_seconds_count', 'service, type')],
      ['p95', quantile(0.95, 'cartwright_event_handling_duration_seconds', 'service, type')],
    ],
    columns: [{ name: 'Events/s', unit: units.CountsPerSecond }],
    width: 12,
  }),
]

const jobs = [
  graph({
    title: 'Due jobs',
    about: 'Jobs whose time has come and which are not finished, by kind.',
    unit: units.Short,
    queries: [['{{service}} {{kind}}', total('cartwright_jobs_due', 'service, kind')]],
  }),
  graph({
    title: 'Age of the oldest due job',
    about: 'How late the work is. Minutes: the other side (Stripe, mail, search) is slow or down.',
    unit: units.Seconds,
    queries: [['{{service}} {{kind}}', highest('cartwright_jobs_oldest_due_age_seconds', 'service, kind')]],
    limits: { warn: 60, bad: 300 },
  }),
  graph({
    title: 'Jobs given up',
    about: 'By kind. They stay until an operator repeats or dismisses them.',
    unit: units.Short,
    queries: [['{{service}} {{kind}}', total('cartwright_jobs_given_up', 'service, kind')]],
    limits: { bad: 1 },
  }),
  graph({
    title: 'Jobs per second by outcome',
    about: 'Retries mean that the other side failed for a moment.',
    unit: units.CountsPerSecond,
    queries: [['{{kind}} {{outcome}}', rate('cartwright_job_duration_seconds_count', 'kind, outcome')]],
    width: 12,
  }),
  graph({
    title: 'Duration of jobs, 95th percentile',
    about: 'Mostly the time that the other side takes.',
    unit: units.Seconds,
    queries: [['{{service}} {{kind}}', quantile(0.95, 'cartwright_job_duration_seconds', 'service, kind')]],
    width: 12,
  }),
]

const sagas = [
  graph({
    title: 'Checkouts by state',
    about: 'Sagas that are not finished. Those that wait for the payment are customers on the payment page.',
    unit: units.Short,
    queries: [['{{state}}', total('cartwright_sagas', 'saga, state')]],
    stacked: true,
  }),
  graph({
    title: 'Age of the oldest checkout by state',
    about: 'A state other than the wait for a payment must not be older than a minute.',
    unit: units.Seconds,
    queries: [['{{state}}', highest('cartwright_sagas_oldest_age_seconds', 'saga, state')]],
  }),
  graph({
    title: 'Overdue sagas',
    about: 'Past their deadline, and not moved on. The runner moves them; when it does not, an operator must.',
    unit: units.Short,
    queries: [['{{saga}}', total('cartwright_sagas_overdue', 'saga')]],
    limits: { bad: 1 },
  }),
]

const invariants = [
  graph({
    title: 'Violated invariants',
    about: 'Rows that contradict a rule now. Money, stock or orders have drifted apart: follow the runbook at once.',
    unit: units.Short,
    queries: [['{{invariant}}', total('cartwright_invariant_violations', 'invariant')]],
    limits: { bad: 1 },
  }),
  graph({
    title: 'New violations per hour',
    about: 'Violations that the checks found in the last hour.',
    unit: units.Short,
    queries: [['{{invariant}}', 'sum by (invariant) (increase(cartwright_invariant_violations_total{service=~"$service"}[1h]))']],
    limits: { bad: 1 },
  }),
  graph({
    title: 'Search index behind',
    about: 'Products whose document is out of date, and the age of the oldest change. Search shows old data so long.',
    unit: units.Short,
    queries: [
      ['products', 'sum(cartwright_search_pending_products)'],
      ['age of the oldest (s)', 'max(cartwright_search_oldest_pending_age_seconds)'],
    ],
    limits: { warn: 60, bad: 600 },
  }),
]

export const messaging = board({
  uid: 'cartwright-messaging',
  title: 'Cartwright: messaging',
  about: 'Does every event, job and saga get done, and do the invariants hold?',
  from: 'now-1h',
  variables: [serviceVariable()],
  rows: { Now: now, Events: events, Jobs: jobs, Sagas: sagas, Invariants: invariants },
})
