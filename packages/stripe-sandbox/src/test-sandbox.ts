// Sandbox with a listening shop, for tests that use the real Stripe library.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { type SandboxOptions, type StripeSandbox, startStripeSandbox, subscribedEvents } from './index.ts'

export const secret = 'whsec_test'

export interface TestSandbox extends AsyncDisposable {
  sandbox: StripeSandbox
  stripe: Stripe
  shopUrl: string
  /** Events that the shop accepted, in order of arrival. */
  received: Stripe.Event[]
  /** Sets the status that the shop answers with; 200 at first. */
  answer(status: number): void
  /** Moves the sandbox's clock. */
  advance(seconds: number): void
  open(overrides?: Partial<Stripe.Checkout.SessionCreateParams>): Promise<Stripe.Checkout.Session>
  pay(id: string, cardNumber?: string, more?: Record<string, string>): Promise<Response>
  control(path: string, body?: object): Promise<Record<string, unknown>>
  types(): Promise<string[]>
}

/** A shop that verifies signatures and stores the events it accepts. */
const listeningShop = async (now: () => number) => {
  const received: Stripe.Event[] = []
  const state = { status: 200 }
  const reader = new Stripe('sk_test_x')
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const signature = String(request.headers['stripe-signature'])
      if (state.status === 200)
        received.push(reader.webhooks.constructEvent(Buffer.concat(chunks), signature, secret, 300, undefined, now()))
      response.writeHead(state.status).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { received, state, stop, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

const aSession = (nowMs: number): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  line_items: [{ quantity: 2, price_data: { currency: 'eur', unit_amount: 700, product_data: { name: 'Mug & <b>saucer</b>' } } }],
  success_url: 'http://127.0.0.1/ok?s={CHECKOUT_SESSION_ID}',
  cancel_url: 'http://127.0.0.1/no',
  metadata: { orderId: 'ord_1' },
  payment_intent_data: { metadata: { orderId: 'ord_1' } },
  expires_at: Math.floor(nowMs / 1000) + 1860,
})

/** @param options the clock is the test's own */
export const testSandbox = async (options: Partial<SandboxOptions> = {}): Promise<TestSandbox> => {
  let offsetMs = 0
  const now = () => Date.now() + offsetMs
  const shop = await listeningShop(now)
  const enabledEvents = [...subscribedEvents, 'payment_intent.succeeded', 'refund.created']
  const sandbox = await startStripeSandbox({
    webhookSecret: secret,
    webhookUrl: () => shop.url,
    clock: { now: () => new Date(now()) },
    enabledEvents,
    ...options,
  })
  const stripe = new Stripe('sk_test_x', { host: '127.0.0.1', port: sandbox.port, protocol: 'http', maxNetworkRetries: 0 })
  return {
    sandbox,
    stripe,
    shopUrl: shop.url,
    received: shop.received,
    answer: (status) => {
      shop.state.status = status
    },
    advance: (seconds) => {
      offsetMs += seconds * 1000
      sandbox.tick()
    },
    open: (overrides = {}) => stripe.checkout.sessions.create({ ...aSession(now()), ...overrides }),
    pay: (id, cardNumber = '4242 4242 4242 4242', more = {}) =>
      fetch(`${sandbox.url}/c/pay/${id}`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ cardNumber, ...more }),
      }),
    control: async (path, body = {}) => {
      const response = await fetch(sandbox.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await response.json()) as Record<string, unknown>
    },
    types: async () => {
      await sandbox.idle()
      return shop.received.splice(0).map((event) => event.type)
    },
    [Symbol.asyncDispose]: async () => {
      await sandbox.stop()
      shop.stop()
    },
  }
}
