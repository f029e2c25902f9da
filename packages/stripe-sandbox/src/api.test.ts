// Stripe's API through the real library: keys, parameters, lists, expansion and errors.
import type Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestSandbox, testSandbox } from './test-sandbox.ts'

let at: TestSandbox
beforeAll(async () => {
  at = await testSandbox()
})
afterAll(() => at[Symbol.asyncDispose]())

const raw = (path: string, options: RequestInit = {}) =>
  fetch(at.sandbox.url + path, { ...options, headers: { authorization: 'Bearer sk_test_x', ...options.headers } })
const form = (text: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body: text,
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
})
const item = (unit: number, currency = 'eur') => [
  { quantity: 1, price_data: { currency, unit_amount: unit, product_data: { name: 'x' } } },
]
const soon = () => Math.floor(Date.now() / 1000)

test.each([
  ['an expiry nearer than 30 minutes', { expires_at: soon() + 1700 }, 'expires_at', undefined],
  ['an expiry beyond 24 hours', { expires_at: soon() + 90_000 }, 'expires_at', undefined],
  ['less than 50 cents', { line_items: item(49) }, 'line_items', 'amount_too_small'],
  ['a negative price', { line_items: item(-500) }, 'line_items[0][price_data][unit_amount]', 'parameter_invalid_integer'],
  ['two currencies', { line_items: [...item(100), ...item(100, 'usd')] }, 'line_items', undefined],
  ['an unknown currency', { line_items: item(100, 'xqq') }, 'line_items[0][price_data][currency]', undefined],
  ['thousandths of a dinar', { line_items: item(5124, 'kwd') }, 'line_items[0][price_data][unit_amount]', undefined],
  ['hundredths of a króna', { line_items: item(550, 'isk') }, 'line_items[0][price_data][unit_amount]', undefined],
  ['less than 175 forints', { line_items: item(17_499, 'huf') }, 'line_items', 'amount_too_small'],
  ['no line', { line_items: [] }, 'line_items', 'parameter_missing'],
  ['a malformed URL', { success_url: 'shop' }, 'success_url', 'url_invalid'],
  ['a malformed e-mail address', { customer_email: 'alice' }, 'customer_email', 'email_invalid'],
  ['no card among the methods', { allowed_payment_method_types: ['klarna'] }, 'allowed_payment_method_types', undefined],
])('a session with %s is a 400 that names the parameter', async (_, overrides, param, code) => {
  const failure = await at.open(overrides as Partial<Stripe.Checkout.SessionCreateParams>).catch((error: unknown) => error)
  expect(failure).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, param, code })
})

test.each([
  ['payment_method_types[0]=card', 'payment_method_types'],
  ['discounts[0][coupon]=x', 'discounts'],
  ['line_items[0][price_data][recurring][interval]=month', 'line_items[0][price_data][recurring]'],
  ['__proto__[x]=1&constructor=1', 'constructor'],
])('an unknown parameter is refused by name: %s', async (text, param) => {
  const response = await raw('/v1/checkout/sessions', form(`mode=payment&success_url=http://x&${text}`))
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { code: 'parameter_unknown', param } })
})

test('lists refuse unknown filters and limits out of range', async () => {
  await expect(at.stripe.charges.list({ customer: 'cus_1' })).rejects.toMatchObject({
    code: 'parameter_unknown',
    param: 'customer',
  })
  await expect(at.stripe.refunds.list({ limit: 101 })).rejects.toMatchObject({ param: 'limit' })
  await expect(at.stripe.checkout.sessions.list({ starting_after: 'cs_test_gone' })).rejects.toMatchObject({
    param: 'starting_after',
    code: 'resource_missing',
  })
})

test('a request without a key is refused with 401 and Stripe’s error', async () => {
  const response = await fetch(`${at.sandbox.url}/v1/charges`)
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  expect(
    (await fetch(`${at.sandbox.url}/v1/charges`, { headers: { authorization: `Basic ${btoa('sk_test_x:')}` } })).status,
  ).toBe(200)
})

test('a sandbox with a configured key refuses other keys', async () => {
  await using strict = await testSandbox({ secretKey: 'sk_test_only' })
  await expect(strict.open()).rejects.toMatchObject({ type: 'StripeAuthenticationError', statusCode: 401 })
})

test('responses carry the version, a request id and the sandbox’s time; a malformed version is refused', async () => {
  const response = await raw('/v1/charges', { headers: { 'stripe-version': '2026-10-28.endive' } })
  expect(response.headers.get('stripe-version')).toBe('2026-10-28.endive')
  expect(response.headers.get('request-id')).toMatch(/^req_/)
  at.advance(7200)
  const later = new Date((await raw('/v1/charges')).headers.get('date') ?? '').getTime()
  expect(later - Date.now()).toBeGreaterThan(7_000_000)
  at.advance(-7200)
  expect((await raw('/v1/charges', { headers: { 'stripe-version': 'latest' } })).status).toBe(400)
})

test('its clock can be set into the past: sessions begin there, and have expired when it returns', async () => {
  const day = 86_400
  await using past = await testSandbox({ clockOffsetSec: -day })
  const created = await past.open({ expires_at: Math.floor(Date.now() / 1000) - day + 1860 })
  expect(Math.round((Date.now() / 1000 - created.created) / 60)).toBe(1440)
  await past.control('/_sandbox/clock', { offsetSec: -2 * day })
  await expect(past.open({ expires_at: Math.floor(Date.now() / 1000) - day + 1860 })).rejects.toMatchObject({ statusCode: 400 })
  expect((await past.stripe.checkout.sessions.retrieve(created.id)).status).toBe('open')
  await past.control('/_sandbox/clock', { offsetSec: 0 })
  expect((await past.stripe.checkout.sessions.retrieve(created.id)).status).toBe('expired')
  expect(await past.control('/_sandbox/clock', { offsetSec: 0.5 })).toMatchObject({ error: { param: 'offsetSec' } })
})

test('an unknown object is 404 with resource_missing, and an unknown path is 404 with its URL', async () => {
  await expect(at.stripe.checkout.sessions.retrieve('cs_test_gone')).rejects.toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
  })
  await expect(at.stripe.refunds.create({ payment_intent: 'pi_gone' })).rejects.toMatchObject({
    statusCode: 404,
    param: 'payment_intent',
  })
  await expect(at.stripe.customers.retrieve('cus_1')).rejects.toMatchObject({
    statusCode: 404,
    message: expect.stringContaining('Unrecognized request URL'),
  })
})

test('a repeated key gets the first response, marked as a replay, and creates nothing', async () => {
  const expires_at = soon() + 2000
  const first = await at.open({ expires_at })
  const before = (await at.stripe.checkout.sessions.list({ limit: 100 })).data.length
  const one = await at.stripe.checkout.sessions.create(
    { mode: 'payment', success_url: 'http://x', line_items: item(100), expires_at },
    { idempotencyKey: 'k1' },
  )
  const two = await at.stripe.checkout.sessions.create(
    { mode: 'payment', success_url: 'http://x', line_items: item(100), expires_at },
    { idempotencyKey: 'k1' },
  )
  expect(two.id).toBe(one.id)
  expect(two.lastResponse.headers['idempotent-replayed']).toBe('true')
  expect((await at.stripe.checkout.sessions.list({ limit: 100 })).data.length).toBe(before + 1)
  expect(first.id).not.toBe(one.id)
})

test('a key with other parameters, or on another path, is refused', async () => {
  await at.open({}).then((session) => at.stripe.checkout.sessions.expire(session.id, {}, { idempotencyKey: 'k2' }))
  await expect(
    at.stripe.checkout.sessions.create(
      { mode: 'payment', success_url: 'http://x', line_items: item(100) },
      { idempotencyKey: 'k2' },
    ),
  ).rejects.toMatchObject({
    type: 'StripeIdempotencyError',
    statusCode: 400,
  })
})

test('a key stores a refusal, but not a malformed request', async () => {
  const text = `mode=payment&success_url=http://x&line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=10&line_items[0][price_data][product_data][name]=x`
  const small = () => raw('/v1/checkout/sessions', form(text, { 'idempotency-key': 'k3' }))
  expect((await small()).headers.get('idempotent-replayed')).toBeNull()
  const again = await small()
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([400, 'true'])
  const unknown = (body: string) => raw('/v1/checkout/sessions', form(body, { 'idempotency-key': 'k4' }))
  expect((await unknown('colour=red')).status).toBe(400)
  expect(((await (await unknown('mode=other')).json()) as { error: { type: string } }).error.type).toBe('invalid_request_error')
})

test('of two concurrent requests with one key one succeeds and the other is refused with 409', async () => {
  await using slow = await testSandbox({ latencyMs: 60 })
  const create = () =>
    slow.stripe.checkout.sessions.create(
      { mode: 'payment', success_url: 'http://x', line_items: item(100) },
      { idempotencyKey: 'same' },
    )
  const [one, two] = await Promise.allSettled([create(), create()])
  const refused = [one, two].filter((result) => result.status === 'rejected')
  expect(refused).toHaveLength(1)
  expect(refused[0]?.reason).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' })
  expect((await slow.stripe.checkout.sessions.list()).data).toHaveLength(1)
})

test('a key is forgotten after a day', async () => {
  await using at2 = await testSandbox()
  const create = () =>
    at2.stripe.checkout.sessions.create(
      { mode: 'payment', success_url: 'http://x', line_items: item(100) },
      { idempotencyKey: 'daily' },
    )
  const first = await create()
  at2.advance(25 * 3600)
  expect((await create()).id).not.toBe(first.id)
})

test('lists are newest first, complete, and can be paged in both directions', async () => {
  await using at2 = await testSandbox()
  const ids: string[] = []
  for (let count = 0; count < 25; count++) ids.unshift((await at2.open()).id)
  const all: string[] = []
  for await (const session of at2.stripe.checkout.sessions.list({ limit: 10 })) all.push(session.id)
  expect(all).toEqual(ids)
  const page = await at2.stripe.checkout.sessions.list({ limit: 10 })
  expect([page.data.length, page.has_more]).toEqual([10, true])
  const before = await at2.stripe.checkout.sessions.list({ limit: 5, ending_before: ids[20] ?? '' })
  expect(before.data.map(({ id }) => id)).toEqual(ids.slice(15, 20))
})

test('lists can be filtered by the time of creation', async () => {
  await using at2 = await testSandbox()
  const old = await at2.open()
  at2.advance(100)
  const young = await at2.open()
  const since = await at2.stripe.checkout.sessions.list({ created: { gte: young.created } })
  expect(since.data.map(({ id }) => id)).toEqual([young.id])
  const until = await at2.stripe.checkout.sessions.list({ created: { lt: young.created } })
  expect(until.data.map(({ id }) => id)).toEqual([old.id])
})

test('expand replaces ids by objects along its paths, and refuses unknown paths', async () => {
  const session = await at.open()
  await at.pay(session.id)
  const { data } = await at.stripe.checkout.sessions.list({
    limit: 1,
    expand: ['data.payment_intent.latest_charge', 'data.line_items'],
  })
  expect(data[0]).toMatchObject({
    payment_intent: { latest_charge: { status: 'succeeded' } },
    line_items: { data: [{ quantity: 2, amount_total: 1400 }] },
  })
  await expect(at.stripe.checkout.sessions.retrieve(session.id, { expand: ['customer'] })).rejects.toMatchObject({
    param: 'expand',
  })
  expect((await at.stripe.checkout.sessions.listLineItems(session.id)).data).toMatchObject([
    { description: 'Mug & <b>saucer</b>' },
  ])
})

test('expire works on open sessions only', async () => {
  const session = await at.open()
  expect((await at.stripe.checkout.sessions.expire(session.id)).status).toBe('expired')
  await expect(at.stripe.checkout.sessions.expire(session.id)).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining('status of `expired`'),
  })
})

test('a dinar is charged and refunded in multiples of a hundredth', async () => {
  const session = await at.open({ line_items: item(5120, 'kwd') })
  expect(session).toMatchObject({ amount_total: 5120, currency: 'kwd' })
  expect(await (await fetch(session.url ?? '')).text()).toMatch(/KWD\s5\.120/)
  expect((await at.pay(session.id)).status).toBe(303)
  const { payment_intent: intent } = await at.stripe.checkout.sessions.retrieve(session.id)
  const refund = (amount: number) => at.stripe.refunds.create({ payment_intent: String(intent), amount })
  await expect(refund(1234)).rejects.toMatchObject({ statusCode: 400, param: 'amount' })
  expect(await refund(1230)).toMatchObject({ amount: 1230, currency: 'kwd' })
})
