// Concurrent buyers: many shoppers order the same products at once. Exactly the stock is sold, and no request fails.
import { randomUUID } from 'node:crypto'
import type { Order } from '@cartwright/contracts'
import { readLedger } from '../collected-state/stripe-ledger.ts'
import { checkout, checkoutBody, readCart, type SimulatedUser } from '../shoppers/simulated-user.ts'
import { pause } from '../wait.ts'
import type { Fixture, Scenario } from './scenario.ts'
import { createGuestWithCart, expectNoFailure, forEachConcurrently, numbers, orderCart, waitUntilDecided } from './steps.ts'

/** The gateway's deadline for a read. */
const browseTimeoutMs = 10_000

/** One user browses products and reads a cart while the others check out. @returns stops it */
const browseMeanwhile = (fixture: Fixture, sku: string): (() => Promise<void>) => {
  let going = true
  const browse = async (): Promise<void> => {
    const user = await createGuestWithCart(fixture, 'looks-around', [{ sku, quantity: 1 }])
    for (let round = 1; going; round++) {
      const path = round % 2 === 0 ? '/v1/cart' : `/v1/products?limit=${1 + (round % 50)}`
      await user.call('GET', path, { action: 'look around', timeoutMs: browseTimeoutMs })
      await pause(50)
    }
  }
  const done = browse()
  return async () => {
    going = false
    await done
  }
}

const sessionsOfRun = async (fixture: Fixture): Promise<number> => {
  const orders = await fixture.shop.query<{ id: string }>(
    `SELECT id FROM ${fixture.shop.table('order', 'customer_order')} WHERE created_at >= ?`,
    [fixture.scope.since],
  )
  const own = new Set(orders.map(({ id }) => id))
  return (await readLedger(fixture.shop)).sessions.filter((session) => own.has(session.metadata.orderId ?? '')).length
}

export const hotSku = (buyers: number, units: number, maxConcurrent = buyers): Scenario => ({
  name: 'hot-sku',
  about: `${buyers} buyers for ${units} units of one SKU, ${maxConcurrent} of them at once: exactly ${units} reach payment, no request fails, and browsing is not delayed.`,
  restSec: 180,
  floors: { orders: units },
  play: async (fixture) => {
    const [sku = '', other = ''] = await fixture.createProducts({ stock: units }, { stock: 5 })
    const stop = browseMeanwhile(fixture, other)
    const users: SimulatedUser[] = []
    await forEachConcurrently(
      numbers(buyers),
      maxConcurrent,
      async (number) => void users.push(await createGuestWithCart(fixture, `buyer-${number}`, [{ sku, quantity: 1 }])),
    )
    await forEachConcurrently(users, maxConcurrent, async (user) => void (await orderCart(user)))
    await stop()
    await waitUntilDecided(fixture, 120)
    const sessions = await sessionsOfRun(fixture)
    fixture.expect(sessions === units, `${sessions} orders reached payment, there were ${units} units`)
    expectNoFailure(fixture)
  },
})

export const threeSkuCarts = (buyers: number): Scenario => ({
  name: 'three-sku-carts',
  about: `${buyers} buyers of carts with three SKUs in random order: each cart is ordered completely or not at all, and no request fails.`,
  restSec: 120,
  floors: { orders: Math.floor(buyers / 4) },
  play: async (fixture) => {
    const skus = await fixture.createProducts(...numbers(6).map((number) => ({ stock: Math.round(buyers / 4) + number })))
    const users: SimulatedUser[] = []
    await forEachConcurrently(numbers(buyers), buyers, async (number) => {
      const own = fixture.random.branch(`cart-${number}`)
      users.push(
        await createGuestWithCart(
          fixture,
          `buyer-${number}`,
          own
            .shuffled(skus)
            .slice(0, 3)
            .map((sku) => ({ sku, quantity: own.int(1, 2) })),
        ),
      )
    })
    await forEachConcurrently(users, buyers, async (user) => void (await orderCart(user)))
    await waitUntilDecided(fixture, 90)
    expectNoFailure(fixture)
  },
})

const placed = (fixture: Fixture) =>
  fixture.shop.query<{ id: string }>(`SELECT id FROM ${fixture.shop.table('order', 'customer_order')} WHERE created_at >= ?`, [
    fixture.scope.since,
  ])

export const sameKey = (copies: number): Scenario => ({
  name: 'same-key',
  about: `${copies} identical checkouts at once: one order, and all answers are the same.`,
  play: async (fixture) => {
    const [sku = ''] = await fixture.createProducts({ stock: 10 })
    const user = await createGuestWithCart(fixture, 'shopper', [{ sku, quantity: 2 }])
    const cart = await readCart(user)
    if (cart === null) return fixture.expect(false, 'the cart could not be read')
    const key = randomUUID()
    const orders = await Promise.all(numbers(copies).map(() => checkout(user, cart, key)))
    fixture.expect(
      new Set(orders).size === 1 && orders[0] !== null,
      `${new Set(orders).size} different answers: ${[...new Set(orders)].join(', ')}`,
    )
    const rows = await placed(fixture)
    fixture.expect(rows.length === 1, `${rows.length} orders were placed`)
    expectNoFailure(fixture)
  },
})

export const manyKeys = (keys: number): Scenario => ({
  name: 'many-keys-one-cart',
  about: `${keys} checkouts of one cart with different keys at once: one order, and the other answers name it.`,
  play: async (fixture) => {
    const [sku = ''] = await fixture.createProducts({ stock: 10 })
    const user = await createGuestWithCart(fixture, 'shopper', [{ sku, quantity: 1 }])
    const cart = await readCart(user)
    if (cart === null) return fixture.expect(false, 'the cart could not be read')
    const answers = await Promise.all(
      numbers(keys).map(() =>
        user.callWithRetry<Order & { orderId?: string }>('POST', '/v1/checkout', {
          key: randomUUID(),
          body: checkoutBody(user, cart),
          action: 'checkout',
        }),
      ),
    )
    const statuses = answers.map((answer) => (answer.kind === 'answer' ? answer.status : null))
    const orders = new Set(
      answers.map((answer) =>
        answer.kind === 'answer' ? (answer.status === 201 ? answer.body.id : answer.body.orderId) : undefined,
      ),
    )
    fixture.expect(
      statuses.filter((status) => status === 201).length === 1,
      `${statuses.filter((status) => status === 201).length} checkouts were answered 201`,
    )
    fixture.expect(
      statuses.every((status) => status === 201 || status === 409),
      `answers were ${[...new Set(statuses)].join(', ')}`,
    )
    fixture.expect(orders.size === 1 && !orders.has(undefined), `the answers name ${orders.size} different orders`)
    fixture.expect((await placed(fixture)).length === 1, 'more than one order was placed')
  },
})
