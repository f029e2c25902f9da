// Seeding of a shop in use: it waits for its own rows only, while guests order and a consumer retries an event.
import { connect } from '@cartwright/db'
import { engineUrl, eventually } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { payOnPage } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop
beforeAll(async () => {
  shop = await startTestShop()
  await shop.admin.stockUp({ sku: 'BUSY', stock: 100_000 })
  await shop.idle()
})
afterAll(() => shop?.stop())

/** Locks an order's row, so that consumers retry every event of the order. @returns a function that unlocks it */
const holdOrder = async (orderId: string) => {
  const connection = await connect(engineUrl())
  await connection.query(`USE ${shop.shop.services.order.db?.name}`)
  await connection.query('SET autocommit = 0')
  const held: unknown[] = await connection.query('SELECT id FROM customer_order WHERE id = ? FOR UPDATE', [orderId])
  expect(held).toHaveLength(1)
  return async () => {
    await connection.query('ROLLBACK')
    await connection.end()
  }
}

/** Places orders as one new guest after the other until `end`. */
const traffic = () => {
  let open = true
  let orders = 0
  const placeOrders = async () => {
    while (open) {
      const guest = await shop.guest()
      await guest.addToCart('BUSY', 1)
      // Cart and order learn the seeded price rules one after the other.
      await eventually('an order is placed', async () => (await guest.checkout()).status === 201)
      orders += 1
    }
  }
  const loop = placeOrders()
  return {
    orders: () => orders,
    end: async () => {
      open = false
      await loop
    },
  }
}

test('a shop is seeded while guests order and a consumer retries an event, and guests can buy the seeded products at once', async () => {
  const shopper = await shop.guest()
  const order = await shopper.placeOrder('BUSY', 1)
  const url = await shopper.payUrl(order.id)
  await using busy = new AsyncDisposableStack()
  busy.defer(await holdOrder(order.id))
  expect((await payOnPage(url)).status).toBe(303)
  const guests = traffic()
  busy.defer(guests.end)

  expect(await shop.shop.seed()).toBe('everywhere')
  const buyer = await shop.guest()
  const cart = await buyer.addToCart('HARB-MUG-INK', 2)
  expect(cart).toMatchObject({
    problems: [{ code: 'shipping_required', reason: 'destination_missing' }],
    lines: [{ sku: 'HARB-MUG-INK', quantity: 2 }],
  })
  expect((await buyer.checkout()).status).toBe(201)
  const before = performance.now()
  expect(await shop.shop.seed()).toBe('everywhere')
  expect(performance.now() - before).toBeLessThan(10_000)
  expect(guests.orders()).toBeGreaterThan(0)

  expect((await shopper.order(order.id)).status).toBe('pending')
  await busy.disposeAsync()
  await shop.idle()
  expect((await shopper.order(order.id)).status).toBe('processing')
})
