// The whole shop for flow tests: all services in one process on schemas of their own, one clock for everything, a sandbox and a mailbox.
import { randomBytes } from 'node:crypto'
import { connect } from '@cartwright/db'
import type { Transport } from '@cartwright/messaging'
import type { Environment } from '@cartwright/service-kit'
import type { StripeSandbox } from '@cartwright/stripe-sandbox'
import { engineUrl, type MovableClock, movableClock } from '@cartwright/testing'
import { schemaOwners, shopEnvironment } from '../environment.ts'
import { freePort } from '../free-port.ts'
import type { Mailbox } from '../mailbox/mailbox.ts'
import { drawSecrets } from '../secrets.ts'
import { openStandIns } from '../stand-ins.ts'
import { type RunningShop, startShop } from '../start-shop.ts'
import { type Operator, operator } from './operator.ts'
import { guest, type Shopper, signedIn } from './shopper.ts'

/** What the sandbox says moved. */
export interface Ledger {
  sessions: { status: string }[]
  charges: { amount: number; status: string }[]
  refunds: { amount: number; status: string }[]
}

export interface TestShop extends AsyncDisposable {
  url: string
  shop: RunningShop
  clock: MovableClock
  sandbox: StripeSandbox
  mailbox: Mailbox
  admin: Operator
  guest(): Promise<Shopper>
  alice(): Promise<Shopper>
  bob(): Promise<Shopper>
  /** Resolves when services, webhooks and mails are all at rest. */
  idle(): Promise<void>
  /** Lets time pass for every service and the sandbox, and waits until all that fell due is done. */
  advance(by: string): Promise<void>
  /** Subjects of the mails to an address, oldest first. */
  mailsTo(address: string): string[]
  /** The sandbox's control paths. */
  sandboxPost(path: string, body: object): Promise<void>
  ledger(): Promise<Ledger>
  stop(): Promise<void>
}

/** Removes the schemas of a shop that is over. */
export const dropSchemas = async (root: string, prefix: string): Promise<void> => {
  const connection = await connect(root)
  for (const name of schemaOwners) await connection.query(`DROP DATABASE IF EXISTS ${prefix}${name}`)
  await connection.end()
}

export interface TestShopOptions {
  env?: Environment
  transport?: Transport
  redisUrl?: string
  elasticsearchUrl?: string
}

/** Starts a shop of its own with an admin, two customers and no products. */
export const startTestShop = async (options: TestShopOptions = {}): Promise<TestShop> => {
  await using opened = new AsyncDisposableStack()
  const root = engineUrl()
  const schemaPrefix = `f_${randomBytes(4).toString('hex')}_`
  opened.defer(() => dropSchemas(root, schemaPrefix))
  const secrets = await drawSecrets()
  const gatewayPort = await freePort(0)
  const url = `http://127.0.0.1:${gatewayPort}`
  const clock = movableClock()
  const standIns = await openStandIns({
    config: { smtpUrl: null, stripeKey: null, webhookSecrets: null, mailboxPort: 0, sandboxPort: 0, sandboxLatencyMs: 0 },
    secrets,
    gatewayUrl: url,
    clock,
  })
  opened.defer(() => standIns.stop())
  const { sandbox, mailbox } = standIns
  if (sandbox === null || mailbox === null) throw new Error('the stand-ins were not started')
  const env = shopEnvironment(
    {
      secrets,
      databaseUrl: root,
      schemaPrefix,
      publicUrl: url,
      gatewayPort,
      smtpUrl: standIns.smtpUrl,
      stripe: standIns.stripe,
      mailboxUrl: mailbox.url,
      kafkaBrokers: null,
      redisUrl: options.redisUrl ?? null,
      elasticsearchUrl: options.elasticsearchUrl ?? null,
    },
    { LOG_LEVEL: 'fatal', IDENTITY_BCRYPT_COST: '4', ...options.env },
  )
  const shop = await startShop({ env, clock, alone: true, ...(options.transport ? { transport: options.transport } : {}) })
  opened.defer(() => shop.stop())
  await shop.services.identity.seed()
  await shop.idle()

  // A webhook may cause events, and an event may cause a webhook: both at rest, twice.
  const idle = async () => {
    for (let round = 0; round < 3; round++) {
      await sandbox.idle()
      await shop.idle()
    }
  }
  const now = () => clock.now()
  const admin = await operator(url, now)
  const stack = opened.move()
  const stop = () => stack.disposeAsync()
  return {
    url,
    shop,
    clock,
    sandbox,
    mailbox,
    admin,
    idle,
    stop,
    guest: () => guest(url, now),
    alice: () => signedIn(url, 'alice@example.com', 'cartwright-demo', now),
    bob: () => signedIn(url, 'bob@example.com', 'cartwright-demo', now),
    advance: async (by) => {
      await clock.advance(by)
      sandbox.tick()
      await idle()
    },
    mailsTo: (address) =>
      mailbox
        .messages()
        .filter((mail) => mail.To.some((to) => to.Address === address))
        .map((mail) => mail.Subject)
        .reverse(),
    sandboxPost: async (path, body) => {
      const response = await fetch(sandbox.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!response.ok) throw new Error(`${path} answered ${response.status}`)
    },
    ledger: async () => (await (await fetch(`${sandbox.url}/_sandbox/ledger`)).json()) as Ledger,
    [Symbol.asyncDispose]: stop,
  }
}
