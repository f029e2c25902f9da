// A payment service under test beside a real sandbox, spoken to by the real Stripe library; one clock for both.
import { randomBytes } from 'node:crypto'
import { type DataOf, orderEvents } from '@cartwright/contracts'
import type { Principal } from '@cartwright/service-kit'
import { type SandboxOptions, type StripeSandbox, startStripeSandbox } from '@cartwright/stripe-sandbox'
import { movableClock, proxyOf, startUnderTest, type UnderTest } from '@cartwright/testing'
import Stripe from 'stripe'
import { paymentService } from './service.ts'

export const admin: Principal = { id: 'usr_admin0', role: 'admin' }
export const webhookSecret = 'whsec_test_of_payment'
export const goodCard = '4242424242424242'
export const badCard = '4000000000000002'

type Requested = DataOf<typeof orderEvents.paymentRequested>

export interface Ledger {
  sessions: Stripe.Checkout.Session[]
  paymentIntents: Stripe.PaymentIntent[]
  charges: Stripe.Charge[]
  refunds: Stripe.Refund[]
  disputes: Stripe.Dispute[]
  balance: Record<string, number>
}
export interface SentEvent {
  id: string
  type: string
  delivery: string
  data: { object: { id: string; payment_intent?: string | null } }
}

export interface PaymentLab extends AsyncDisposable {
  service: UnderTest
  sandbox: StripeSandbox
  stripe: Stripe
  /** Publishes order's request for money and waits for what follows. */
  request(overrides?: Partial<Requested>): Promise<Requested>
  /** A request with an open page. */
  open(overrides?: Partial<Requested>): Promise<Requested & { sessionId: string; url: string }>
  /** Sends the hosted page's form. */
  pay(sessionId: string, card?: string): Promise<number>
  expire(orderId: string, why?: DataOf<typeof orderEvents.paymentExpiryRequested>['why']): Promise<void>
  refund(orderId: string, amountMinor: number, refundId?: string): Promise<string>
  control(path: string, body?: object): Promise<Record<string, unknown>>
  ledger(): Promise<Ledger>
  events(): Promise<SentEvent[]>
  /** Everything due is done, in service and sandbox. */
  rest(): Promise<void>
  advance(by: string): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: a row as it stands; tests look at whatever columns they name.
  row(orderId: string): Promise<any>
  /** Names of the events about an order, in order. */
  told(orderId: string): Promise<string[]>
}

/** An id that is new in every run. */
export const freshId = (prefix: string): string => `${prefix}_${randomBytes(8).toString('hex')}`

/** What order publishes when stock is held: a mug and a saucer for 24.00 EUR. */
export const aPaymentRequest = (at: Date, overrides: Partial<Requested> = {}): Requested => ({
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

/** Waits in turns: what the service does makes the sandbox send, and what arrives makes the service work. */
const settle = async (service: UnderTest, sandbox: StripeSandbox): Promise<void> => {
  for (let round = 0; round < 3; round++) {
    sandbox.tick()
    await sandbox.idle()
    await service.idle()
  }
}

export interface LabOptions {
  env?: Record<string, string>
  sandbox?: Partial<SandboxOptions>
  /** Lays a way to the sandbox, which the service takes. @returns its address */
  wayTo?: (sandboxUrl: string) => Promise<string>
  /** Seconds that the sandbox's clock is ahead of the service's. */
  sandboxAheadSec?: number
}

/** What happens at Stripe: the hosted page, the control paths, the books. */
const atStripe = (
  sandbox: StripeSandbox,
  rest: () => Promise<void>,
): Pick<PaymentLab, 'pay' | 'control' | 'ledger' | 'events'> => ({
  pay: async (sessionId, card = goodCard) => {
    const body = new URLSearchParams({ cardNumber: card })
    const { status } = await fetch(`${sandbox.url}/c/pay/${sessionId}`, { method: 'POST', redirect: 'manual', body })
    await rest()
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

/** What order says, and what payment makes of it. */
const atOurs = (
  service: UnderTest,
  rest: () => Promise<void>,
): Pick<PaymentLab, 'request' | 'open' | 'expire' | 'refund' | 'row' | 'told'> => {
  const row = async (orderId: string) => (await service.sql(`SELECT ${rowColumns} FROM payment WHERE order_id = '${orderId}'`))[0]
  const request = async (overrides: Partial<Requested> = {}) => {
    const data = aPaymentRequest(service.clock.now(), overrides)
    await service.receive(orderEvents.paymentRequested, data)
    await rest()
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
      await rest()
    },
    refund: async (orderId, amountMinor, refundId = freshId('rfd')) => {
      const about = { number: 'CW-1', recipient: { email: 'alice@example.com' }, locale: 'en', reason: 'returned' }
      await service.receive(orderEvents.refundRequested, {
        orderId,
        refundId,
        amount: { amountMinor, currency: 'EUR' },
        ...about,
      })
      await rest()
      return refundId
    },
    told: async (orderId) => {
      const rows: { event_type: string }[] = await service.sql(
        `SELECT event_type FROM outbox_event WHERE aggregate_id = '${orderId}' ORDER BY id`,
      )
      return rows.map((told) => told.event_type)
    },
  }
}

/** Starts service and sandbox; webhooks flow from one to the other. */
export const startPaymentLab = async (options: LabOptions = {}): Promise<PaymentLab> => {
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
      STRIPE_API_BASE: (await options.wayTo?.(sandbox.url)) ?? sandbox.url,
      STRIPE_WEBHOOK_SECRETS: `whsec_old,${webhookSecret}`,
      ...options.env,
    },
  })
  sandbox.setWebhookUrls([`${service.url}/v1/webhooks/stripe`])
  const rest = () => settle(service, sandbox)
  return {
    service,
    sandbox,
    stripe: new Stripe('sk_test_lab', { host: '127.0.0.1', port: sandbox.port, protocol: 'http', maxNetworkRetries: 0 }),
    rest,
    ...atStripe(sandbox, rest),
    ...atOurs(service, rest),
    advance: async (by) => {
      await clock.advance(by)
      await rest()
    },
    [Symbol.asyncDispose]: async () => {
      await service.stop()
      await sandbox.stop()
    },
  }
}

/** A way to Stripe on which the answers to the first `count` openings of a page are lost: the request arrives, the connection breaks. */
export const losingAnswers = async (target: string, count: number) => {
  const asked = new Set<number>()
  let lost = 0
  const way = await proxyOf(target, {
    onRequest: (chunk, connection) => {
      if (chunk.includes('POST /v1/checkout/sessions ')) asked.add(connection)
    },
    onAnswer: (_, connection) => {
      if (!asked.delete(connection) || lost >= count) return 'pass'
      lost += 1
      return 'cut'
    },
  })
  return { url: way.through(target), lost: () => lost, stop: way.stop }
}
