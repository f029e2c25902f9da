// One distributed shop to make trouble for: engines behind proxies, stand-ins, seven supervised services with short deadlines.
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from '@cartwright/db'
import type { WireRecord } from '@cartwright/messaging'
import { kafkaTransport } from '@cartwright/messaging/kafka'
import { claimPort } from '@cartwright/native'
import type { Environment } from '@cartwright/service-kit'
import {
  drawSecrets,
  dropSchemas,
  openStandIns,
  type SchemaOwner,
  type ShopSecrets,
  type StandIns,
  schemaOwners,
  shopEnvironment,
} from '@cartwright/shop/test-shop'
import { proxyOf, type TcpProxy } from '@cartwright/testing'
import { type Engines, type GivenEngines, openEngines } from './engines.ts'
import { type Fleet, firstPort, type Replicas, startFleet } from './fleet.ts'
import { type MailLog, openMailLog } from './mail-log.ts'

/** Deadlines across processes: seconds instead of minutes. */
export const shortDeadlines = {
  ORDER_RESERVE_TIMEOUT_SEC: '8',
  ORDER_COMMIT_TIMEOUT_SEC: '5',
  ORDER_EXPIRY_TIMEOUT_SEC: '5',
  ORDER_SESSION_TIMEOUT_SEC: '90',
  // Longer than a charge may take to be announced, so that comparison does not hide what webhooks missed.
  PAYMENT_RECONCILE_SEC: '20',
  NOTIFICATION_ALERT_WINDOW_SEC: '2',
  NOTIFICATION_SMTP_TIMEOUT_MS: '5000',
  IDENTITY_BCRYPT_COST: '4',
  // Nobody renews tokens here; some stories last longer than one lives.
  IDENTITY_ACCESS_TOKEN_SEC: '7200',
  IDENTITY_ADMIN_ACCESS_TOKEN_SEC: '7200',
} as const satisfies Environment

export interface WorldOptions {
  /** Where engines and logs live. Removed at the end unless `keep`. */
  dataDir: string
  given?: GivenEngines
  replicas?: Replicas
  /** Variables on top of the short deadlines. */
  env?: Environment
  keep?: boolean
  say?(line: string): void
  onDeath?(label: string, how: string): void
}

export interface World extends AsyncDisposable {
  engines: Engines
  fleet: Fleet
  standIns: StandIns
  stripeProxy: TcpProxy
  secrets: ShopSecrets
  /** Address of the gateway. */
  url: string
  sandboxUrl: string
  mails: MailLog
  logDir: string
  /** SQL past every proxy, as root. A connection that broke is opened anew. */
  query<T>(text: string, values?: readonly unknown[]): Promise<T[]>
  /** `order.customer_order` as SQL names it in this world. */
  table(owner: SchemaOwner, name: string): string
  /** Puts records on a topic, past the outbox and past the proxy: what a stranger could do. */
  produce(records: readonly WireRecord[]): Promise<void>
  /** Ids of events that were made up, in any run of this world: one may be read when its run is over. */
  readonly poison: Set<string>
  /** The sandbox's control paths. */
  control(path: string, body: object): Promise<void>
  stop(): Promise<void>
}

type Connection = Awaited<ReturnType<typeof connect>>

/** How long a question waits for a database that is being restarted. */
const reopenMs = 15_000

/** A connection that is opened anew when it broke: the database is restarted now and then. */
const reopening = (url: string) => {
  let current: Promise<Connection> | null = null
  const drop = async () => {
    const old = current
    current = null
    await old?.then((connection) => connection.destroy()).catch(() => undefined)
  }
  const open = async (): Promise<Connection> => {
    const connection = await connect(url)
    // One that breaks while nobody asks is noticed here; the next question opens another.
    connection.on('error', () => {
      current = null
    })
    return connection
  }
  return {
    query: async <T>(text: string, values: readonly unknown[] = []): Promise<T[]> => {
      for (const until = performance.now() + reopenMs; ; await delay(300)) {
        current ??= open()
        try {
          return await (await current).query(text, [...values])
        } catch (error) {
          await drop()
          const broken = error instanceof Error && 'fatal' in error && error.fatal === true
          if (!broken || performance.now() > until) throw error
        }
      }
    },
    drop,
  }
}

const openStandInsFor = (secrets: ShopSecrets, gatewayUrl: string): Promise<StandIns> =>
  openStandIns({
    config: { smtpUrl: null, stripeKey: null, webhookSecrets: null, mailboxPort: 0, sandboxPort: 0, sandboxLatencyMs: 0 },
    secrets,
    gatewayUrl,
  })

const databaseVariables = {
  identity: 'IDENTITY_DATABASE_URL',
  catalog: 'CATALOG_DATABASE_URL',
  cart: 'CART_DATABASE_URL',
  order: 'ORDER_DATABASE_URL',
  payment: 'PAYMENT_DATABASE_URL',
  notification: 'NOTIFICATION_DATABASE_URL',
} as const satisfies Record<SchemaOwner, string>

const schemaUrl = (root: string, schema: string): string => {
  const url = new URL(root)
  url.pathname = `/${schema}`
  return url.href
}

/** Opens a world. Everything it started ends with it, in the opposite order. */
export const openWorld = async (options: WorldOptions): Promise<World> => {
  const { dataDir, given = {}, replicas = 1, say = () => undefined } = options
  await using opened = new AsyncDisposableStack()
  mkdirSync(dataDir, { recursive: true })
  if (!options.keep) opened.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  say('starting the engines')
  const engines = await openEngines(dataDir, given, say)
  opened.defer(() => engines.stop())
  const prefix = `c_${randomBytes(4).toString('hex')}_`
  if (engines.mysql.own === null) opened.defer(() => dropSchemas(engines.mysql.url, prefix))
  const database = reopening(engines.mysql.url)
  opened.defer(() => database.drop())
  const secrets = await drawSecrets()
  const { port: gatewayPort, release } = await claimPort(firstPort)
  opened.defer(release)
  let gatewayUrl = `http://127.0.0.1:${gatewayPort}`
  const standIns = await openStandInsFor(secrets, gatewayUrl)
  opened.defer(() => standIns.stop())
  const { mailbox, sandbox } = standIns
  if (mailbox === null || sandbox === null) throw new Error('the stand-ins were not started')
  const mails = openMailLog(mailbox)
  opened.defer(() => mails.stop())
  const stripeProxy = await proxyOf(sandbox.url)
  opened.defer(() => stripeProxy.stop())
  const env = shopEnvironment(
    {
      secrets,
      databaseUrl: engines.mysql.url,
      schemaPrefix: prefix,
      publicUrl: gatewayUrl,
      gatewayPort,
      smtpUrl: standIns.smtpUrl,
      stripe: { ...standIns.stripe, apiBase: stripeProxy.through(sandbox.url) },
      mailboxUrl: mailbox.url,
      kafkaBrokers: `127.0.0.1:${engines.kafkaProxy.port}`,
      redisUrl: engines.redisProxy.through(engines.redis.url),
      elasticsearchUrl: engines.elasticsearchProxy.through(engines.elasticsearch.url).replace(/\/$/, ''),
    },
    {
      PATH: '/usr/bin:/bin',
      LOG_LEVEL: 'info',
      CATALOG_INDEX_PREFIX: prefix,
      ...Object.fromEntries(
        schemaOwners.map((name) => [
          databaseVariables[name],
          engines.databaseProxies[name].through(schemaUrl(engines.mysql.url, prefix + name)),
        ]),
      ),
      ...shortDeadlines,
      ...options.env,
    },
  )
  const logDir = join(dataDir, 'logs')
  say(
    `starting the services${replicas === 1 ? '' : `, ${typeof replicas === 'number' ? `each ${replicas} times` : 'some of them several times'}`}`,
  )
  const fleet = await startFleet({ env, gatewayPort, logDir, replicas, onDeath: (label, how) => options.onDeath?.(label, how) })
  opened.defer(() => fleet.stop())
  gatewayUrl = fleet.url
  sandbox.setWebhookUrls([`${gatewayUrl}/v1/webhooks/stripe`])
  const transport = await kafkaTransport({
    brokers: [engines.kafka.url],
    clientId: 'chaos',
    reach: () => ({ host: '127.0.0.1', port: engines.kafka.port }),
  })
  opened.defer(() => transport.close())
  const stack = opened.move()
  const stop = () => stack.disposeAsync()
  return {
    engines,
    fleet,
    standIns,
    stripeProxy,
    secrets,
    mails,
    logDir,
    stop,
    url: gatewayUrl,
    sandboxUrl: sandbox.url,
    query: database.query,
    table: (owner, name) => `${prefix}${owner}.${name}`,
    produce: (records) => transport.send(records, () => undefined),
    poison: new Set(),
    control: async (path, body) => {
      const response = await fetch(sandbox.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!response.ok) throw new Error(`the sandbox answers ${response.status} to ${path}: ${await response.text()}`)
    },
    [Symbol.asyncDispose]: stop,
  }
}
