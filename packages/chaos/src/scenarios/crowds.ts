// Crowds: many who want the same thing at once. Exactly as much is sold as there is, and nobody meets an error of ours.
import { randomUUID } from 'node:crypto'
import type { Order } from '@cartwright/contracts'
import { readLedger } from '../evidence/collect.ts'
import { aGuest, type CheckoutAnswer, checkout, checkoutBody, orderIn, type Person, pause, readCart } from '../shoppers/person.ts'
import type { Ground, Scenario } from './scenario.ts'

/** Works through a list with so many at a time. */
export const inCrowd = async <T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> => {
  const queue = items.map((item, index) => ({ item, index }))
  const one = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next.item, next.index)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, one))
}

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

/** A guest with a filled cart. */
export const aFullCart = async (
  ground: Ground,
  actor: string,
  lines: readonly { sku: string; quantity: number }[],
): Promise<Person> => {
  const who = await aGuest(ground.url, actor, ground.journal)
  for (const { sku, quantity } of lines)
    await who.insist('POST', '/v1/cart/lines', { body: { sku, quantity }, action: `add ${quantity} of ${sku}` })
  return who
}

/** Longer than a checkout may wait for its turn. */
const crowdPatienceMs = 65_000

/** Orders whatever is in the cart, with the patience of somebody who stands in a line. @returns the order, or null */
export const orderCart = async (who: Person): Promise<string | null> => {
  const cart = await readCart(who)
  if (cart === null || cart.lines.length === 0) return null
  const answer: CheckoutAnswer = await who.insist('POST', '/v1/checkout', {
    key: randomUUID(),
    body: checkoutBody(who, cart),
    action: 'checkout',
    timeoutMs: crowdPatienceMs,
  })
  return orderIn(answer)
}

/** As long as the gateway gives a read. */
const lookMs = 10_000

/** Somebody who only looks while the others push: at products and at her own cart, one call after the other. @returns ends it */
const lookAround = (ground: Ground, sku: string): (() => Promise<void>) => {
  let going = true
  const look = async (): Promise<void> => {
    const who = await aFullCart(ground, 'looks-around', [{ sku, quantity: 1 }])
    for (let round = 1; going; round++) {
      const path = round % 2 === 0 ? '/v1/cart' : `/v1/products?limit=${1 + (round % 50)}`
      await who.call('GET', path, { action: 'look around', timeoutMs: lookMs })
      await pause(50)
    }
  }
  const done = look()
  return async () => {
    going = false
    await done
  }
}

/** No answer of the run was a failure of ours. */
export const expectNoFailure = (ground: Ground, except: readonly number[] = []): void => {
  const failed = ground.journal
    .operations()
    .filter((operation) => operation.status === null || (operation.status >= 500 && !except.includes(operation.status)))
  const [first] = failed
  ground.expect(
    failed.length === 0,
    `${failed.length} requests failed, the first: ${first?.actor} ${first?.action} → ${first?.status ?? `lost (${first?.detail})`}`,
  )
}

/** Waits until nobody's order is still looking for stock or for a page. */
export const untilDecided = async (ground: Ground, seconds: number): Promise<void> => {
  const until = performance.now() + seconds * 1000
  while (performance.now() < until) {
    const [row] = await ground.world.query<{ open: number }>(
      `SELECT COUNT(*) AS open FROM ${ground.world.table('order', 'saga_instance')} WHERE state IN ('reserving', 'opening', 'committing') AND started_at >= ?`,
      [ground.scope.since],
    )
    if (row?.open === 0) return
    await pause(300)
  }
  ground.expect(false, `orders were still looking for stock or a page after ${seconds} s`)
}

const sessionsOfRun = async (ground: Ground): Promise<number> => {
  const orders = await ground.world.query<{ id: string }>(
    `SELECT id FROM ${ground.world.table('order', 'customer_order')} WHERE created_at >= ?`,
    [ground.scope.since],
  )
  const own = new Set(orders.map(({ id }) => id))
  return (await readLedger(ground.world)).sessions.filter((session) => own.has(session.metadata.orderId ?? '')).length
}

export const hotSku = (buyers: number, units: number, atOnce = buyers): Scenario => ({
  name: 'hot-sku',
  about: `${buyers} buyers for ${units} units of one SKU, ${atOnce} of them at once: exactly ${units} reach payment, nobody sees an error, and who looks around is not held up.`,
  restSec: 180,
  floors: { orders: units },
  play: async (ground) => {
    const [sku = '', other = ''] = await ground.goods({ stock: units }, { stock: 5 })
    const stop = lookAround(ground, other)
    const people: Person[] = []
    await inCrowd(
      numbers(buyers),
      atOnce,
      async (number) => void people.push(await aFullCart(ground, `buyer-${number}`, [{ sku, quantity: 1 }])),
    )
    await inCrowd(people, atOnce, async (who) => void (await orderCart(who)))
    await stop()
    await untilDecided(ground, 120)
    const sessions = await sessionsOfRun(ground)
    ground.expect(sessions === units, `${sessions} orders reached payment, there were ${units} units`)
    expectNoFailure(ground)
  },
})

export const threeSkuCarts = (buyers: number): Scenario => ({
  name: 'three-sku-carts',
  about: `${buyers} buyers of carts with three SKUs in random order: all of a cart or nothing, and no deadlock reaches anybody.`,
  restSec: 120,
  floors: { orders: Math.floor(buyers / 4) },
  play: async (ground) => {
    const skus = await ground.goods(...numbers(6).map((number) => ({ stock: Math.round(buyers / 4) + number })))
    const people: Person[] = []
    await inCrowd(numbers(buyers), buyers, async (number) => {
      const own = ground.random.branch(`cart-${number}`)
      people.push(
        await aFullCart(
          ground,
          `buyer-${number}`,
          own
            .shuffled(skus)
            .slice(0, 3)
            .map((sku) => ({ sku, quantity: own.int(1, 2) })),
        ),
      )
    })
    await inCrowd(people, buyers, async (who) => void (await orderCart(who)))
    await untilDecided(ground, 90)
    expectNoFailure(ground)
  },
})

const placed = (ground: Ground) =>
  ground.world.query<{ id: string }>(`SELECT id FROM ${ground.world.table('order', 'customer_order')} WHERE created_at >= ?`, [
    ground.scope.since,
  ])

export const sameKey = (copies: number): Scenario => ({
  name: 'same-key',
  about: `${copies} identical checkouts at once: one order, and everybody is told the same.`,
  play: async (ground) => {
    const [sku = ''] = await ground.goods({ stock: 10 })
    const who = await aFullCart(ground, 'shopper', [{ sku, quantity: 2 }])
    const cart = await readCart(who)
    if (cart === null) return ground.expect(false, 'the cart could not be read')
    const key = randomUUID()
    const orders = await Promise.all(numbers(copies).map(() => checkout(who, cart, key)))
    ground.expect(
      new Set(orders).size === 1 && orders[0] !== null,
      `${new Set(orders).size} different answers: ${[...new Set(orders)].join(', ')}`,
    )
    const rows = await placed(ground)
    ground.expect(rows.length === 1, `${rows.length} orders were placed`)
    expectNoFailure(ground)
  },
})

export const manyKeys = (keys: number): Scenario => ({
  name: 'many-keys-one-cart',
  about: `${keys} checkouts of one cart with different keys at once: one order, and the others are told which.`,
  play: async (ground) => {
    const [sku = ''] = await ground.goods({ stock: 10 })
    const who = await aFullCart(ground, 'shopper', [{ sku, quantity: 1 }])
    const cart = await readCart(who)
    if (cart === null) return ground.expect(false, 'the cart could not be read')
    const answers = await Promise.all(
      numbers(keys).map(() =>
        who.insist<Order & { orderId?: string }>('POST', '/v1/checkout', {
          key: randomUUID(),
          body: checkoutBody(who, cart),
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
    ground.expect(
      statuses.filter((status) => status === 201).length === 1,
      `${statuses.filter((status) => status === 201).length} were told that theirs was placed`,
    )
    ground.expect(
      statuses.every((status) => status === 201 || status === 409),
      `answers were ${[...new Set(statuses)].join(', ')}`,
    )
    ground.expect(orders.size === 1 && !orders.has(undefined), `they were told of ${orders.size} different orders`)
    ground.expect((await placed(ground)).length === 1, 'more than one order was placed')
  },
})
