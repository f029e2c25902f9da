// Dashboard: which service or route is slow, fails, or runs out of something?
import * as units from '@grafana/grafana-foundation-sdk/units'
import { board, serviceVariable } from './board.ts'
import { figure, graph, table } from './metric-panels.ts'
import { highest, quantile, rate, share, total } from './promql.ts'

const requests = 'cartwright_http_request_duration_seconds'
const count = `${requests}_count`
const serverError = 'status=~"5.."'
const process = '{{job}} {{instance}}'

const now = [
  figure({
    title: 'Services that answer',
    about: 'Services that Prometheus scrapes now. There are seven.',
    unit: units.Short,
    queries: [['services', 'count(count by (service) (cartwright_build_info{service=~"$service"}))']],
  }),
  figure({
    title: 'Requests per second',
    about: 'Requests of customers and operators, as the gateway counts them.',
    unit: units.RequestsPerSecond,
    queries: [['requests', 'sum(rate(cartwright_http_request_duration_seconds_count{service="gateway"}[$__rate_interval]))']],
  }),
  figure({
    title: 'Failed requests',
    about: 'Share of the gateway’s requests that were answered with 5xx.',
    unit: units.PercentUnit,
    queries: [
      [
        'failed',
        '(sum(rate(cartwright_http_request_duration_seconds_count{service="gateway",status=~"5.."}[$__rate_interval])) or vector(0)) / (sum(rate(cartwright_http_request_duration_seconds_count{service="gateway"}[$__rate_interval])) > 0)',
      ],
    ],
    limits: { warn: 0.005, bad: 0.02 },
  }),
  figure({
    title: 'Slowest 5 % at the gateway',
    about: 'The 95th percentile of the gateway’s durations. Long polls of payments and carts count too, streams do not.',
    unit: units.Seconds,
    queries: [
      [
        'p95',
        'histogram_quantile(0.95, sum by (le) (rate(cartwright_http_request_duration_seconds_bucket{service="gateway",route!~".*/events|.*/stock-events"}[$__rate_interval])))',
      ],
    ],
  }),
  figure({
    title: 'Open circuits',
    about: 'Services that the gateway does not call for the moment, because they failed.',
    unit: units.Short,
    queries: [['circuits', 'sum(cartwright_circuit_open)']],
    limits: { bad: 1 },
  }),
  figure({
    title: 'Alerts that fire',
    about: 'Alerts that fire now. Alertmanager names them, and each links its runbook.',
    unit: units.Short,
    queries: [['alerts', 'count(ALERTS{alertstate="firing"}) or vector(0)']],
    limits: { bad: 1 },
  }),
]

const perService = [
  graph({
    title: 'Requests per second',
    about: 'Rate of requests that each service answers. The gateway’s requests are counted again by the service behind it.',
    unit: units.RequestsPerSecond,
    queries: [['{{service}}', rate(count, 'service')]],
  }),
  graph({
    title: 'Failed requests',
    about: 'Share of requests answered with 5xx. Above 2 % customers notice.',
    unit: units.PercentUnit,
    queries: [['{{service}}', share(count, 'service', { where: serverError })]],
    limits: { warn: 0.005, bad: 0.02 },
  }),
  graph({
    title: 'Duration, 95th percentile',
    about: 'One request of twenty takes longer. Look for the route in the table below.',
    unit: units.Seconds,
    queries: [['{{service}}', quantile(0.95, requests, 'service')]],
    limits: { warn: 0.5, bad: 2 },
  }),
]

const perRoute = [
  table({
    title: 'Routes',
    about: 'Every route with its rate, its share of 5xx and its durations, the busiest first.',
    unit: units.Seconds,
    queries: [
      ['Requests/s', rate(count, 'service, method, route')],
      ['Failed', share(count, 'service, method, route', { where: serverError })],
      ['Median', quantile(0.5, requests, 'service, method, route')],
      ['p95', quantile(0.95, requests, 'service, method, route')],
      ['p99', quantile(0.99, requests, 'service, method, route')],
    ],
    columns: [
      { name: 'Requests/s', unit: units.RequestsPerSecond },
      { name: 'Failed', unit: units.PercentUnit },
    ],
  }),
  graph({
    title: 'Answers by status',
    about: '4xx are refused inputs, 429 is the rate limit, 5xx are our failures.',
    unit: units.RequestsPerSecond,
    queries: [['{{status}}', rate(count, 'status')]],
    stacked: true,
    width: 12,
  }),
  graph({
    title: 'Slowest routes, 95th percentile',
    about: 'The five routes with the highest 95th percentile.',
    unit: units.Seconds,
    queries: [['{{service}} {{method}} {{route}}', `topk(5, ${quantile(0.95, requests, 'service, method, route')})`]],
    width: 12,
  }),
]

const limits = [
  graph({
    title: 'Refused by rate limits',
    about: 'Requests per second that were answered with 429, by limit. One limit alone: a client misbehaves.',
    unit: units.RequestsPerSecond,
    queries: [['{{class}}', rate('cartwright_rate_limited_requests_total', 'class')]],
  }),
  graph({
    title: 'Circuits',
    about: '1 while the gateway does not call a service because its last calls failed.',
    unit: units.Short,
    queries: [['{{upstream}}', highest('cartwright_circuit_open', 'upstream')]],
    limits: { bad: 1 },
  }),
  graph({
    title: 'Reads that a cache served',
    about: 'Share of hits. A fall after a deployment is normal; a lasting one loads the database.',
    unit: units.PercentUnit,
    queries: [['{{cache}}', share('cartwright_cache_reads_total', 'cache', { where: 'outcome="hit"' })]],
  }),
  graph({
    title: 'Security events per second',
    about: 'Failed sign-ins, refused codes and tokens, denied access. A rise of one event is an attack or a broken client.',
    unit: units.CountsPerSecond,
    queries: [['{{event}}', rate('cartwright_security_events_total', 'event')]],
    width: 24,
  }),
]

const saturation = [
  graph({
    title: 'Database connections in use',
    about: 'Active connections of each pool. When they reach the pool’s size, transactions wait.',
    unit: units.Short,
    queries: [['{{service}}', total('cartwright_database_pool_connections', 'service', { where: 'state="active"' })]],
  }),
  graph({
    title: 'Idle database connections',
    about: 'Connections that are open and free.',
    unit: units.Short,
    queries: [['{{service}}', total('cartwright_database_pool_connections', 'service', { where: 'state="idle"' })]],
  }),
  graph({
    title: 'Waiting for a database connection',
    about: 'Callers without a connection. Above zero for a minute: the pool is too small or the database is slow.',
    unit: units.Short,
    queries: [['{{service}}', total('cartwright_database_pool_waiting', 'service')]],
    limits: { warn: 1, bad: 10 },
  }),
  graph({
    title: 'Event loop delay, 99th percentile',
    about: 'How long Node.js is too busy to start work. Above 100 ms every request suffers.',
    unit: units.Seconds,
    queries: [[process, 'nodejs_eventloop_lag_p99_seconds']],
    limits: { warn: 0.05, bad: 0.2 },
  }),
  graph({
    title: 'Memory',
    about: 'Resident memory of each process. A line that never falls is a leak.',
    unit: units.BytesIEC,
    queries: [[process, 'process_resident_memory_bytes']],
  }),
  graph({
    title: 'Heap in use',
    about: 'JavaScript heap of each process.',
    unit: units.BytesIEC,
    queries: [[process, 'nodejs_heap_size_used_bytes']],
  }),
  graph({
    title: 'Processor time',
    about: 'Cores in use. A Node.js process that reaches one core is saturated: add a replica.',
    unit: units.PercentUnit,
    queries: [[process, 'rate(process_cpu_seconds_total[$__rate_interval])']],
    limits: { warn: 0.7, bad: 0.95 },
    width: 12,
  }),
  graph({
    title: 'Open handles',
    about: 'Sockets, timers and files. A line that never falls is a leak of connections.',
    unit: units.Short,
    queries: [[process, 'nodejs_active_handles_total']],
    width: 12,
  }),
]

const versions = [
  table({
    title: 'Versions',
    about: 'What runs where. More than one version of a service is a deployment that is under way.',
    unit: units.Short,
    queries: [['Instances', 'count by (service, version, node) (cartwright_build_info{service=~"$service"})']],
  }),
]

export const servicesBoard = board({
  uid: 'cartwright-services',
  title: 'Cartwright: services',
  about: 'Which service or route is slow, fails, or runs out of something? Rates, errors and durations, then saturation.',
  from: 'now-1h',
  variables: [serviceVariable()],
  rows: {
    Now: now,
    Services: perService,
    Routes: perRoute,
    'Limits and caches': limits,
    Saturation: saturation,
    Versions: versions,
  },
})
