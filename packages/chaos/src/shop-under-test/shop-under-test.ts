// Shop under test: the distributed shop with its engines behind proxies, stand-ins for mail and Stripe, and short deadlines.
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type SchemaOwner, schemaOwners, services } from '@cartwright/contracts'
import type { WireRecord } from '@cartwright/messaging'
import { kafkaTransport } from '@cartwright/messaging/kafka'
import { claimPort } from '@cartwright/native'
import type { Environment } from '@cartwright/service-kit'
import {
  type DevServices,
  drawSecrets,
  dropSchemas,
  openDevServices,
  type ShopSecrets,
  schemaUrl,
  shopEnvironment,
} from '@cartwright/shop/test-shop'
import { proxyOf, type TcpProxy } from '@cartwright/testing'
import { type DatabaseClient, openDatabaseClient } from './database-client.ts'
import { type Engines, type GivenEngines, openEngines } from './engines.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { firstPort, type Replicas } from './fleet-addresses.ts'
import { type MailLog, openMailLog } from './mail-log.ts'

/** Deadlines of seconds instead of minutes, so that a run is short. */
export const shortDeadlines = {
  ORDER_RESERVE_TIMEOUT_SEC: '8',
  ORDER_COMMIT_TIMEOUT_SEC: '5',
  ORDER_EXPIRY_TIMEOUT_SEC: '5',
  ORDER_SESSION_TIMEOUT_SEC: '90',
  // Longer than a charge may take to be announced, so that the reconciler does not hide a lost webhook.
  PAYMENT_RECONCILE_SEC: '20',
  NOTIFICATION_ALERT_WINDOW_SEC: '2',
  NOTIFICATION_SMTP_TIMEOUT_MS: '5000',
  IDENTITY_BCRYPT_COST: '4',
  // Simulated users do not renew tokens, and some scenarios take longer than a usual token lives.
  IDENTITY_ACCESS_TOKEN_SEC: '7200',
  IDENTITY_ADMIN_ACCESS_TOKEN_SEC: '7200',
} as const satisfies Environment

export interface ShopUnderTestOptions {
  /** Folder of the engines' data and the logs. Removed at the end unless `keep`. */
  dataDir: string
  given?: GivenEngines
  replicas?: Replicas
  /** Folder of the services' code, when it is not this one. */
  root?: string
  /** Gives every service a load balancer, so that its replicas can be replaced. */
  stableAddresses?: boolean
  /** Variables on top of the deadlines. */
  env?: Environment
  /** Deadlines of the services; the short ones when left out, and those of production when empty. */
  deadlines?: Environment
  keep?: boolean
  print?(line: string): void
  onDeath?(label: string, how: string): void
}

export interface ShopUnderTest extends AsyncDisposable {
  engines: Engines
  fleet: Fleet
  devServices: DevServices
  stripeProxy: TcpProxy
  secrets: ShopSecrets
  /** Address of the gateway. */
  url: string
  sandboxUrl: string
  mails: MailLog
  logDir: string
  /** Runs SQL past every proxy, as root. */
  query: DatabaseClient['query']
  /** The name of a table with its schema, such as `c_1a2b3c4d_order.customer_order`. */
  table(owner: SchemaOwner, name: string): string
  /** Puts records on a topic, past the outbox and the proxy. */
  produce(records: readonly WireRecord[]): Promise<void>
  /** Ids of made-up events of every run of this shop: a consumer may read one after its run is over. */
  readonly poison: Set<string>
  /** Calls a control path of the Stripe sandbox. */
  control(path: string, body: object): Promise<void>
  stop(): Promise<void>
}

const startStandIns = async (secrets: ShopSecrets, gatewayUrl: string, opened: AsyncDisposableStack) => {
  const devServices = await openDevServices({
    config: { smtpUrl: null, stripeKey: null, webhookSecrets: null, mailboxPort: 0, sandboxPort: 0, sandboxLatencyMs: 0 },
    secrets,
    gatewayUrl,
  })
  opened.defer(() => devServices.stop())
  const { mailbox, sandbox } = devServices
  if (mailbox === null || sandbox === null) throw new Error('the stand-ins for mail and Stripe did not start')
  const mails = openMailLog(mailbox)
  opened.defer(() => mails.stop())
  const stripeProxy = await proxyOf(sandbox.url)
  opened.defer(() => stripeProxy.stop())
  return { devServices, mailbox, sandbox, mails, stripeProxy }
}

/** Each service reaches its own schema through a proxy of its own. */
const databaseUrls = ({ mysql, databaseProxies }: Engines, prefix: string): Environment =>
  Object.fromEntries(
    schemaOwners.map((name) => [services[name].databaseUrl, databaseProxies[name].through(schemaUrl(mysql.url, prefix + name))]),
  )

interface Parts extends Awaited<ReturnType<typeof startStandIns>> {
  engines: Engines
  secrets: ShopSecrets
  schemaPrefix: string
  gatewayPort: number
}

const serviceEnvironment = (parts: Parts, { env, deadlines = shortDeadlines }: ShopUnderTestOptions): Environment => {
  const { engines, secrets, schemaPrefix, gatewayPort, devServices, mailbox, sandbox, stripeProxy } = parts
  return shopEnvironment(
    {
      secrets,
      databaseUrl: engines.mysql.url,
      schemaPrefix,
      publicUrl: `http://127.0.0.1:${gatewayPort}`,
      gatewayPort,
      smtpUrl: devServices.smtpUrl,
      stripe: { ...devServices.stripe, apiBase: stripeProxy.through(sandbox.url) },
      mailboxUrl: mailbox.url,
      kafkaBrokers: `127.0.0.1:${engines.kafkaProxy.port}`,
      redisUrl: engines.redisProxy.through(engines.redis.url),
      elasticsearchUrl: engines.elasticsearchProxy.through(engines.elasticsearch.url).replace(/\/$/, ''),
    },
    {
      PATH: '/usr/bin:/bin',
      LOG_LEVEL: 'info',
      CATALOG_INDEX_PREFIX: schemaPrefix,
      ...databaseUrls(engines, schemaPrefix),
      ...deadlines,
      ...env,
    },
  )
}

const openTransport = async ({ kafka }: Engines, opened: AsyncDisposableStack) => {
  const transport = await kafkaTransport({
    brokers: [kafka.url],
    clientId: 'chaos',
    reach: () => ({ host: '127.0.0.1', port: kafka.port }),
  })
  opened.defer(() => transport.close())
  return transport
}

const callSandbox = async (sandboxUrl: string, path: string, body: object): Promise<void> => {
  const response = await fetch(sandboxUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`the Stripe sandbox answered ${response.status} to ${path}: ${await response.text()}`)
}

const replicasInWords = (replicas: Replicas): string => {
  if (replicas === 1) return ''
  return typeof replicas === 'number' ? `, ${replicas} replicas each` : ', some with several replicas'
}

/** Starts the engines, the database client and the stand-ins. */
const openParts = async (options: ShopUnderTestOptions, opened: AsyncDisposableStack) => {
  const { dataDir, given = {}, print = () => undefined } = options
  mkdirSync(dataDir, { recursive: true })
  if (!options.keep) opened.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  print('starting the engines')
  const engines = await openEngines(dataDir, given, print)
  opened.defer(() => engines.stop())
  const schemaPrefix = `c_${randomBytes(4).toString('hex')}_`
  if (engines.mysql.own === null) opened.defer(() => dropSchemas(engines.mysql.url, schemaPrefix))
  const database = openDatabaseClient(engines.mysql.url)
  opened.defer(() => database.close())
  const secrets = await drawSecrets()
  const { port: gatewayPort, release } = await claimPort(firstPort)
  opened.defer(release)
  const devServices = await startStandIns(secrets, `http://127.0.0.1:${gatewayPort}`, opened)
  return { ...devServices, engines, database, secrets, schemaPrefix, gatewayPort }
}

/** Starts a shop under test. What it started is stopped in the opposite order, also when a later part fails to start. */
export const openShopUnderTest = async (options: ShopUnderTestOptions): Promise<ShopUnderTest> => {
  const { replicas = 1, print = () => undefined } = options
  await using opened = new AsyncDisposableStack()
  const parts = await openParts(options, opened)
  const { engines, database, secrets, schemaPrefix, gatewayPort, devServices, sandbox, mails, stripeProxy } = parts
  const logDir = join(options.dataDir, 'logs')
  print(`starting the services${replicasInWords(replicas)}`)
  const fleet = await startFleet({
    env: serviceEnvironment(parts, options),
    gatewayPort,
    logDir,
    replicas,
    ...(options.root === undefined ? {} : { root: options.root }),
    stableAddresses: options.stableAddresses ?? false,
    onDeath: (label, how) => options.onDeath?.(label, how),
  })
  opened.defer(() => fleet.stop())
  sandbox.setWebhookUrls([`${fleet.url}/v1/webhooks/stripe`])
  const transport = await openTransport(engines, opened)
  const stack = opened.move()
  const stop = () => stack.disposeAsync()
  return {
    engines,
    fleet,
    devServices,
    stripeProxy,
    secrets,
    mails,
    logDir,
    stop,
    url: fleet.url,
    sandboxUrl: sandbox.url,
    query: database.query,
    table: (owner, name) => `${schemaPrefix}${owner}.${name}`,
    produce: (records) => transport.send(records, () => undefined),
    poison: new Set(),
    control: (path, body) => callSandbox(sandbox.url, path, body),
    [Symbol.asyncDispose]: stop,
  }
}
