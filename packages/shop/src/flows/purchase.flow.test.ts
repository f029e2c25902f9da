// Purchase from the first request to the delivery, as a new customer and as a guest.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anAddress, shopper } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop

beforeAll(async () => {
  shop = await startTestShop()
  await shop.admin.stockUp({ sku: 'MUG-1', priceMinor: 1250, stock: 50, name: 'Stoneware mug' })
  await shop.admin.stockUp({ sku: 'POT-1', priceMinor: 3900, stock: 20, name: 'Teapot' })
  await shop.idle()
})
afterAll(() => shop?.stop())

const codeIn = (address: string): string => {
  const mail = shop.mailbox.messages().find((candidate) => candidate.To.some((to) => to.Address === address))
  const code = /\b\d{6}\b/.exec(`${mail?.Subject} ${mail?.Text}`)?.[0]
  if (code === undefined) throw new Error(`no code was mailed to ${address}`)
  return code
}

test('a new customer registers with a mailed code, buys, receives the mails, and receives the goods', async () => {
  const email = 'carla@example.net'
  const customer = await shopper(
    shop.url,
    async (client) => {
      const asked = await client.post('/v1/auth/register', { email, password: 'correct-horse-9', name: 'Carla' }, { key: null })
      expect(asked.status).toBe(202)
      await shop.idle()
      const { registrationId } = asked.body
      expect((await client.post('/v1/auth/verify', { registrationId, code: codeIn(email) }, { key: null })).status).toBe(200)
      return client.post('/v1/auth/login', { email, password: 'correct-horse-9' }, { key: null })
    },
    () => shop.clock.now(),
  )

  const found = await customer.client.get('/v1/products?minPrice=1000&maxPrice=2000&sort=-price')
  expect(found.body.items.map((product: { name: string }) => product.name)).toEqual(['Stoneware mug'])
  const searched = await customer.client.get('/v1/search?q=teapot')
  expect(searched.body.items.map((product: { name: string }) => product.name)).toEqual(['Teapot'])
  expect(searched.body).toMatchObject({ degraded: false, total: 1, facets: { prices: expect.any(Array) } })

  await customer.addToCart('MUG-1', 2)
  const cart = await customer.addToCart('POT-1', 1)
  expect(cart.total).toEqual({ amountMinor: 6400, currency: 'EUR' })
  const key = 'one-intent-one-key'
  const placed = await customer.checkout({ key })
  expect(placed.status).toBe(201)
  expect(placed.body).toMatchObject({
    status: 'pending',
    paymentStatus: 'awaiting',
    total: { amountMinor: 6400, currency: 'EUR' },
  })
  const again = await customer.checkout({ key, cartVersion: cart.version, expectedTotal: cart.total })
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(again.body.id).toBe(placed.body.id)

  const paid = await customer.pay(placed.body.id)
  expect(paid).toMatchObject({ status: 303 })
  await shop.idle()
  expect(await customer.order(placed.body.id)).toMatchObject({ status: 'processing', paymentStatus: 'paid' })
  expect(await customer.payment(placed.body.id)).toMatchObject({ state: 'paid', url: null })
  expect(await shop.admin.stockOf('MUG-1')).toEqual({ onHand: 48, reserved: 0, available: 48 })
  expect((await customer.cart()).lines).toEqual([])
  expect(shop.mailsTo(email).some((subject) => subject.includes(placed.body.number))).toBe(true)

  expect((await shop.admin.ship(placed.body.id)).body.status).toBe('shipped')
  expect((await shop.admin.deliver(placed.body.id)).body.status).toBe('delivered')
  await shop.idle()
  const order = await customer.order(placed.body.id)
  expect(order.history.map((entry) => [entry.from, entry.to])).toEqual([
    [null, 'pending'],
    ['pending', 'processing'],
    ['processing', 'shipped'],
    ['shipped', 'delivered'],
  ])
  expect(order.shipments).toHaveLength(1)
  expect((await shop.admin.cancel(order.id)).body).toMatchObject({ code: 'order_state', allowed: [] })
})

test('a guest buys with an e-mail address, and no other shopper can read the order', async () => {
  const guest = await shop.guest()
  const order = await guest.placeOrder('MUG-1', 1, { email: 'gia@example.net' })
  expect((await guest.pay(order.id)).status).toBe(303)
  await shop.idle()
  expect(await guest.order(order.id)).toMatchObject({
    status: 'processing',
    email: 'gia@example.net',
    addresses: { shipping: anAddress },
  })
  expect(shop.mailsTo('gia@example.net')).toHaveLength(1)
  const stranger = await shop.guest()
  expect((await stranger.client.get(`/v1/orders/${order.id}`)).status).toBe(404)
})

test('a guest who signs in finds the lines in the customer’s cart', async () => {
  const guest = await shop.guest()
  await guest.addToCart('POT-1', 1)
  const alice = await shop.alice()
  await alice.addToCart('MUG-1', 1)
  const merged = await alice.client.post('/v1/cart/merge', { guestAccessToken: await guest.accessToken() }, { key: null })
  expect(merged.body.lines.map((line: { sku: string; quantity: number }) => [line.sku, line.quantity]).sort()).toEqual([
    ['MUG-1', 1],
    ['POT-1', 1],
  ])
  expect((await guest.cart()).lines).toEqual([])
})

test('a promotion that an operator creates lowers cart, order, the amount at Stripe and the mail alike, until it is removed', async () => {
  const promotions = '/v1/admin/promotions'
  const sale = { name: 'Opening sale', trigger: 'automatic', effect: { kind: 'percent', percent: 15 } }
  const { id } = (await shop.admin.client.post(promotions, sale, { key: null })).body
  await shop.idle()
  const guest = await shop.guest()
  const cart = await guest.addToCart('MUG-1', 3)
  // 15 % of 37.50 is 5.625.
  expect(cart).toMatchObject({ subtotal: { amountMinor: 3750 }, discount: { amountMinor: 563 }, total: { amountMinor: 3187 } })
  const order = await guest.placeOrder('POT-1', 1, { email: 'hugo@example.net' })
  // 15 % of 39.00 more: 5.85.
  expect(order).toMatchObject({ discount: { amountMinor: 1148 }, total: { amountMinor: 6502 } })
  expect((await guest.pay(order.id)).status).toBe(303)
  await shop.idle()
  expect(await guest.order(order.id)).toMatchObject({ status: 'processing', paymentStatus: 'paid' })
  expect((await shop.ledger()).charges.at(-1)).toMatchObject({ amount: 6502, currency: 'eur' })
  expect(shop.mailbox.messages().find(({ To }) => To[0]?.Address === 'hugo@example.net')?.Text).toContain('€11.48')
  expect((await shop.admin.client.del(`${promotions}/${id}`)).status).toBe(204)
  await shop.idle()
  expect(await guest.addToCart('MUG-1', 1)).toMatchObject({ discount: { amountMinor: 0 }, total: { amountMinor: 1250 } })
})

test('a promotion of a category lowers cart and order by the products below that category only', async () => {
  const { client } = shop.admin
  const make = async (path: string, body: object) => (await client.post(path, body, { key: null })).body.id as string
  const kitchen = await make('/v1/admin/categories', { name: 'Kitchen' })
  const cups = await make('/v1/admin/categories', { name: 'Cups', parentId: kitchen })
  const cup = await shop.admin.stockUp({ sku: 'CUP-1', priceMinor: 1000, stock: 5 })
  expect((await client.patch(`/v1/admin/products/${cup}`, { categoryIds: [cups] })).status).toBe(200)
  const effect = { kind: 'percent', percent: 50 }
  const sale = await make('/v1/admin/promotions', {
    name: 'Kitchen sale',
    trigger: 'automatic',
    effect,
    conditions: { categoryIds: [kitchen] },
  })
  await shop.idle()
  const guest = await shop.guest()
  await guest.addToCart('MUG-1', 1)
  const order = await guest.placeOrder('CUP-1', 1, { email: 'ida@example.net' })
  expect(order).toMatchObject({ discount: { amountMinor: 500 }, total: { amountMinor: 1750 } })
  expect((await client.del(`/v1/admin/promotions/${sale}`)).status).toBe(204)
})
