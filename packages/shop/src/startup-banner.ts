// Startup banner of the terminal, and `running.json` for programs: the address of every part.

import { logIndexName } from './logs/log-index.ts'
import { table } from './progress.ts'
import type { Runtime } from './runtime.ts'
import type { MovedPort } from './service-ports.ts'
import type { ServiceAddress } from './service-processes.ts'

/** Addresses of what observes the shop. */
export interface ObserverAddresses {
  prometheus: string
  /** Where its pages for people begin. */
  prometheusPages: string
  alertmanager: string
  /** Absent when the machine has no Jaeger. */
  jaeger?: string
  /** Address of a trace, to which its id is appended. */
  traces?: string
}

export interface ShopAddresses extends Partial<ObserverAddresses> {
  mode: 'embedded' | 'distributed'
  services: Readonly<Record<string, ServiceAddress>>
  moved: readonly MovedPort[]
  kafka?: string
  redis?: string
  elasticsearch?: string
}

/** Removes user and password from an address. */
const withoutAccount = (address: string): string => {
  const url = new URL(address)
  url.username = ''
  url.password = ''
  return url.href
}

/** Address that searches the log lines. */
const logSearch = (url: string): string => new URL(`/${logIndexName}/_search`, withoutAccount(url)).href

const engineRows = (runtime: Runtime, places: ShopAddresses): [string, string][] => {
  const { engine, url } = runtime.database
  const absent = (fallback: string) => `not started: ${fallback}`
  return [
    ['Database', engine ? `${engine.kind} ${engine.version} at port ${engine.port}` : withoutAccount(url)],
    ['Events', places.kafka ? `Kafka at ${places.kafka}` : 'in memory, from the outbox in the database'],
    ['Cache', places.redis ? withoutAccount(places.redis) : absent('reads go to the database, limits count in this process')],
    ['Search', places.elasticsearch ? withoutAccount(places.elasticsearch) : 'in memory, from an index that catalog builds'],
  ]
}

const observerRows = ({ prometheusPages, alertmanager, traces }: ShopAddresses): [string, string][] =>
  prometheusPages === undefined
    ? []
    : [
        ['Prometheus', `${prometheusPages}/targets shows which services are up, ${prometheusPages}/graph draws metrics`],
        [
          'Alerts',
          `${prometheusPages}/alerts shows every rule; Alertmanager at ${alertmanager} mails those that fire to the mailbox`,
        ],
        [
          'Traces',
          traces ? `${traces}ID shows one request through all services` : 'not kept: `npm run build:jaeger` builds Jaeger once',
        ],
        ['One order', '`npm run ops -- order show NUMBER` prints it, with the addresses of its trace and its log lines'],
      ]

const logText = (runtime: Runtime): string => {
  const { logElasticsearchUrl: url } = runtime.config
  const folder = runtime.data.path('logs')
  return url ? `${folder}, and ${logSearch(url)}?q=labels.order_id:ID finds all lines of an order` : folder
}

/** First and last port of the metrics, or each of them when the ports are not in a row. */
const metricsText = ({ services }: ShopAddresses): string => {
  const ports = Object.values(services)
    .map(({ metrics }) => Number(new URL(metrics).port))
    .sort((a, b) => a - b)
  const [first = 0] = ports
  const isRow = ports.every((port, index) => port === first + index)
  return `http://127.0.0.1:PORT/metrics, PORT ${isRow ? `${first} to ${ports.at(-1)}` : ports.join(', ')}`
}

const movedLines = ({ moved }: ShopAddresses): string[] =>
  moved.length === 0
    ? []
    : [...moved.map(({ variable, wanted, port }) => `${variable}: ${wanted} is taken, ${port} is used.`), '']

const accounts = table([
  ['Admin', 'admin@example.com / cartwright-demo'],
  ['Customers', 'alice@example.com, bob@, clara@, david@ and emma@example.com / cartwright-demo'],
])

/** Text that is printed when the shop is ready. */
export const startupBanner = (runtime: Runtime, places: ShopAddresses): string => {
  const { mailbox, sandbox } = runtime.devServices
  return [
    '',
    `Cartwright is ready (${places.mode}).`,
    '',
    table([
      ['Shop API', runtime.publicUrl],
      ['API reference', `${runtime.publicUrl}/docs`],
      ['Mailbox', mailbox?.url ?? 'mails go to SMTP_URL'],
      ['Stripe sandbox', sandbox ? `${sandbox.url} (card 4242 4242 4242 4242 pays)` : 'Stripe itself'],
      ...engineRows(runtime, places),
      ['Metrics', metricsText(places)],
      ['Logs', logText(runtime)],
      ...observerRows(places),
    ]),
    '',
    ...movedLines(places),
    ...(runtime.isProduction ? [] : [accounts, '']),
    'Ctrl-C stops everything; the data stays.',
  ].join('\n')
}

/** Content of `running.json`. It omits parts that do not run, and no address holds a password. */
export const runningFile = (runtime: Runtime, places: ShopAddresses): object => {
  const { logElasticsearchUrl } = runtime.config
  const { mailbox, sandbox } = runtime.devServices
  return {
    mode: places.mode,
    pid: process.pid,
    gateway: runtime.publicUrl,
    ...(mailbox ? { mailbox: mailbox.url, smtp: mailbox.smtpUrl } : {}),
    ...(sandbox ? { stripeSandbox: sandbox.url } : {}),
    ...(places.kafka ? { kafka: places.kafka } : {}),
    mysql: withoutAccount(runtime.database.url),
    ...(places.redis ? { redis: withoutAccount(places.redis) } : {}),
    ...(places.elasticsearch ? { elasticsearch: withoutAccount(places.elasticsearch) } : {}),
    ...(places.prometheus ? { prometheus: places.prometheus, alertmanager: places.alertmanager } : {}),
    ...(places.jaeger ? { jaeger: places.jaeger, traces: places.traces } : {}),
    ...(logElasticsearchUrl ? { logs: logSearch(logElasticsearchUrl) } : {}),
    services: places.services,
    ...(places.moved.length > 0 ? { movedPorts: places.moved } : {}),
  }
}
