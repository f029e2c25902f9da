// Model test: a thousand random operations of shoppers, orders and prices end in the cart that the model computes.
import { catalogEvents, type DataOf, orderEvents } from '@cartwright/contracts'
import type { Principal } from '@cartwright/service-kit'
import type { TestClient, UnderTest } from '@cartwright/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aCustomer, aGuest, aProduct, cancellationOf, orderOf, publishProduct, quantities, startCart } from '../fixtures.ts'

type Placed = DataOf<typeof orderEvents.placed>

/** One shopper with what the cart must be: SKU → quantity and price last seen. */
interface Shopper {
  who: Principal
  client: TestClient
  lines: Map<string, { quantity: number; seen: number }>
  /** Ordered, and the event has not arrived yet. */
  pending: Placed | null
  placed: Placed[]
}

interface Simulation {
  t: UnderTest
  skus: string[]
  prices: Map<string, number>
  versions: Map<string, number>
}

const newShopper = (t: UnderTest, who: Principal): Shopper => ({
  who,
  client: t.as(who),
  lines: new Map(),
  pending: null,
  placed: [],
})

const modelAdd = (shopper: Shopper, sku: string, quantity: number, seen: number | null) => {
  const held = shopper.lines.get(sku)
  shopper.lines.set(sku, { quantity: (held?.quantity ?? 0) + quantity, seen: seen ?? held?.seen ?? 0 })
}

const lineIdOf = async (shopper: Shopper, sku: string): Promise<string> => {
  const cart = (await shopper.client.get('/v1/cart')).body
  return cart.lines.find((line: { sku: string }) => line.sku === sku)?.id ?? 'lin_0000000000'
}

type Operation = (simulation: Simulation, shopper: Shopper, sku: string, quantity: number) => Promise<void>

const deliverOrder = async (simulation: Simulation, shopper: Shopper) => {
  const order = shopper.pending
  if (order === null) return
  shopper.pending = null
  shopper.placed.push(order)
  await simulation.t.receive(orderEvents.placed, order, { twice: true })
  for (const { sku, quantity } of order.lines) {
    const held = shopper.lines.get(sku)
    if (!held) continue
    if (held.quantity > quantity) shopper.lines.set(sku, { ...held, quantity: held.quantity - quantity })
    else shopper.lines.delete(sku)
  }
}

const operations: Record<string, Operation> = {
  add: async ({ prices }, shopper, sku, quantity) => {
    const expected = (shopper.lines.get(sku)?.quantity ?? 0) + quantity
    const answer = await shopper.client.post('/v1/cart/lines', { sku, quantity })
    expect(answer.status).toBe(expected > 999 ? 422 : 200)
    if (answer.status === 200) modelAdd(shopper, sku, quantity, prices.get(sku) ?? 0)
  },
  update: async ({ prices }, shopper, sku, quantity) => {
    const answer = await shopper.client.patch(`/v1/cart/lines/${await lineIdOf(shopper, sku)}`, { quantity })
    expect(answer.status).toBe(shopper.lines.has(sku) ? 200 : 404)
    if (answer.status === 200) shopper.lines.set(sku, { quantity, seen: prices.get(sku) ?? 0 })
  },
  remove: async (_, shopper, sku) => {
    const answer = await shopper.client.del(`/v1/cart/lines/${await lineIdOf(shopper, sku)}`)
    expect(answer.status).toBe(shopper.lines.delete(sku) ? 200 : 404)
  },
  clear: async (_, shopper, __, quantity) => {
    if (quantity < 80) return
    expect((await shopper.client.del('/v1/cart')).status).toBe(200)
    shopper.lines.clear()
  },
  reprice: async ({ t, prices, versions }, _, sku, quantity) => {
    const version = (versions.get(sku) ?? 0) + 1
    versions.set(sku, version)
    prices.set(sku, quantity * 10)
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version, prices: { EUR: quantity * 10 } }), { twice: true })
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: version - 1, prices: { EUR: 1 } }))
  },
  order: async (simulation, shopper) => {
    if (shopper.pending) return deliverOrder(simulation, shopper)
    const cart = (await shopper.client.get('/v1/cart')).body
    if (cart.lines.length > 0) shopper.pending = orderOf(shopper.who, cart)
  },
  deliverOrder,
  cancel: async ({ t }, shopper) => {
    const order = shopper.placed.pop()
    if (!order) return
    await t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    for (const { sku, quantity, unitPrice } of order.lines) {
      modelAdd(
        shopper,
        sku,
        Math.min(quantity, 999 - (shopper.lines.get(sku)?.quantity ?? 0)),
        shopper.lines.get(sku)?.seen ?? unitPrice.amountMinor,
      )
    }
  },
  merge: async ({ t }, shopper, sku, quantity) => {
    const guest = newShopper(t, aGuest())
    await guest.client.post('/v1/cart/lines', { sku, quantity })
    const held = shopper.lines.get(sku)
    const sum = Math.min(999, (held?.quantity ?? 0) + quantity)
    const guestAccessToken = await t.token(guest.who)
    for (let times = 0; times < 2; times++)
      expect((await shopper.client.post('/v1/cart/merge', { guestAccessToken })).status).toBe(200)
    const seen = held?.seen ?? (await guestPrice(shopper, sku))
    shopper.lines.set(sku, { quantity: sum, seen })
  },
}

const guestPrice = async (shopper: Shopper, sku: string): Promise<number> => {
  const cart = (await shopper.client.get('/v1/cart')).body
  return cart.lines.find((line: { sku: string }) => line.sku === sku).unitPrice.amountMinor
}

const check = async ({ prices }: Simulation, shopper: Shopper, lastVersion: number): Promise<number> => {
  const cart = (await shopper.client.get('/v1/cart')).body
  const wanted = Object.fromEntries([...shopper.lines].map(([sku, { quantity }]) => [sku, quantity]))
  expect(quantities(cart)).toEqual(wanted)
  const total = [...shopper.lines].reduce((sum, [sku, { quantity }]) => sum + quantity * (prices.get(sku) ?? 0), 0)
  expect(cart.total).toEqual({ amountMinor: total, currency: 'EUR' })
  const changed = [...shopper.lines].filter(([sku, { seen }]) => seen !== prices.get(sku)).map(([sku]) => sku)
  const problems = cart.problems
    .filter(({ code }: { code: string }) => code === 'price_changed')
    .map((problem: { sku: string }) => problem.sku)
  expect(problems.sort()).toEqual(changed.sort())
  expect(cart.version).toBeGreaterThanOrEqual(lastVersion)
  return cart.version
}

let t: UnderTest
beforeAll(async () => {
  t = await startCart()
})
afterAll(() => t.stop())

test('a thousand random operations of shoppers, orders and prices end in the cart that the model computes', async () => {
  const step = fc.record({
    name: fc.constantFrom(...Object.keys(operations)),
    shopper: fc.nat({ max: 2 }),
    sku: fc.nat({ max: 4 }),
    quantity: fc.integer({ min: 1, max: 90 }),
  })
  const run = async (steps: { name: string; shopper: number; sku: number; quantity: number }[]) => {
    const skus = await Promise.all(Array.from({ length: 5 }, () => publishProduct(t, { available: 100_000 })))
    const simulation: Simulation = {
      t,
      skus,
      prices: new Map(skus.map((sku) => [sku, 1000])),
      versions: new Map(skus.map((sku) => [sku, 1])),
    }
    const shoppers = Array.from({ length: 3 }, () => newShopper(t, aCustomer()))
    const versions = new Map<Shopper, number>()
    for (const { name, shopper: index, sku, quantity } of steps) {
      const shopper = shoppers[index]
      if (!shopper) throw new Error('no such shopper')
      await operations[name]?.(simulation, shopper, skus[sku] ?? '', quantity)
      versions.set(shopper, await check(simulation, shopper, versions.get(shopper) ?? 0))
    }
  }
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 200, maxLength: 200, size: 'max' }), run), {
    numRuns: 5,
    endOnFailure: true,
  })
}, 120_000)
