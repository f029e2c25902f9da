// Calls over HTTP: what is sent, what is repeated, and how a call fails.
import { describe, expect, test } from 'vitest'
import { createAdminClient } from '../src/admin.ts'
import { ApiError, ConnectionError, createClient, isApiError, memoryTokens, TimeoutError } from '../src/index.ts'
import { type Answer, inTurn, problem, type Received, startGateway, tokensOf } from './gateway.fixture.ts'

const empty = { version: 3, total: { amountMinor: 1200, currency: 'EUR' } }
const shippingAddress = { name: 'Gia', line1: '1 Test Street', city: 'Bremen', postalCode: '28195', country: 'DE' }

const open = async (handle: (request: Received) => Answer, more: Partial<Parameters<typeof createClient>[0]> = {}) => {
  const gateway = await startGateway(handle)
  return {
    gateway,
    shop: createClient({ baseUrl: `${gateway.url}/`, ...more }),
    [Symbol.asyncDispose]: gateway[Symbol.asyncDispose],
  }
}
const last = ({ received }: { received: Received[] }): Received => received.at(-1) as Received

describe('a call', () => {
  test('sends path, query, body, language and currency, and a token only where one is needed', async () => {
    await using opened = await open(() => ({ body: { items: [], nextCursor: null } }), { locale: 'de', currency: 'USD' })
    const { gateway, shop } = opened
    await shop.products.get('a mug/ä', { locale: 'en' })
    expect(last(gateway)).toMatchObject({ method: 'GET', path: '/v1/products/a%20mug%2F%C3%A4?currency=USD&locale=en' })
    expect(last(gateway).headers).toMatchObject({ 'accept-language': 'de' })
    expect(last(gateway).headers.authorization).toBeUndefined()
    await shop.search.products({ q: 'mug', 'option.colour': ['red', 'blue'], currency: 'EUR' })
    expect(last(gateway).path).toBe('/v1/search?currency=EUR&q=mug&option.colour=red&option.colour=blue')
    await shop.cart.add({ sku: 'MUG', quantity: 2 })
    expect(last(gateway)).toMatchObject({ method: 'POST', body: { sku: 'MUG', quantity: 2, currency: 'USD' } })
    expect(last(gateway).headers.authorization).toBe('Bearer access-guest')
    await shop.me.update({ name: 'Gia' })
    expect(last(gateway).body).toEqual({ name: 'Gia' })
  })

  test('makes one guest for the first calls of a shopper, also when they run at once', async () => {
    await using opened = await open(() => ({ body: {} }))
    const { gateway, shop } = opened
    await Promise.all([shop.cart.get(), shop.cart.clear(), shop.orders.get('ord_1')])
    expect(gateway.calls().filter((call) => call === 'POST /v1/auth/guest')).toHaveLength(1)
    expect(await shop.auth.session()).toMatchObject({ accessToken: 'access-guest', principal: { role: 'guest' } })
  })

  test('places the cart that the shopper saw', async () => {
    await using opened = await open(() => ({ status: 201, body: { id: 'ord_1' } }), { locale: 'de' })
    const { gateway, shop } = opened
    await shop.checkout.place({ cart: empty, email: 'gia@example.net', shippingAddress })
    const body = { cartVersion: 3, expectedTotal: empty.total, email: 'gia@example.net', shippingAddress, locale: 'de' }
    expect(last(gateway).body).toEqual(body)
  })

  test('reads an empty answer, text and a PDF', async () => {
    const pdf: Answer = { body: '%PDF', headers: { 'content-type': 'application/pdf' } }
    const svg: Answer = { body: '<svg/>', headers: { 'content-type': 'image/svg+xml' } }
    await using opened = await open(inTurn({ status: 204 }, pdf, svg))
    const { shop } = opened
    expect(await shop.me.deleteAddress('adr_1')).toBeUndefined()
    expect(await (await shop.orders.invoicePdf('ord_1')).text()).toBe('%PDF')
    expect(await shop.request('getImage', { params: { imageId: 'mug' } })).toBe('<svg/>')
  })

  test('sends the token that it is given and never refreshes that', async () => {
    await using opened = await open(() => problem(401, 'unauthenticated'))
    const { gateway, shop } = opened
    await expect(shop.orders.get('ord_1', {}, { accessToken: 'one-order' })).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(gateway.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer one-order'])
  })
})

describe('a failure', () => {
  test('carries code, details, fields and trace', async () => {
    const body = {
      detail: 'Too few',
      traceId: 'abc',
      shortages: [{ sku: 'MUG', requested: 2, available: 1 }],
      errors: [{ path: '/email', message: 'is not an address' }],
    }
    await using opened = await open(() => problem(409, 'out_of_stock', body))
    const error = await opened.shop.cart.get().catch((thrown: unknown) => thrown)
    expect(isApiError(error)).toBe(true)
    expect(isApiError(error, 'cart_empty')).toBe(false)
    if (!isApiError(error, 'out_of_stock')) throw error
    expect(error.details.shortages?.[0]?.available).toBe(1)
    expect(error).toMatchObject({ status: 409, message: 'Too few', traceId: 'abc', fields: { '/email': 'is not an address' } })
    expect(Object.keys(error.details)).toEqual(['shortages'])
  })

  test('of a proxy has the code unknown', async () => {
    await using opened = await open(() => ({ status: 418, body: '<html>', headers: { 'content-type': 'text/html' } }))
    await expect(opened.shop.shop.get()).rejects.toMatchObject({ name: 'ApiError', code: 'unknown', status: 418 })
    await using broken = await open(() => ({ status: 200, body: '{"half":', headers: { 'content-type': 'application/json' } }))
    await expect(broken.shop.checkout.readReturn({ orderId: 'ord_1', ticket: 't' })).rejects.toBeInstanceOf(ConnectionError)
  })

  test('of time is a TimeoutError, and the caller’s signal rejects with its reason', async () => {
    await using opened = await open(() => () => undefined)
    const { gateway, shop } = opened
    await expect(shop.shop.get({}, { timeoutMs: 50 })).rejects.toBeInstanceOf(TimeoutError)
    expect(gateway.received).toHaveLength(1)
    const reason = new Error('left the page')
    await expect(shop.shop.get({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const running = shop.shop.get({}, { signal: controller.signal })
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    expect(gateway.received.length).toBeLessThanOrEqual(2)
  })

  test('of an unknown operation names it', async () => {
    await using opened = await open(() => ({}))
    await expect(opened.shop.request('nothing' as 'getCart')).rejects.toThrow('no operation nothing')
  })
})

describe('retries', () => {
  const passing: [string, Answer][] = [
    ['a cut connection', 'cut'],
    ['429', problem(429, 'rate_limited')],
    ['502', { status: 502 }],
    ['503', problem(503, 'upstream_unavailable')],
    ['504', { status: 504 }],
  ]

  test.each(passing)('a read is repeated twice after %s, and no more', async (_, answer) => {
    await using twice = await open(inTurn(answer, answer, { body: { name: 'Shop' } }))
    expect(await twice.shop.shop.get()).toEqual({ name: 'Shop' })
    await using thrice = await open(() => answer)
    await expect(thrice.shop.shop.get()).rejects.toBeInstanceOf(Error)
    expect(thrice.gateway.received).toHaveLength(3)
  })

  test.each(passing)('a write without a key is never repeated after %s', async (_, answer) => {
    await using opened = await open(() => answer, { tokens: memoryTokens(stored) })
    await expect(opened.shop.cart.add({ sku: 'MUG', quantity: 1 })).rejects.toBeInstanceOf(Error)
    await expect(opened.shop.cart.update('lin_1', { quantity: 1 })).rejects.toBeInstanceOf(Error)
    expect(opened.gateway.received).toHaveLength(2)
  })

  test('PUT and DELETE are repeated', async () => {
    await using opened = await open(inTurn('cut', { body: {} }, 'cut', { body: {} }), { tokens: memoryTokens(stored) })
    await opened.shop.cart.setShipping({ country: 'DE' })
    await opened.shop.cart.clear()
    expect(opened.gateway.received).toHaveLength(4)
  })

  test('a checkout is repeated with the same key; the next one has another', async () => {
    const inFlight = problem(409, 'idempotency_key_in_flight', {}, { 'retry-after': '0' })
    await using opened = await open(inTurn('cut', inFlight, { status: 201, body: {} }), { tokens: memoryTokens(stored) })
    const { gateway, shop } = opened
    await shop.checkout.place({ cart: empty, shippingAddress })
    await shop.checkout.place({ cart: empty, shippingAddress })
    await shop.checkout.place({ cart: empty, shippingAddress }, { idempotencyKey: 'mine' })
    const keys = gateway.received.map(({ headers }) => headers['idempotency-key'])
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(keys.slice(0, 3)).toEqual([keys[0], keys[0], keys[0]])
    expect(keys[3]).not.toBe(keys[0])
    expect(keys[4]).toBe('mine')
  })

  test('other refusals are not repeated', async () => {
    await using opened = await open(() => problem(500, 'internal'))
    await expect(opened.shop.shop.get()).rejects.toBeInstanceOf(ApiError)
    expect(opened.gateway.received).toHaveLength(1)
  })

  test('Retry-After is waited for, and a long one is left to the caller', async () => {
    await using short = await open(inTurn(problem(429, 'rate_limited', {}, { 'retry-after': '1' }), { body: {} }))
    const startedAt = performance.now()
    await short.shop.shop.get()
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990)
    await using long = await open(() => problem(429, 'rate_limited', {}, { 'retry-after': '600' }))
    await expect(long.shop.shop.get()).rejects.toMatchObject({ retryAfterSec: 600 })
    expect(long.gateway.received).toHaveLength(1)
  })

  test('a signal ends the wait', async () => {
    await using opened = await open(() => problem(429, 'rate_limited', {}, { 'retry-after': '20' }))
    const controller = new AbortController()
    const running = opened.shop.shop.get({}, { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('left')), 100)
    await expect(running).rejects.toThrow('left')
  })
})

describe('a list', () => {
  const pages = ({ path }: Received): Answer =>
    path.includes('cursor=b') ? { body: { items: [3], nextCursor: null } } : { body: { items: [1, 2], nextCursor: 'b' } }

  test('is a page when it is awaited, and all items when it is walked', async () => {
    await using opened = await open(pages)
    const { gateway, shop } = opened
    const list = shop.products.list({ category: 'home', limit: 2 })
    expect(gateway.received).toHaveLength(0)
    expect(await list).toEqual({ items: [1, 2], nextCursor: 'b' })
    const items: unknown[] = []
    for await (const item of list) items.push(item)
    expect(items).toEqual([1, 2, 3])
    expect(gateway.calls()).toEqual(['GET /v1/products?category=home&limit=2', 'GET /v1/products?category=home&limit=2&cursor=b'])
  })

  test('asks for no page that the loop does not reach', async () => {
    await using opened = await open(pages)
    for await (const _ of opened.shop.products.list()) break
    expect(opened.gateway.received).toHaveLength(1)
  })
})

describe('the client of operators', () => {
  test('writes on the condition that what it has read is still so', async () => {
    await using gateway = await startGateway(({ method }) => ({
      body: { id: 'prd_1' },
      headers: method === 'GET' ? { etag: '"7"' } : {},
    }))
    const admin = createAdminClient({
      baseUrl: gateway.url,
      tokens: memoryTokens({ ...stored, principal: { id: 'usr_1', role: 'admin' } }),
    })
    const product = await admin.products.get('prd_1')
    await admin.products.update('prd_1', { name: 'Mug' }, { ifMatch: product })
    await admin.products.update('prd_1', { name: 'Mug' }, { ifMatch: '"8"' })
    await admin.products.update('prd_1', { name: 'Mug' })
    expect(gateway.received.map(({ headers }) => headers['if-match'])).toEqual([undefined, '"7"', '"8"', undefined])
  })

  test('makes no guest', async () => {
    await using gateway = await startGateway(() => problem(401, 'unauthenticated'))
    await expect(createAdminClient({ baseUrl: gateway.url }).orders.list()).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(gateway.calls()).toEqual(['GET /v1/admin/orders'])
  })
})

const { accessToken, refreshToken } = tokensOf('kept')
const stored = { accessToken, refreshToken, principal: { id: 'gst_kept', role: 'guest' as const } }
