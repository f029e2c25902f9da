// Seeding waits for what it wrote and for nothing else: the shop may be in use, and something may be tried without end.
import { connect } from '@cartwright/db'
import { engineUrl } from '@cartwright/testing'
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

/** Holds an order's row, so that whatever happens to the order is tried again until it is let go. */
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

/** Guests who come one after the other, each with an order, until they are told to stop. */
const traffic = () => {
  let open = true
  let orders = 0
  const walk = async () => {
    while (open) {
      const guest = await shop.guest()
      await guest.placeOrder('BUSY', 1)
      orders += 1
    }
  }
  const walking = walk()
  return {
    orders: () => orders,
    end: async () => {
      open = false
      await walking
    },
  }
}

test('a shop is seeded while guests order and an event is tried without end, and what was seeded can be bought at once', async () => {
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
  expect(cart).toMatchObject({ problems: [], lines: [{ sku: 'HARB-MUG-INK', quantity: 2 }] })
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
