// The sandbox through the real Stripe library.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StripeSandbox, startStripeSandbox } from './index.ts'

const secret = 'whsec_test'
const received: { body: string; signature: string }[] = []
let sandbox: StripeSandbox
let stripe: Stripe
const hook = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    received.push({ body, signature: String(request.headers['stripe-signature']) })
    response.end('{}')
  })
})

beforeAll(async () => {
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
  const { port } = hook.address() as AddressInfo
  sandbox = await startStripeSandbox({ webhookSecret: secret, webhookUrl: () => `http://127.0.0.1:${port}/` })
  stripe = new Stripe('sk_test_x', { host: '127.0.0.1', port: sandbox.port, protocol: 'http', maxNetworkRetries: 0 })
})
afterAll(async () => {
  await sandbox.stop()
  hook.close()
})

const params = (overrides: Partial<Stripe.Checkout.SessionCreateParams> = {}): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  line_items: [{ quantity: 2, price_data: { currency: 'eur', unit_amount: 700, product_data: { name: 'Mug & <b>saucer</b>' } } }],
  success_url: 'http://127.0.0.1/ok?s={CHECKOUT_SESSION_ID}',
  cancel_url: 'http://127.0.0.1/no',
  metadata: { orderId: 'ord_1' },
  payment_intent_data: { metadata: { orderId: 'ord_1' } },
  expires_at: Math.floor(Date.now() / 1000) + 1860,
  ...overrides,
})
const pay = (id: string, cardNumber: string) =>
  fetch(`${sandbox.url}/c/pay/${id}`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ cardNumber }) })
const eventsSince = async (from: number) => {
  await sandbox.idle()
  return received.slice(from).map(({ body, signature }) => stripe.webhooks.constructEvent(body, signature, secret))
}

test('a good card pays once, however often the form is sent, and the events carry a valid signature', async () => {
  const from = received.length
  const session = await stripe.checkout.sessions.create(params())
  expect(session).toMatchObject({ amount_total: 1400, status: 'open', payment_intent: null })
  const answers = await Promise.all(Array.from({ length: 10 }, () => pay(session.id, '4242 4242 4242 4242')))
  expect(answers.filter((answer) => answer.status === 303)).toHaveLength(1)
  const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] })
  expect(paid).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    payment_intent: { amount_received: 1400, metadata: { orderId: 'ord_1' } },
  })
  expect((await eventsSince(from)).map((event) => event.type)).toEqual(['payment_intent.succeeded', 'checkout.session.completed'])
})

test('a declined card leaves the session open for another card', async () => {
  const session = await stripe.checkout.sessions.create(params())
  const declined = await pay(session.id, '4000000000000002')
  expect(declined.status).toBe(402)
  expect(await declined.text()).toContain('Your card was declined')
  expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('open')
  expect((await pay(session.id, '4242424242424242')).status).toBe(303)
})

test('3-D Secure asks first and may fail', async () => {
  const session = await stripe.checkout.sessions.create(params())
  const asked = await pay(session.id, '4000002500003155')
  expect(asked.headers.get('location')).toBe(`/c/pay/${session.id}/3ds`)
  const failed = await fetch(`${sandbox.url}/c/pay/${session.id}/3ds`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ outcome: 'fail' }),
  })
  expect(failed.status).toBe(402)
  await pay(session.id, '4000002500003155')
  const confirmed = await fetch(`${sandbox.url}/c/pay/${session.id}/3ds`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ outcome: 'complete' }),
  })
  expect(confirmed.status).toBe(303)
})

test('the page escapes what the shop names', async () => {
  const session = await stripe.checkout.sessions.create(params())
  const page = await (await fetch(session.url ?? '')).text()
  expect(page).not.toContain('<b>saucer')
  expect(page).toContain('€14.00')
})

test.each([
  ['expires_at too soon', { expires_at: Math.floor(Date.now() / 1000) + 1700 }],
  ['expires_at too late', { expires_at: Math.floor(Date.now() / 1000) + 90_000 }],
  [
    'an amount below the minimum',
    { line_items: [{ quantity: 1, price_data: { currency: 'eur', unit_amount: 49, product_data: { name: 'x' } } }] },
  ],
])('%s is a permanent 400', async (_, overrides) => {
  await expect(stripe.checkout.sessions.create(params(overrides))).rejects.toMatchObject({
    type: 'StripeInvalidRequestError',
    statusCode: 400,
  })
})

test('a key replays its answer and refuses other parameters', async () => {
  const first = await stripe.checkout.sessions.create(params({ expires_at: 1 + Math.floor(Date.now() / 1000) + 2000 }), {
    idempotencyKey: 'k1',
  })
  expect(first.id).toBeTruthy()
  await expect(
    stripe.checkout.sessions.create(params({ metadata: { other: 'x' } }), { idempotencyKey: 'k1' }),
  ).rejects.toMatchObject({ type: 'StripeIdempotencyError' })
})

test('expire works on open sessions only, and a paid one stays paid', async () => {
  const open = await stripe.checkout.sessions.create(params())
  expect((await stripe.checkout.sessions.expire(open.id)).status).toBe('expired')
  await expect(stripe.checkout.sessions.expire(open.id)).rejects.toMatchObject({ statusCode: 400 })
  expect((await pay(open.id, '4242424242424242')).status).toBe(409)
})

test('refunds never exceed what was captured', async () => {
  const session = await stripe.checkout.sessions.create(params())
  await pay(session.id, '4242424242424242')
  const { payment_intent } = await stripe.checkout.sessions.retrieve(session.id)
  const refund = await stripe.refunds.create({ payment_intent: String(payment_intent), amount: 400 })
  expect(refund.status).toBe('succeeded')
  await expect(stripe.refunds.create({ payment_intent: String(payment_intent), amount: 1001 })).rejects.toMatchObject({
    statusCode: 400,
  })
  expect((await stripe.refunds.list({ payment_intent: String(payment_intent) })).data).toHaveLength(1)
})

test('time that passes expires sessions and says so', async () => {
  const from = received.length
  const session = await stripe.checkout.sessions.create(params())
  await fetch(`${sandbox.url}/_sandbox/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"advanceSec":1900}',
  })
  expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('expired')
  expect((await eventsSince(from)).map((event) => event.type)).toContain('checkout.session.expired')
})
