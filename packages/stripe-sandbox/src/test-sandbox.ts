// A sandbox with a shop that listens, for tests: spoken to by the real Stripe library.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { type SandboxOptions, type StripeSandbox, startStripeSandbox } from './index.ts'

export const secret = 'whsec_test'

export interface TestSandbox extends AsyncDisposable {
  sandbox: StripeSandbox
  stripe: Stripe
  shopUrl: string
  /** Events that the shop took, as it read them, in order of arrival. */
  heard: Stripe.Event[]
  /** What the shop answers; 200 until changed. */
  answer(status: number): void
  /** Lets the sandbox's time pass. */
  advance(seconds: number): void
  open(overrides?: Partial<Stripe.Checkout.SessionCreateParams>): Promise<Stripe.Checkout.Session>
  pay(id: string, cardNumber?: string, more?: Record<string, string>): Promise<Response>
  control(path: string, body?: object): Promise<Record<string, unknown>>
  types(): Promise<string[]>
}

/** @param options the clock is the test's own */
export const testSandbox = async (options: Partial<SandboxOptions> = {}): Promise<TestSandbox> => {
  const heard: Stripe.Event[] = []
  let status = 200
  let offsetMs = 0
  const clock = { now: () => new Date(Date.now() + offsetMs) }
  const shop = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const signature = String(request.headers['stripe-signature'])
      if (status === 200)
        heard.push(
          stripe.webhooks.constructEvent(Buffer.concat(chunks), signature, secret, 300, undefined, clock.now().getTime()),
        )
      response.writeHead(status).end('{}')
    })
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  const { port } = shop.address() as AddressInfo
  const sandbox = await startStripeSandbox({
    webhookSecret: secret,
    webhookUrl: () => `http://127.0.0.1:${port}/`,
    clock,
    ...options,
  })
  const stripe = new Stripe('sk_test_x', { host: '127.0.0.1', port: sandbox.port, protocol: 'http', maxNetworkRetries: 0 })
  return {
    sandbox,
    stripe,
    shopUrl: `http://127.0.0.1:${port}/`,
    heard,
    answer: (next) => {
      status = next
    },
    advance: (seconds) => {
      offsetMs += seconds * 1000
      sandbox.tick()
    },
    open: (overrides = {}) =>
      stripe.checkout.sessions.create({
        mode: 'payment',
        line_items: [
          { quantity: 2, price_data: { currency: 'eur', unit_amount: 700, product_data: { name: 'Mug & <b>saucer</b>' } } },
        ],
        success_url: 'http://127.0.0.1/ok?s={CHECKOUT_SESSION_ID}',
        cancel_url: 'http://127.0.0.1/no',
        metadata: { orderId: 'ord_1' },
        payment_intent_data: { metadata: { orderId: 'ord_1' } },
        expires_at: Math.floor(clock.now().getTime() / 1000) + 1860,
        ...overrides,
      }),
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
      return heard.splice(0).map((event) => event.type)
    },
    [Symbol.asyncDispose]: async () => {
      await sandbox.stop()
      shop.closeAllConnections()
      shop.close()
    },
  }
}
