// Shop for flow tests: all services in one process on schemas of their own, with one clock, the Stripe sandbox and the mailbox.

import type { Transport } from '@cartwright/messaging'
import { type Environment, startTracing } from '@cartwright/service-kit'
import type { StripeSandbox } from '@cartwright/stripe-sandbox'
import { type MovableClock, movableClock } from '@cartwright/testing'
import type { DevServices } from '../dev-services.ts'
import type { Mailbox } from '../mailbox/mailbox.ts'
import { type RunningShop, startShop } from '../start-shop.ts'
import { type Operator, operator } from './operator.ts'
import { guest, type Shopper, signedIn } from './shopper.ts'
import { type EnvironmentProxies, openTestEnvironment } from './test-environment.ts'

/** The Stripe sandbox's sessions, charges and refunds. */
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
  /** Null unless the shop was started with `proxied`. */
  proxies: EnvironmentProxies | null
  guest(): Promise<Shopper>
  alice(): Promise<Shopper>
  bob(): Promise<Shopper>
  /** Resolves when services, webhooks and mails are idle. */
  idle(): Promise<void>
  /** Advances the clock of every service and the sandbox, and waits until the work that fell due is done. */
  advance(by: string): Promise<void>
  /** Subjects of the mails to an address, oldest first. */
  mailsTo(address: string): string[]
  /** Posts to a control path of the sandbox. */
  sandboxPost(path: string, body: object): Promise<void>
  ledger(): Promise<Ledger>
  stop(): Promise<void>
}

export interface TestShopOptions {
  env?: Environment
  transport?: Transport
  redisUrl?: string
  elasticsearchUrl?: string
  /** File for log lines, at the level of LOG_LEVEL in `env`. */
  logFile?: string
  /** Puts a proxy that injects faults in front of the database, the mail server and Stripe. */
  proxied?: boolean
}

const requireDevServices = ({ sandbox, mailbox }: DevServices): { sandbox: StripeSandbox; mailbox: Mailbox } => {
  if (sandbox === null || mailbox === null) throw new Error('the Stripe sandbox or the mailbox is not running')
  return { sandbox, mailbox }
}

/** Subjects of the mails to an address, oldest first. */
const subjectsTo = (mailbox: Mailbox, address: string): string[] =>
  mailbox
    .messages()
    .filter((mail) => mail.To.some((to) => to.Address === address))
    .map((mail) => mail.Subject)
    .reverse()

const postToSandbox = async (sandbox: StripeSandbox, path: string, body: object): Promise<void> => {
  const response = await fetch(sandbox.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
}

const startServices = async (
  opened: AsyncDisposableStack,
  env: Environment,
  clock: MovableClock,
  { transport, logFile }: TestShopOptions,
): Promise<RunningShop> => {
  const tracing = await startTracing(env)
  opened.defer(() => tracing?.stop())
  const given = { ...(transport ? { transport } : {}), ...(logFile ? { logFile } : {}) }
  const shop = await startShop({ env, clock, alone: true, tracing, ...given })
  opened.defer(() => shop.stop())
  return shop
}

/** Starts a shop with an admin, two customers and no products, on schemas of its own. */
export const startTestShop = async (options: TestShopOptions = {}): Promise<TestShop> => {
  await using opened = new AsyncDisposableStack()
  const clock = movableClock()
  const environment = await openTestEnvironment(opened, { letter: 'f', clock, proxied: options.proxied ?? false })
  const { url } = environment
  const { sandbox, mailbox } = requireDevServices(environment.devServices)
  const env = environment.variables(
    { kafkaBrokers: null, redisUrl: options.redisUrl ?? null, elasticsearchUrl: options.elasticsearchUrl ?? null },
    { LOG_LEVEL: 'fatal', IDENTITY_BCRYPT_COST: '4', METRICS_CACHE_SEC: '0', ...options.env },
  )
  const shop = await startServices(opened, env, clock, options)
  await shop.services.identity.seed()
  await shop.idle()

  // A webhook may cause events, and an event may cause a webhook, so one round is not enough.
  const idle = async () => {
    for (let round = 0; round < 3; round++) {
      await sandbox.idle()
      await shop.idle()
    }
  }
  const now = () => clock.now()
  const people: Pick<TestShop, 'guest' | 'alice' | 'bob'> = {
    guest: () => guest(url, now),
    alice: () => signedIn(url, 'alice@example.com', 'cartwright-demo', now),
    bob: () => signedIn(url, 'bob@example.com', 'cartwright-demo', now),
  }
  const admin = await operator(url, now)
  const stack = opened.move()
  const stop = () => stack.disposeAsync()
  const advance = async (by: string) => {
    await clock.advance(by)
    sandbox.tick()
    await idle()
  }
  const sandboxTools: Pick<TestShop, 'sandboxPost' | 'ledger'> = {
    sandboxPost: (path, body) => postToSandbox(sandbox, path, body),
    ledger: async () => (await (await fetch(`${sandbox.url}/_sandbox/ledger`)).json()) as Ledger,
  }
  const mailsTo = (address: string) => subjectsTo(mailbox, address)
  return {
    url,
    shop,
    clock,
    sandbox,
    mailbox,
    admin,
    proxies: environment.proxies,
    ...people,
    idle,
    advance,
    mailsTo,
    ...sandboxTools,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
