// Integration tests of the checkout: one order per cart and per key, and no writes for a refused one.
import { orderEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anAddress, type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { refusal } from './refused.fixture.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder({ ORDER_MINIMUM_CHARGES: 'KWD:150' })
})
afterAll(() => o?.stop())

const aCart = (more: Parameters<OrderUnderTest['anItem']>[0] = {}, quantity = 2, version = 3) => {
  const shopper = o.aShopper()
  const item = o.anItem(more)
  return { shopper, item, cart: o.fillCart(shopper, [{ sku: item.sku, quantity }], version) }
}
const refused = refusal(() => o)
const countOrders = async () => Number((await o.t.sql('SELECT COUNT(*) AS orders FROM customer_order'))[0].orders)

describe('an accepted checkout', () => {
  test('answers with the whole pending order, and requests its stock', async () => {
    const { shopper, item, cart } = aCart()
    const placed = await o.checkout(shopper)
    expect(placed).toMatchObject({
      status: 201,
      body: {
        status: 'pending',
        paymentStatus: 'awaiting',
        fulfilmentStatus: 'none',
        refundStatus: 'none',
        cancelReason: null,
        email: shopper.email,
        lines: [
          { sku: item.sku, name: 'Harbour mug', quantity: 2, unitPrice: { amountMinor: 1000 }, lineTotal: { amountMinor: 2000 } },
        ],
        total: { amountMinor: 2000, currency: 'EUR' },
        history: [{ from: null, to: 'pending', actor: 'customer' }],
      },
    })
    expect(placed.body.number).toMatch(/^CW-[2-9B-Z]{4}-[2-9B-Z]{4}$/)
    expect((await o.t.as(shopper).get(`/v1/orders/${placed.body.id}`)).body).toEqual(placed.body)
    expect(await o.eventsOf(orderEvents.placed, placed.body.id)).toMatchObject([
      { cartId: cart.id, cartVersion: 3, principal: { id: shopper.id } },
    ])
    expect(await o.eventsOf(orderEvents.stockRequested, placed.body.id)).toMatchObject([
      { lines: [{ sku: item.sku, quantity: 2 }] },
    ])
  })

  test('keeps its lines when the product changes later', async () => {
    const { shopper, item } = aCart()
    const placed = await o.checkout(shopper)
    o.wire.variants.set(item.sku, { ...item, name: 'Renamed', productSlug: 'x', price: { amountMinor: 1, currency: 'EUR' } })
    expect((await o.t.as(shopper).get(`/v1/orders/${placed.body.id}`)).body).toEqual(placed.body)
  })

  test('of a guest puts no name into emails: the address may belong to another person', async () => {
    for (const [role, members] of [
      ['guest', ['email']],
      ['customer', ['email', 'name']],
    ] as const) {
      const shopper = o.aShopper(role)
      o.fillCart(shopper, [{ sku: o.anItem().sku, quantity: 1 }])
      const { id } = (await o.checkout(shopper, role === 'guest' ? { email: 'Stranger@Example.net' } : {})).body
      await o.t.as(shopper).post(`/v1/orders/${id}/cancel`, {})
      await o.t.idle()
      const mailed = await o.t.sql(
        `SELECT payload FROM outbox_event WHERE payload LIKE '%"recipient"%' AND partition_key = '${id}'`,
      )
      expect(mailed.length).toBeGreaterThan(0)
      for (const { payload } of mailed) expect(Object.keys(JSON.parse(payload).recipient).sort()).toEqual(members)
    }
  })

  test('of a guest needs an e-mail address', async () => {
    const guest = o.aShopper('guest')
    o.fillCart(guest, [{ sku: o.anItem().sku, quantity: 1 }])
    await refused(() => o.checkout(guest), 400, { code: 'validation_failed', errors: [{ path: '/email' }] })
    expect(await o.checkout(guest, { email: 'guest@example.net' })).toMatchObject({
      status: 201,
      body: { email: 'guest@example.net' },
    })
  })
})

describe('a checkout is refused without writes for', () => {
  test('an empty cart, and none at all', async () => {
    const shopper = o.aShopper()
    const body = { cartVersion: 0, expectedTotal: { amountMinor: 0, currency: 'EUR' } }
    await refused(() => o.checkout(shopper, body), 422, { code: 'cart_empty' })
    o.fillCart(shopper, [], 0)
    await refused(() => o.checkout(shopper, body), 422, { code: 'cart_empty' })
  })

  test('a cart that changed meanwhile', async () => {
    const { shopper } = aCart()
    await refused(() => o.checkout(shopper, { cartVersion: 2 }), 409, { code: 'cart_changed', cartVersion: 3 })
  })

  test('a price that changed meanwhile, with the new total', async () => {
    const { shopper } = aCart()
    const expectedTotal = { amountMinor: 1900, currency: 'EUR' }
    await refused(() => o.checkout(shopper, { expectedTotal }), 409, {
      code: 'price_changed',
      total: { amountMinor: 2000, currency: 'EUR' },
    })
    await refused(() => o.checkout(shopper, { expectedTotal: { amountMinor: 2000, currency: 'USD' } }), 409, {
      code: 'price_changed',
    })
  })

  test('too little stock, with what there is', async () => {
    const { shopper, item } = aCart({ available: 1 })
    await refused(() => o.checkout(shopper), 409, {
      code: 'out_of_stock',
      shortages: [{ sku: item.sku, requested: 2, available: 1 }],
    })
  })

  test('a total of nothing, and one that is more than can be paid at once', async () => {
    for (const amountMinor of [0, 50_000_000]) {
      const { shopper } = aCart({ price: { amountMinor, currency: 'EUR' } })
      await refused(() => o.checkout(shopper), 409, {
        code: 'amount_not_payable',
        total: { amountMinor: 2 * amountMinor, currency: 'EUR' },
        limit: 99_999_999,
      })
    }
  })

  test.each([
    ['EUR', 10, 50],
    ['EUR', 49, 50],
    ['USD', 49, 50],
    ['GBP', 29, 30],
    ['HUF', 17_499, 17_500],
    ['JPY', 49, 50],
    ['KWD', 140, 150],
  ])('a total in %s of %i minor units, below what Stripe charges; %i is taken', async (currency, amountMinor, minimum) => {
    const { shopper, item, cart } = aCart({ price: { amountMinor, currency } }, 1)
    o.wire.carts.set(shopper.id, { ...cart, currency })
    const body = (total: number) => ({ expectedTotal: { amountMinor: total, currency } })
    await refused(() => o.checkout(shopper, body(amountMinor)), 409, {
      code: 'amount_not_payable',
      total: { amountMinor, currency },
      minimum,
    })
    o.wire.variants.set(item.sku, { ...item, price: { amountMinor: minimum, currency } })
    expect((await o.checkout(shopper, body(minimum))).status).toBe(201)
  })

  test('more lines than the payment page takes', async () => {
    const [shopper, item] = [o.aShopper(), o.anItem()]
    const lines = Array.from({ length: 101 }, () => ({ sku: item.sku, quantity: 1 }))
    o.fillCart(shopper, lines)
    await refused(() => o.checkout(shopper), 422, { code: 'cart_limit', limit: 100 })
    o.fillCart(shopper, lines.slice(1))
    expect((await o.checkout(shopper)).status).toBe(201)
  })

  test('a variant that is not sold, has no price in this currency, or is unknown', async () => {
    for (const more of [{ sellable: false }, { price: null }]) {
      const { shopper, item, cart } = aCart(more)
      await refused(() => o.checkout(shopper), 409, {
        code: 'unavailable',
        problems: [{ lineId: cart.lines[0]?.id, sku: item.sku }],
      })
    }
    const { shopper, item } = aCart()
    o.wire.variants.delete(item.sku)
    await refused(() => o.checkout(shopper), 409, { code: 'unavailable' })
  })

  test.each(['identity', 'cart', 'catalog'] as const)(
    '%s that does not answer: 503, and the same key works when it is back',
    async (service) => {
      const { shopper } = aCart()
      o.wire.down.add(service)
      await refused(() => o.checkout(shopper, {}, { key: `back-${service}` }), 503, { code: 'upstream_unavailable' })
      o.wire.down.delete(service)
      expect((await o.checkout(shopper, {}, { key: `back-${service}` })).status).toBe(201)
    },
  )

  test('bad input, which is named, and for a missing key or token', async () => {
    const { shopper } = aCart()
    await refused(() => o.checkout(shopper, { shippingAddress: { ...anAddress, country: 'Portugal' } }), 400, {
      code: 'validation_failed',
      errors: [{ path: '/shippingAddress/country' }],
    })
    for (const wrong of [{ country: 'ZZ' }, { name: ' ' }, { postalCode: '\t' }])
      await refused(() => o.checkout(shopper, { shippingAddress: { ...anAddress, ...wrong } }), 400, {
        errors: [{ path: `/shippingAddress/${Object.keys(wrong)[0]}` }],
      })
    await refused(() => o.checkout(shopper, { email: 'a..b@example.com' }), 400, { errors: [{ path: '/email' }] })
    await refused(() => o.checkout(shopper, { gift: true }), 400, { errors: [{ path: '/gift' }] })
    await refused(() => o.checkout(shopper, {}, { key: null }), 400, { code: 'idempotency_key_missing' })
    await refused(() => o.t.anonymous.post('/v1/checkout', {}), 401, { code: 'unauthenticated' })
  })
})

describe('an idempotent checkout', () => {
  test('of fifty identical requests in parallel makes one order, and all of them answer it', async () => {
    const { shopper } = aCart()
    const before = await countOrders()
    const answers = await Promise.all(Array.from({ length: 50 }, () => o.checkout(shopper, {}, { key: 'same' })))
    expect(await countOrders()).toBe(before + 1)
    expect([...new Set(answers.map((answer) => answer.status))]).toEqual([201])
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1)
    expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === 'true')).toHaveLength(49)
  })

  test('of one cart with thirty keys makes one order; the others answer with its id', async () => {
    const { shopper } = aCart()
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => o.checkout(shopper, {}, { key: `key-${index}` })))
    const winners = answers.filter((answer) => answer.status === 201)
    expect(winners).toHaveLength(1)
    for (const loser of answers.filter((answer) => answer.status !== 201)) {
      expect(loser).toMatchObject({ status: 409, body: { code: 'cart_changed', orderId: winners[0]?.body.id } })
    }
    expect(await o.t.sql('SELECT id FROM outbox_event WHERE aggregate_id NOT IN (SELECT id FROM customer_order)')).toEqual([])
  })

  test('is replayed after the cart is closed; a second key answers with the order’s id', async () => {
    const { shopper } = aCart()
    const body = { cartVersion: 3, expectedTotal: { amountMinor: 2000, currency: 'EUR' } }
    const first = await o.checkout(shopper, body, { key: 'a' })
    o.wire.carts.delete(shopper.id)
    const repeat = await o.checkout(shopper, body, { key: 'a' })
    expect(repeat).toMatchObject({ status: 201, body: first.body })
    expect(repeat.headers.get('idempotent-replayed')).toBe('true')
    expect(await o.checkout(shopper, body, { key: 'b' })).toMatchObject({
      status: 409,
      body: { code: 'cart_changed', orderId: first.body.id },
    })
    expect(await o.checkout(shopper, { ...body, cartVersion: 4 }, { key: 'a' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    })
  })

  test('of the last unit reports the order, not a shortage, to a second request', async () => {
    const { shopper, item } = aCart({ available: 2 })
    const first = await o.checkout(shopper)
    o.wire.variants.set(item.sku, { ...item, available: 0 })
    expect(await o.checkout(shopper)).toMatchObject({ status: 409, body: { code: 'cart_changed', orderId: first.body.id } })
  })

  test('tells a new cart from an ordered one with the same version', async () => {
    const { shopper, item } = aCart()
    const first = await o.checkout(shopper)
    const body = { cartVersion: 3, expectedTotal: { amountMinor: 2000, currency: 'EUR' } }
    o.fillCart(shopper, [], 3)
    expect(await o.checkout(shopper, { ...body, expectedTotal: { amountMinor: 0, currency: 'EUR' } })).toMatchObject({
      status: 422,
      body: { code: 'cart_empty' },
    })
    expect(await o.checkout(shopper, body)).toMatchObject({ status: 409, body: { code: 'cart_changed', orderId: first.body.id } })
    o.fillCart(shopper, [{ sku: item.sku, quantity: 5 }], 3)
    const stale = await o.checkout(shopper, body)
    expect(stale).toMatchObject({ status: 409, body: { code: 'price_changed' } })
    expect(stale.body).not.toHaveProperty('orderId')
    const second = await o.checkout(shopper)
    expect(second).toMatchObject({ status: 201, body: { total: { amountMinor: 5000 } } })
    o.fillCart(shopper, [{ sku: item.sku, quantity: 1 }], 9)
    expect(await o.checkout(shopper, body)).toMatchObject({ status: 409, body: { code: 'cart_changed', orderId: first.body.id } })
  })
})

test('a checkout reads cart once and catalog once, for any number of lines', async () => {
  const shopper = o.aShopper()
  o.fillCart(
    shopper,
    [1, 2, 3].map((quantity) => ({ sku: o.anItem().sku, quantity })),
  )
  o.wire.reads.length = 0
  expect((await o.checkout(shopper)).status).toBe(201)
  expect(o.wire.reads.toSorted()).toEqual(['cart', 'catalog', 'identity'])
  const guest = o.aShopper('guest')
  o.fillCart(guest, [{ sku: o.anItem().sku, quantity: 1 }])
  o.wire.reads.length = 0
  expect((await o.checkout(guest, { email: 'guest@example.net' })).status).toBe(201)
  expect(o.wire.reads).toEqual(['cart', 'catalog'])
})
