// Writes of shoppers through the API: answers, refusals, and concurrent writes.
import type { UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aGuest, aSku, publishProduct, quantities, startCart } from '../../fixtures.ts'

describe('a shopper’s writes', () => {
  let t: UnderTest
  let catalogItems: unknown[] | null = []
  beforeAll(async () => {
    t = await startCart({
      'GET /internal/variants': () => {
        if (catalogItems === null) throw new Error('down')
        return { items: catalogItems }
      },
    })
  })
  afterAll(() => t.stop())

  test('adding answers the whole cart at current prices and sums quantities', async () => {
    const [mug, pot] = [await publishProduct(t, { prices: { EUR: 1290 } }), await publishProduct(t, { prices: { EUR: 4990 } })]
    const shopper = t.as(aGuest())
    expect(await shopper.post('/v1/cart/lines', { sku: mug, quantity: 1 })).toMatchObject({
      status: 200,
      body: { version: 1, currency: 'EUR' },
    })
    await shopper.post('/v1/cart/lines', { sku: mug, quantity: 2 })
    const cart = (await shopper.post('/v1/cart/lines', { sku: pot, quantity: 1 })).body
    expect(cart).toMatchObject({ version: 3, problems: [], taxIncluded: true })
    expect(cart.lines).toMatchObject([
      {
        sku: mug,
        quantity: 3,
        name: `Thing ${mug}`,
        unitPrice: { amountMinor: 1290, currency: 'EUR' },
        lineTotal: { amountMinor: 3870, currency: 'EUR' },
      },
      { sku: pot, quantity: 1 },
    ])
    expect(cart.lines[0].imageUrl).toBe('http://localhost:8080/v1/images/thing')
    expect(cart.subtotal).toEqual({ amountMinor: 8860, currency: 'EUR' })
    expect(cart.total).toEqual({ amountMinor: 8860, currency: 'EUR' })
    expect((await shopper.get('/v1/cart')).body).toEqual(cart)
  })

  test('changing a line, removing it and emptying the cart each increment the version once', async () => {
    const [a, b] = [await publishProduct(t), await publishProduct(t)]
    const shopper = t.as(aGuest())
    await shopper.post('/v1/cart/lines', { sku: a, quantity: 1 })
    const { lines } = (await shopper.post('/v1/cart/lines', { sku: b, quantity: 1 })).body
    expect(await shopper.patch(`/v1/cart/lines/${lines[0].id}`, { quantity: 5 })).toMatchObject({
      status: 200,
      body: { version: 3, lines: [{ quantity: 5 }, { quantity: 1 }] },
    })
    const removed = await shopper.del(`/v1/cart/lines/${lines[0].id}`)
    expect(removed).toMatchObject({ status: 200, body: { version: 4, lines: [{ sku: b }] } })
    expect(await shopper.del('/v1/cart')).toMatchObject({
      status: 200,
      body: { version: 5, lines: [], total: { amountMinor: 0, currency: 'EUR' } },
    })
  })

  test.each([
    ['POST', '/v1/cart/lines', { sku: 'A' }],
    ['POST', '/v1/cart/lines', { sku: 'A', quantity: 0 }],
    ['POST', '/v1/cart/lines', { sku: 'A', quantity: 1000 }],
    ['POST', '/v1/cart/lines', { sku: 'ä', quantity: 1 }],
    ['POST', '/v1/cart/lines', { sku: 'A', quantity: 1, price: 1 }],
    ['PATCH', '/v1/cart', { currency: 'euro' }],
    ['PATCH', '/v1/cart/lines/lin_0000000001', { quantity: -1 }],
    ['PATCH', '/v1/cart/lines/nonsense', { quantity: 1 }],
    ['DELETE', '/v1/cart/lines/nonsense', undefined],
    ['POST', '/v1/cart/merge', {}],
  ])('%s %s with %j is refused by name of the field and writes nothing', async (method, path, body) => {
    const who = { ...aGuest(), role: path.endsWith('merge') ? 'customer' : 'guest' } as const
    const shopper = t.as(who)
    const answer = await (method === 'POST'
      ? shopper.post(path, body)
      : method === 'PATCH'
        ? shopper.patch(path, body)
        : shopper.del(path))
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ path: expect.any(String) }] } })
    expect(await t.sql(`SELECT id FROM cart WHERE principal_id = '${who.id}'`)).toEqual([])
  })

  test('reads and writes without a token are refused', async () => {
    const calls = [
      t.anonymous.get('/v1/cart'),
      t.anonymous.patch('/v1/cart', { currency: 'EUR' }),
      t.anonymous.del('/v1/cart'),
      t.anonymous.post('/v1/cart/lines', { sku: 'A', quantity: 1 }),
      t.anonymous.patch('/v1/cart/lines/lin_0000000001', { quantity: 1 }),
      t.anonymous.del('/v1/cart/lines/lin_0000000001'),
      t.anonymous.post('/v1/cart/merge', { guestAccessToken: 'x' }),
      t.anonymous.get('/internal/carts/open?principalId=gst_000001'),
    ]
    for (const answer of await Promise.all(calls))
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
  })

  test('another shopper’s line and an unknown line give the same 404, and change nothing', async () => {
    const sku = await publishProduct(t)
    const [owner, stranger] = [t.as(aGuest()), t.as(aGuest())]
    const cart = (await owner.post('/v1/cart/lines', { sku, quantity: 2 })).body
    for (const id of [cart.lines[0].id, 'lin_0000000000']) {
      expect(await stranger.patch(`/v1/cart/lines/${id}`, { quantity: 1 })).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      })
      expect(await stranger.del(`/v1/cart/lines/${id}`)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    }
    expect((await owner.get('/v1/cart')).body).toEqual(cart)
    expect((await stranger.get('/v1/cart')).body).toMatchObject({ version: 0, lines: [] })
  })

  test('a write beyond the limits of a line or a cart is refused and changes nothing', async () => {
    const shopper = t.as(aGuest())
    const sku = await publishProduct(t)
    await shopper.post('/v1/cart/lines', { sku, quantity: 999 })
    expect(await shopper.post('/v1/cart/lines', { sku, quantity: 1 })).toMatchObject({
      status: 422,
      body: { code: 'cart_limit' },
    })
    expect((await shopper.get('/v1/cart')).body).toMatchObject({ version: 1, lines: [{ quantity: 999 }] })
    const [cart] = await t.sql('SELECT id FROM cart ORDER BY updated_at DESC LIMIT 1')
    const rows = Array.from(
      { length: 99 },
      (_, index) => `('${cart.id}', 'FILL-${index}', 'lin_fill${cart.id}${index}', 1, NULL)`,
    )
    await t.sql(`INSERT INTO cart_line (cart_id, sku, id, quantity, seen_minor) VALUES ${rows.join(', ')}`)
    expect(await shopper.post('/v1/cart/lines', { sku: await publishProduct(t), quantity: 1 })).toMatchObject({
      status: 422,
      body: { code: 'cart_limit' },
    })
  })

  test('a write that lifts the total above the limit of a payment is refused and changes nothing', async () => {
    const sku = await publishProduct(t, { prices: { EUR: 40_000_000, USD: 60_000_000 } })
    const shopper = t.as(aGuest())
    const cart = (await shopper.post('/v1/cart/lines', { sku, quantity: 2 })).body
    const refusal = { status: 422, body: { code: 'cart_limit', limit: 99_999_999 } }
    expect(await shopper.post('/v1/cart/lines', { sku, quantity: 1 })).toMatchObject(refusal)
    expect(await shopper.patch(`/v1/cart/lines/${cart.lines[0].id}`, { quantity: 3 })).toMatchObject(refusal)
    expect(await shopper.patch('/v1/cart', { currency: 'USD' })).toMatchObject(refusal)
    expect((await shopper.get('/v1/cart')).body).toEqual(cart)
  })

  test('a cart that prices lifted above the limit can be read, and made cheaper step by step', async () => {
    const [sku, cheap] = [await publishProduct(t, { prices: { EUR: 100 } }), await publishProduct(t, { prices: { EUR: 1 } })]
    const shopper = t.as(aGuest())
    const [line] = (await shopper.post('/v1/cart/lines', { sku, quantity: 999 })).body.lines
    await publishProduct(t, { sku, prices: { EUR: 99_999_999 }, version: 2 })
    expect(await shopper.get('/v1/cart')).toMatchObject({ status: 200, body: { total: { amountMinor: 999 * 99_999_999 } } })
    expect(await shopper.post('/v1/cart/lines', { sku: cheap, quantity: 1 })).toMatchObject({ status: 422 })
    for (const quantity of [500, 1])
      expect(await shopper.patch(`/v1/cart/lines/${line.id}`, { quantity })).toMatchObject({
        status: 200,
        body: { total: { amountMinor: quantity * 99_999_999 } },
      })
  })

  test('more than the stock can be added, with a problem that names the available quantity', async () => {
    const sku = await publishProduct(t, { available: 3 })
    const cart = (await t.as(aGuest()).post('/v1/cart/lines', { sku, quantity: 5 })).body
    expect(cart.problems).toEqual([{ code: 'out_of_stock', lineId: cart.lines[0].id, sku, requested: 5, available: 3 }])
    expect(cart.total.amountMinor).toBe(5000)
  })

  test('another currency reprices every line, and a line without a price in it counts zero', async () => {
    const [both, euroOnly] = [
      await publishProduct(t, { prices: { EUR: 1000, USD: 1100 } }),
      await publishProduct(t, { prices: { EUR: 500 } }),
    ]
    const shopper = t.as(aGuest())
    await shopper.post('/v1/cart/lines', { sku: both, quantity: 2 })
    await shopper.post('/v1/cart/lines', { sku: euroOnly, quantity: 1 })
    const cart = (await shopper.patch('/v1/cart', { currency: 'USD' })).body
    expect(cart).toMatchObject({ version: 3, currency: 'USD', total: { amountMinor: 2200, currency: 'USD' } })
    expect(cart.lines).toMatchObject([
      { unitPrice: { amountMinor: 1100 } },
      { unitPrice: null, lineTotal: { amountMinor: 0, currency: 'USD' } },
    ])
    expect(cart.problems).toEqual([{ code: 'unavailable', lineId: cart.lines[1].id, sku: euroOnly }])
    expect((await shopper.post('/v1/cart/lines', { sku: euroOnly, quantity: 1, currency: 'EUR' })).body).toMatchObject({
      currency: 'EUR',
      total: { amountMinor: 3000 },
      problems: [],
    })
  })

  test('an unknown SKU is read from catalog, and a later event replaces it', async () => {
    const sku = aSku()
    const item = {
      sku,
      variantId: 'var_000001',
      productId: `prd_${sku.slice(4)}`,
      productSlug: 's',
      productName: 'N',
      name: 'N — blue',
      options: {},
      imageUrl: null,
      sellable: true,
      categoryIds: [],
      available: 2,
    }
    catalogItems = [{ ...item, price: { amountMinor: 700, currency: 'EUR' } }]
    const shopper = t.as(aGuest())
    expect((await shopper.post('/v1/cart/lines', { sku, quantity: 3 })).body).toMatchObject({
      lines: [{ name: 'N — blue', unitPrice: { amountMinor: 700 } }],
      problems: [{ code: 'out_of_stock', available: 2 }],
    })
    expect((await shopper.get('/v1/cart')).body.lines).toMatchObject([{ variantId: 'var_000001', productSlug: 's', options: {} }])
    catalogItems = [{ ...item, price: { amountMinor: 800, currency: 'USD' } }]
    expect((await shopper.patch('/v1/cart', { currency: 'USD' })).body).toMatchObject({
      version: 2,
      total: { amountMinor: 2400 },
    })
    expect((await shopper.patch('/v1/cart', { currency: 'EUR' })).body).toMatchObject({
      version: 3,
      total: { amountMinor: 2100 },
    })
    const other = (await t.as(aGuest()).post('/v1/cart/lines', { sku, quantity: 1, currency: 'USD' })).body
    expect(other).toMatchObject({ currency: 'USD', total: { amountMinor: 800 } })
    await publishProduct(t, { sku, prices: { EUR: 650 }, available: 9 })
    expect((await shopper.get('/v1/cart')).body).toMatchObject({
      version: 3,
      total: { amountMinor: 1950 },
      problems: [{ code: 'price_changed' }],
    })
  })

  test('an unsold SKU gives 404, an unavailable catalog 503, and neither changes the cart', async () => {
    const who = aGuest()
    const shopper = t.as(who)
    catalogItems = []
    expect(await shopper.post('/v1/cart/lines', { sku: aSku(), quantity: 1 })).toMatchObject({
      status: 404,
      body: { code: 'sku_unknown' },
    })
    catalogItems = null
    expect(await shopper.post('/v1/cart/lines', { sku: aSku(), quantity: 1 })).toMatchObject({
      status: 503,
      body: { code: 'upstream_unavailable' },
    })
    const archived = await publishProduct(t, { status: 'archived' })
    expect(await shopper.post('/v1/cart/lines', { sku: archived, quantity: 1 })).toMatchObject({
      status: 404,
      body: { code: 'sku_unknown' },
    })
    expect(await t.sql(`SELECT id FROM cart WHERE principal_id = '${who.id}'`)).toEqual([])
  })

  test('concurrent first writes open one cart, and concurrent adds of one SKU sum exactly', async () => {
    const sku = await publishProduct(t)
    const who = aGuest()
    const answers = await Promise.all(Array.from({ length: 40 }, () => t.as(who).post('/v1/cart/lines', { sku, quantity: 2 })))
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200))
    expect(answers.map((answer) => answer.body.version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    )
    expect(await t.sql(`SELECT COUNT(*) AS carts FROM cart WHERE principal_id = '${who.id}'`)).toEqual([{ carts: 1 }])
    expect(quantities((await t.as(who).get('/v1/cart')).body)).toEqual({ [sku]: 80 })
  })
})
