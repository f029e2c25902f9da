// Shipping of a cart as a table: tiers and limits at their bounds, free shipping, goods that are not shipped, and zones by region.
import { type Cart, catalogEvents, type ShippingOption, type ShippingRate } from '@cartwright/contracts'
import { exampleRules, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aGuest, aProduct, aSku, aStockLevel, startCart } from '../../fixtures.ts'

const option = (id: string, more: Partial<ShippingOption>, rate: Partial<ShippingRate>): ShippingOption => ({
  id,
  name: id,
  kind: 'flat',
  rates: [{ currency: 'EUR', tiers: [{ from: 0, amountMinor: 500 }], ...rate }],
  estimateDays: { min: 1, max: 2 },
  ...more,
})
const tiers = (...steps: [from: number, amountMinor: number][]) => ({
  tiers: steps.map(([from, amountMinor]) => ({ from, amountMinor })),
})
const zone = (id: string, code: string, regions: string[] | undefined, ...options: ShippingOption[]) => ({
  id,
  name: id,
  countries: [regions === undefined ? { code } : { code, regions }],
  options,
})

/** A country for each kind of option. */
const zones = [
  zone(
    'zon_weight01',
    'DE',
    undefined,
    option('opt_weight01', { kind: 'by_weight' }, tiers([0, 400], [1000, 700], [5000, 1500])),
  ),
  zone(
    'zon_subtotal',
    'FR',
    undefined,
    option('opt_subtotal', { kind: 'by_subtotal' }, tiers([0, 900], [3000, 600], [6000, 300])),
  ),
  zone('zon_free0001', 'NL', undefined, option('opt_free0001', {}, { freeFromMinor: 5000 })),
  zone('zon_limits01', 'AT', undefined, option('opt_light001', { minWeightGrams: 500, maxWeightGrams: 2000 }, {})),
  zone('zon_limits02', 'BE', undefined, option('opt_medium01', {}, { minSubtotalMinor: 2000, maxSubtotalMinor: 4000 })),
  zone('zon_from0001', 'LU', undefined, option('opt_heavy001', { kind: 'by_weight' }, tiers([1000, 800]))),
  zone('zon_islands1', 'ES', ['CN', 'IB'], option('opt_islands1', {}, tiers([0, 1900]))),
  zone('zon_spain001', 'ES', undefined, option('opt_spain001', {}, {})),
  zone('zon_hawaii01', 'US', ['HI'], option('opt_hawaii01', {}, tiers([0, 4000]))),
]

let t: UnderTest
beforeAll(async () => {
  t = await startCart()
  await t.receive(catalogEvents.priceRulesChanged, { shopId: 'shop', rules: exampleRules(1, { shippingZones: zones }) })
})
afterAll(() => t.stop())

interface Goods {
  priceMinor: number
  weightGrams?: number
  quantity?: number
  requiresShipping?: boolean
}
/** A cart with these goods. */
const cartOf = async (...all: Goods[]) => {
  const client = t.as(aGuest())
  for (const { priceMinor, quantity = 1, ...shipped } of all) {
    const sku = aSku()
    const product = aProduct({ sku, prices: { EUR: priceMinor } })
    const variants = product.variants.map((variant) => ({ ...variant, ...shipped }))
    await t.receive(catalogEvents.productChanged, { ...product, variants })
    await t.receive(catalogEvents.stockChanged, aStockLevel(sku, 1000))
    expect((await client.post('/v1/cart/lines', { sku, quantity })).status).toBe(200)
  }
  return client
}
/** What the only option at the destination costs when it is chosen, or the reason why there is none. */
const shippingTo = async (
  destination: { country: string; region?: string },
  ...goods: Goods[]
): Promise<number | string | undefined> => {
  const client = await cartOf(...goods)
  const { shippingOptions, problems }: Cart = (await client.put('/v1/cart/shipping', destination)).body
  const [only] = shippingOptions
  if (only === undefined) return problems.find(({ code }) => code === 'shipping_required')?.reason
  const chosen: Cart = (await client.put('/v1/cart/shipping', { ...destination, shippingOptionId: only.id })).body
  expect(chosen.problems).toEqual([])
  expect(chosen.total.amountMinor).toBe(chosen.subtotal.amountMinor + only.price.amountMinor)
  expect((await client.get('/v1/cart')).body).toEqual(chosen)
  return chosen.shipping.amountMinor
}

describe('a tier begins at its bound', () => {
  test.each([
    [0, 1, 400],
    [999, 1, 400],
    [333, 3, 400],
    [1000, 1, 700],
    [500, 2, 700],
    [4999, 1, 700],
    [5000, 1, 1500],
    [90_000, 1, 1500],
  ])('of weight: units of %i g, %i of them, cost %i', async (weightGrams, quantity, price) => {
    expect(await shippingTo({ country: 'DE' }, { priceMinor: 1000, weightGrams, quantity })).toBe(price)
  })

  test.each([
    [2999, 1, 900],
    [3000, 1, 600],
    [1500, 2, 600],
    [5999, 1, 600],
    [6000, 1, 300],
  ])('of the subtotal: units at %i, %i of them, cost %i', async (priceMinor, quantity, price) => {
    expect(await shippingTo({ country: 'FR' }, { priceMinor, quantity })).toBe(price)
  })

  test.each([
    [999, 'not_deliverable'],
    [1000, 800],
  ])('also the first one: %i g ship for %s', async (weightGrams, price) => {
    expect(await shippingTo({ country: 'LU' }, { priceMinor: 1000, weightGrams })).toBe(price)
  })
})

test.each([
  [4999, 500],
  [5000, 0],
  [5001, 0],
])('free shipping begins at its bound: a subtotal of %i ships for %i', async (priceMinor, price) => {
  expect(await shippingTo({ country: 'NL' }, { priceMinor })).toBe(price)
})

describe('an option is offered within its limits, bounds included', () => {
  test.each([
    [499, 'not_deliverable'],
    [500, 500],
    [2000, 500],
    [2001, 'not_deliverable'],
  ])('of weight: %i g ship for %s', async (weightGrams, price) => {
    expect(await shippingTo({ country: 'AT' }, { priceMinor: 1000, weightGrams })).toBe(price)
  })

  test.each([
    [1999, 'not_deliverable'],
    [2000, 500],
    [4000, 500],
    [4001, 'not_deliverable'],
  ])('of the subtotal: %i ships for %s', async (priceMinor, price) => {
    expect(await shippingTo({ country: 'BE' }, { priceMinor })).toBe(price)
  })
})

describe('goods that are not shipped', () => {
  const download = { priceMinor: 2500, weightGrams: 9000, requiresShipping: false }

  test('need no destination and no option', async () => {
    const client = await cartOf(download)
    expect((await client.get('/v1/cart')).body).toMatchObject({ problems: [], shippingOptions: [], total: { amountMinor: 2500 } })
    expect(await shippingTo({ country: 'DE' }, download)).toBeUndefined()
    expect(await shippingTo({ country: 'JP' }, download)).toBeUndefined()
  })

  test('weigh nothing beside others, and count for the subtotal', async () => {
    expect(await shippingTo({ country: 'DE' }, download, { priceMinor: 100, weightGrams: 999 })).toBe(400)
    expect(await shippingTo({ country: 'NL' }, download, { priceMinor: 2500 })).toBe(0)
  })
})

describe('a zone that names regions', () => {
  test.each([
    [{ country: 'ES', region: 'CN' }, 1900],
    [{ country: 'ES', region: 'IB' }, 1900],
    [{ country: 'ES', region: 'MD' }, 500],
    [{ country: 'ES' }, 500],
    [{ country: 'US', region: 'HI' }, 4000],
    [{ country: 'US', region: 'CA' }, 'not_deliverable'],
    [{ country: 'US' }, 'not_deliverable'],
    [{ country: 'CH' }, 'not_deliverable'],
  ])('ships to %j for %s', async (destination, price) => {
    expect(await shippingTo(destination, { priceMinor: 1000 })).toBe(price)
  })
})
