// Test fixture: the payment service and the Stripe sandbox on one clock, connected through Stripe's library.
import { randomBytes } from 'node:crypto'
import { type DataOf, orderEvents } from '@cartwright/contracts'
import type { Principal } from '@cartwright/service-kit'
import { type SandboxOptions, type StripeSandbox, startStripeSandbox } from '@cartwright/stripe-sandbox'
import { movableClock, proxyOf, startUnderTest, type UnderTest } from '@cartwright/testing'
import {
  createStripeClient,
  type StripeCharge,
  type StripeClient,
  type StripeDispute,
  type StripePaymentIntent,
  type StripeRefund,
  type StripeSession,
} from './integrations/stripe-client.ts'
import { paymentService } from './service.ts'

export const admin: Principal = { id: 'usr_admin0', role: 'admin' }
export const webhookSecret = 'whsec_test_of_payment'
const goodCard = '4242424242424242'
export const badCard = '4000000000000002'

type Requested = DataOf<typeof orderEvents.paymentRequested>

export interface Ledger {
  sessions: StripeSession[]
  paymentIntents: StripePaymentIntent[]
  charges: StripeCharge[]
  refunds: StripeRefund[]
  disputes: StripeDispute[]
  balance: Record<string, number>
}
interface SentEvent {
  id: string
  type: string
  delivery: string
  data: { object: { id: string; payment_intent?: string | null } }
}

export interface PaymentFixture extends AsyncDisposable {
  service: UnderTest
  sandbox: StripeSandbox
  stripe: StripeClient
  /** Publishes `order.payment-requested` and waits until both are idle. */
  request(overrides?: Partial<Requested>): Promise<Requested>
  /** Requests a payment and returns its open session. */
  open(overrides?: Partial<Requested>): Promise<Requested & { sessionId: string; url: string }>
  /** Submits the hosted page's form. */
  pay(sessionId: string, card?: string): Promise<number>
  expire(orderId: string, why?: DataOf<typeof orderEvents.paymentExpiryRequested>['why']): Promise<void>
  refund(orderId: string, amountMinor: number, refundId?: string): Promise<string>
  control(path: string, body?: object): Promise<Record<string, unknown>>
  ledger(): Promise<Ledger>
  events(): Promise<SentEvent[]>
  /** Waits until service and sandbox have no due work. */
  waitUntilIdle(): Promise<void>
  advance(by: string): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: a raw row; tests read the columns that they name.
  row(orderId: string): Promise<any>
  /** Names of the published events of an order, in order. */
  publishedNames(orderId: string): Promise<string[]>
}

/** A random id with a prefix. */
export const freshId = (prefix: string): string => `${prefix}_${randomBytes(8).toString('hex')}`

/** Data of `order.payment-requested`: two mugs and a saucer for 24.00 EUR. */
export const createPaymentRequest = (at: Date, overrides: Partial<Requested> = {}): Requested => ({
  orderId: freshId('ord'),
  number: `CW-${randomBytes(3).toString('hex').toUpperCase()}`,
  recipient: { email: 'alice@example.com', name: 'Alice' },
  locale: 'en',
  attempt: 1,
  amount: { amountMinor: 2400, currency: 'EUR' },
  charges: [
    { name: 'Mug', quantity: 2, unitAmount: { amountMinor: 900, currency: 'EUR' } },
    { name: 'Saucer', quantity: 1, unitAmount: { amountMinor: 600, currency: 'EUR' } },
  ],
  successUrl: 'http://localhost:8080/checkout/return?order=1',
  cancelUrl: 'http://localhost:8080/checkout/return?order=1&cancelled=1',
  holdUntil: new Date(at.getTime() + 3_600_000).toISOString(),
  principalId: 'usr_alice00',
  ...overrides,
})

const rowColumns =
  'state, amount_minor, captured_minor, currency, attempt, session_id, payment_intent_id, url, close_requested, declined_charges, expires_at, recipient'

/** Waits for sandbox and service alternately: each can cause work for the other. */
const settle = async (service: UnderTest, sandbox: StripeSandbox): Promise<void> => {
  for (let round = 0; round < 3; round++) {
    sandbox.tick()
    await sandbox.idle()
    await service.idle()
  }
}

export interface FixtureOptions {
  env?: Record<string, string>
  sandbox?: Partial<SandboxOptions>
  /** Starts a proxy to the sandbox for the service. @returns its URL */
  proxyTo?: (sandboxUrl: string) => Promise<string>
  /** Seconds that the sandbox's clock is ahead of the service's. */
  sandboxAheadSec?: number
}

/** Operations at Stripe: the hosted page, the control paths and the stored objects. */
const stripeSide = (
  sandbox: StripeSandbox,
  waitUntilIdle: () => Promise<void>,
): Pick<PaymentFixture, 'pay' | 'control' | 'ledger' | 'events'> => ({
  pay: async (sessionId, card = goodCard) => {
    const body = new URLSearchParams({ cardNumber: card })
    const { status } = await fetch(`${sandbox.url}/c/pay/${sessionId}`, { method: 'POST', redirect: 'manual', body })
    await waitUntilIdle()
    return status
  },
  control: async (path, body = {}) => {
    const response = await fetch(sandbox.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as Record<string, unknown>
  },
  ledger: async () => (await (await fetch(`${sandbox.url}/_sandbox/ledger`)).json()) as Ledger,
  events: async () => ((await (await fetch(`${sandbox.url}/_sandbox/events`)).json()) as { events: SentEvent[] }).events,
})

/** Events of order, and payment's rows and events. */
const orderSide = (
  service: UnderTest,
  waitUntilIdle: () => Promise<void>,
): Pick<PaymentFixture, 'request' | 'open' | 'expire' | 'refund' | 'row' | 'publishedNames'> => {
  const row = async (orderId: string) => (await service.sql(`SELECT ${rowColumns} FROM payment WHERE order_id = '${orderId}'`))[0]
  const request = async (overrides: Partial<Requested> = {}) => {
    const data = createPaymentRequest(service.clock.now(), overrides)
    await service.receive(orderEvents.paymentRequested, data)
    await waitUntilIdle()
    return data
  }
  return {
    request,
    row,
    open: async (overrides) => {
      const data = await request(overrides)
      const { session_id: sessionId, url } = await row(data.orderId)
      return { ...data, sessionId, url }
    },
    expire: async (orderId, why = 'deadline') => {
      await service.receive(orderEvents.paymentExpiryRequested, { orderId, why })
      await waitUntilIdle()
    },
    refund: async (orderId, amountMinor, refundId = freshId('rfd')) => {
      const about = { number: 'CW-1', recipient: { email: 'alice@example.com' }, locale: 'en', reason: 'returned' }
      await service.receive(orderEvents.refundRequested, {
        orderId,
        refundId,
        amount: { amountMinor, currency: 'EUR' },
        ...about,
      })
      await waitUntilIdle()
      return refundId
    },
    publishedNames: async (orderId) => {
      const rows: { event_type: string }[] = await service.sql(
        `SELECT event_type FROM outbox_event WHERE aggregate_id = '${orderId}' ORDER BY id`,
      )
      return rows.map((row) => row.event_type)
    },
  }
}

/** Starts service and sandbox, with webhooks from the sandbox to the service. */
export const startPaymentFixture = async (options: FixtureOptions = {}): Promise<PaymentFixture> => {
  const clock = movableClock()
  const ahead = (options.sandboxAheadSec ?? 0) * 1000
  const sandbox = await startStripeSandbox({
    webhookSecret,
    clock: { now: () => new Date(clock.now().getTime() + ahead) },
    ...options.sandbox,
  })
  const service = await startUnderTest(paymentService, {
    clock,
    env: {
      STRIPE_SECRET_KEY: 'sk_test_lab',
      STRIPE_API_BASE: (await options.proxyTo?.(sandbox.url)) ?? sandbox.url,
      STRIPE_WEBHOOK_SECRETS: `whsec_old,${webhookSecret}`,
      ...options.env,
    },
  })
  sandbox.setWebhookUrls([`${service.url}/v1/webhooks/stripe`])
  const waitUntilIdle = () => settle(service, sandbox)
  return {
    service,
    sandbox,
    stripe: createStripeClient('sk_test_lab', sandbox.url, 10_000),
    waitUntilIdle,
    ...stripeSide(sandbox, waitUntilIdle),
    ...orderSide(service, waitUntilIdle),
    advance: async (by) => {
      await clock.advance(by)
      await waitUntilIdle()
    },
    [Symbol.asyncDispose]: async () => {
      await service.stop()
      await sandbox.stop()
    },
  }
}

/** Starts a proxy that drops the responses to the first `count` session openings after the request has arrived. */
export const startResponseDroppingProxy = async (target: string, count: number) => {
  const opening = new Set<number>()
  let lost = 0
  const proxy = await proxyOf(target, {
    onRequest: (chunk, connection) => {
      if (chunk.includes('POST /v1/checkout/sessions ')) opening.add(connection)
    },
    onAnswer: (_, connection) => {
      if (!opening.delete(connection) || lost >= count) return 'pass'
      lost += 1
      return 'cut'
    },
  })
  return { url: proxy.through(target), lost: () => lost, stop: proxy.stop }
}
