// Tests of the webhook: a valid signature is required, an acknowledged event is stored, and each event has one effect.
import { createHmac } from 'node:crypto'
import { paymentEvents } from '@cartwright/contracts'
import { signatureHeader } from '@cartwright/stripe-sandbox'
import { eventually, proxyOf, testSchema } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshId, type PaymentFixture, startPaymentFixture, webhookSecret } from '../../fixtures.ts'

let fixture: PaymentFixture
beforeAll(async () => {
  fixture = await startPaymentFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const nowSec = () => Math.floor(fixture.service.clock.now().getTime() / 1000)
const anEventOf = (overrides: object) =>
  JSON.stringify({ id: 'evt_plain', object: 'event', type: 'customer.created', data: { object: {} }, ...overrides })
const anEvent = (overrides: object = {}) => anEventOf({ id: freshId('evt'), ...overrides })
const post = (body: string, signature: string | null, to = fixture) =>
  fetch(`${to.service.url}/v1/webhooks/stripe`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(signature === null ? {} : { 'stripe-signature': signature }),
    },
  })
const stored = async (body: string) =>
  fixture.service.sql(`SELECT id FROM stripe_event WHERE id = '${(JSON.parse(body) as { id: string }).id}'`)

test.each([
  ['without a signature', () => null],
  ['signed with a foreign secret', (body: string) => signatureHeader(body, 'whsec_foreign', nowSec())],
  ['signed six minutes ago', (body: string) => signatureHeader(body, webhookSecret, nowSec() - 360)],
  ['with a signature of other bytes', () => signatureHeader('{}', webhookSecret, nowSec())],
  [
    'with a scheme that is not v1',
    (body: string) => `t=${nowSec()},v0=${createHmac('sha256', webhookSecret).update(`${nowSec()}.${body}`).digest('hex')}`,
  ],
  ['with a malformed signature', () => 't=,v1='],
])('an event %s is refused with 400 and leaves no row', async (_, sign) => {
  const body = anEvent()
  const response = await post(body, sign(body))
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'signature_invalid' })
  expect(await stored(body)).toEqual([])
})

const refused = async (): Promise<number> => {
  const text = await (await fetch(fixture.service.running.metricsUrl)).text()
  return Number(/cartwright_payment_webhooks_total\{[^}]*outcome="refused"[^}]*\} (\d+)/.exec(text)?.[1] ?? 0)
}

test.each([
  ['null', 'null'],
  ['a list', '[]'],
  ['a number', '5'],
  ['a string', '"evt_1"'],
  ['an empty object', '{}'],
  ['an event without an id', anEventOf({ id: undefined })],
  ['an event whose id is a number', anEventOf({ id: 5 })],
  ['an event whose id is empty', anEventOf({ id: '' })],
  ['an event whose id is longer than its column', anEventOf({ id: `evt_${'x'.repeat(117)}` })],
  ['an event whose id its column cannot hold', anEventOf({ id: 'evt_ü' })],
  ['an event without a type', anEventOf({ type: undefined })],
  ['an event whose type is a list', anEventOf({ type: ['charge.refunded'] })],
  ['an event whose type is longer than its column', anEventOf({ type: 'x'.repeat(81) })],
  ['an event about no object', anEventOf({ data: { object: 'ch_1' } })],
])('%s, well signed, is refused with 400, counted, and leaves no row', async (_, body) => {
  const rows = () => fixture.service.sql('SELECT COUNT(*) AS count FROM stripe_event')
  const [before, counted] = [await rows(), await refused()]
  const response = await post(body, signatureHeader(body, webhookSecret, nowSec()))
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'validation_failed', errors: expect.any(Array) })
  expect(await rows()).toEqual(before)
  expect(await refused()).toBe(counted + 1)
})

test('an event is stored when its id and type fill their columns, and when its object has unusual fields', async () => {
  const full = anEventOf({ id: `evt_${'x'.repeat(116)}`, type: 'x'.repeat(80), data: undefined })
  const odd = anEventOf({
    id: freshId('evt'),
    type: 'charge.refunded',
    data: { object: { id: 5, metadata: { orderId: ['ord_abcdef'] } } },
  })
  for (const body of [full, odd]) {
    expect((await post(body, signatureHeader(body, webhookSecret, nowSec()))).status).toBe(200)
    expect(await stored(body)).toHaveLength(1)
  }
})

test('a signature holds for the exact bytes: an extra space is refused', async () => {
  const body = anEvent()
  expect((await post(`${body} `, signatureHeader(body, webhookSecret, nowSec()))).status).toBe(400)
})

test('the old signing secret is accepted during a rotation', async () => {
  const body = anEvent()
  expect((await post(body, signatureHeader(body, 'whsec_old', nowSec()))).status).toBe(200)
})

test('the signature tolerance uses the service’s clock', async () => {
  await fixture.advance('1h')
  const body = anEvent()
  expect((await post(body, signatureHeader(body, webhookSecret, nowSec() - 3600))).status).toBe(400)
  expect((await post(body, signatureHeader(body, webhookSecret, nowSec() - 290))).status).toBe(200)
})

test('ten parallel deliveries of one event are all acknowledged and have one effect', async () => {
  const order = await fixture.open()
  await fixture.control('/_sandbox/webhooks', { mode: 'duplicate', copies: 10 })
  await fixture.pay(order.sessionId)
  await fixture.control('/_sandbox/webhooks', { mode: 'deliver' })
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.session-opened', 'payment.succeeded'])
  const events = (await fixture.events()).filter(
    (event) => event.type === 'checkout.session.completed' && event.data.object.id === order.sessionId,
  )
  const body = JSON.stringify({ ...events[0], delivery: undefined })
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(body, signatureHeader(body, webhookSecret, nowSec()))))
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
  await fixture.waitUntilIdle()
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.session-opened', 'payment.succeeded'])
})

test('an event of an irrelevant type or of another shop’s payment is stored and ignored', async () => {
  const stranger = anEvent({
    type: 'checkout.session.completed',
    data: { object: { id: 'cs_foreign', object: 'checkout.session', metadata: { orderId: 'ord_unknown000' } } },
  })
  const odd = anEvent({
    type: 'charge.refunded',
    data: { object: { id: 'ch_x', object: 'charge', payment_intent: 'pi_ünknown' } },
  })
  for (const body of [anEvent(), stranger, odd]) {
    expect((await post(body, signatureHeader(body, webhookSecret, nowSec()))).status).toBe(200)
    expect(await stored(body)).toHaveLength(1)
  }
  await fixture.waitUntilIdle()
  expect(await fixture.service.sql('SELECT kind, item_key, last_error FROM work_item WHERE done_at IS NULL')).toEqual([])
})

test('an event alone changes nothing: “completed” for an open session leaves the payment open', async () => {
  const order = await fixture.open()
  const session = {
    id: order.sessionId,
    object: 'checkout.session',
    payment_status: 'paid',
    amount_total: 2400,
    currency: 'eur',
    metadata: { orderId: order.orderId },
  }
  const body = anEvent({ type: 'checkout.session.completed', data: { object: session } })
  expect((await post(body, signatureHeader(body, webhookSecret, nowSec()))).status).toBe(200)
  await fixture.waitUntilIdle()
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'open', captured_minor: 0 })
})

test.each([
  ['another amount', 'amount_minor = amount_minor + 100'],
  ['another currency', "currency = 'USD'"],
])('a payment with %s is put in review and fulfils nothing', async (_, change) => {
  const order = await fixture.open()
  await fixture.service.sql(`UPDATE payment SET ${change} WHERE order_id = '${order.orderId}'`)
  await fixture.pay(order.sessionId)
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'review', captured_minor: 2400 })
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.session-opened', 'payment.review-required'])
  const [review] = (await fixture.service.published(paymentEvents.reviewRequired)).filter(
    ({ orderId }) => orderId === order.orderId,
  )
  expect(review).toMatchObject({ got: { amountMinor: 2400, currency: 'EUR' } })
  await fixture.expire(order.orderId, 'deadline')
  expect(await fixture.publishedNames(order.orderId)).not.toContain('payment.succeeded')
  await fixture.expire(order.orderId, 'operator')
  expect(await fixture.publishedNames(order.orderId)).toEqual([
    'payment.session-opened',
    'payment.review-required',
    'payment.succeeded',
  ])
})

test('the webhook answers 5xx without its database, so that Stripe retries, and then stores the event', async () => {
  const schema = testSchema('payment_cut')
  const way = await proxyOf(schema.url)
  await using cut = await startPaymentFixture({ env: { PAYMENT_DATABASE_URL: way.through(schema.url) } })
  const order = await cut.open()
  way.refuse()
  const body = anEvent()
  const refused = await post(body, signatureHeader(body, webhookSecret, nowSec()), cut)
  expect(refused.status).toBeGreaterThanOrEqual(500)
  const { status } = await fetch(`${cut.sandbox.url}/c/pay/${order.sessionId}`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ cardNumber: '4242424242424242' }),
  })
  expect(status).toBe(303)
  way.resume()
  await eventually('Stripe sends again', async () => (await cut.row(order.orderId))?.state === 'paid', 20_000)
  await cut.waitUntilIdle()
  expect(await cut.publishedNames(order.orderId)).toEqual(['payment.session-opened', 'payment.succeeded'])
  await cut[Symbol.asyncDispose]()
  await way.stop()
  await schema.drop()
})
