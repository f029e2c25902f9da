// Golden tables of shipping: which zone, which options, and at which price.
import { type Destination, money, type ShippingOption } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import { flat, line, request, zone } from './price.fixture.ts'
import { price } from './price.ts'

const inEuros = (tiers: [from: number, amountMinor: number][], more: Partial<ShippingOption['rates'][number]> = {}) => [
  { currency: 'EUR', tiers: tiers.map(([from, amountMinor]) => ({ from, amountMinor })), ...more },
]
const standard = flat('opt_00000s', 0, { name: 'Standard', rates: inEuros([[0, 490]], { freeFromMinor: 5000 }) })
const byWeight = flat('opt_00000w', 0, {
  name: 'By weight',
  kind: 'by_weight',
  rates: inEuros([
    [0, 590],
    [2000, 890],
    [10_000, 1490],
  ]),
  maxWeightGrams: 30_000,
})
const bySubtotal = flat('opt_00000t', 0, {
  name: 'By subtotal',
  kind: 'by_subtotal',
  rates: inEuros([
    [0, 700],
    [3000, 350],
  ]),
})
const pallet = flat('opt_00000p', 0, { name: 'Pallet', rates: inEuros([[0, 9900]]), minWeightGrams: 30_000 })
const valuable = flat('opt_00000v', 0, {
  name: 'Insured',
  rates: inEuros([[0, 1900]], { minSubtotalMinor: 50_000, maxSubtotalMinor: 100_000 }),
})
const dollars = flat('opt_00000d', 0, { name: 'Dollars', rates: [{ currency: 'USD', tiers: [{ from: 0, amountMinor: 1 }] }] })
const zones = [
  zone('zon_00000g', [{ code: 'DE' }, { code: 'AT' }], standard, byWeight, bySubtotal, pallet, valuable, dollars),
  zone('zon_00000c', [{ code: 'US' }], flat('opt_00000u', 2500, { name: 'Overseas' })),
  zone('zon_00000h', [{ code: 'US', regions: ['HI', 'AK'] }], flat('opt_00000h', 4500, { name: 'Far' })),
]

const shipTo = (
  destination: Destination | undefined,
  goods: { price?: number; grams?: number; ships?: boolean },
  optionId?: string,
) =>
  price(
    request([line('goods', goods.price ?? 1000, 1, { weightGrams: goods.grams ?? 500, requiresShipping: goods.ships ?? true })], {
      destination,
      shippingOptionId: optionId,
      with: { shippingZones: zones },
    }),
  )

test.each([
  ['a small parcel', {}, ['Standard 490', 'By weight 590', 'By subtotal 700']],
  ['the first gram of the second tier', { grams: 2000 }, ['Standard 490', 'By subtotal 700', 'By weight 890']],
  ['the last gram of the second tier', { grams: 9999 }, ['Standard 490', 'By subtotal 700', 'By weight 890']],
  ['the heaviest parcel', { grams: 30_000 }, ['Standard 490', 'By subtotal 700', 'By weight 1490', 'Pallet 9900']],
  ['what only a pallet carries', { grams: 30_001 }, ['Standard 490', 'By subtotal 700', 'Pallet 9900']],
  ['the second tier by subtotal', { price: 3000 }, ['By subtotal 350', 'Standard 490', 'By weight 590']],
  ['one cent below free shipping', { price: 4999 }, ['By subtotal 350', 'Standard 490', 'By weight 590']],
  ['free shipping', { price: 5000 }, ['Standard 0', 'By subtotal 350', 'By weight 590']],
  ['valuable goods', { price: 50_000 }, ['Standard 0', 'By subtotal 350', 'By weight 590', 'Insured 1900']],
  ['goods that are too valuable', { price: 100_001 }, ['Standard 0', 'By subtotal 350', 'By weight 590']],
])('%s: the options that a cart can choose, the cheapest one first', (_, goods, expected) => {
  const { shipping } = shipTo({ country: 'DE' }, goods)
  expect(shipping.offers.map(({ name, price: { amountMinor } }) => `${name} ${amountMinor}`)).toEqual(expected)
})

test.each([
  ['a country', { country: 'AT' }, 'Standard'],
  ['a country with a region that no zone names', { country: 'US', region: 'TX' }, 'Overseas'],
  ['a region with a zone of its own', { country: 'US', region: 'HI' }, 'Far'],
  ['a region of the same name elsewhere', { country: 'DE', region: 'HI' }, 'Standard'],
])('the zone of %s', (_, destination, name) => {
  expect(shipTo(destination, {}).shipping.offers[0]?.name).toBe(name)
})

test('the chosen option is charged and shown with its estimate and the subtotal from which it is free', () => {
  const { shipping, totals, problems } = shipTo({ country: 'DE' }, {}, 'opt_00000s')
  expect(shipping.option).toEqual({
    id: 'opt_00000s',
    name: 'Standard',
    price: money(490, 'EUR'),
    freeFrom: money(5000, 'EUR'),
    estimateDays: { min: 1, max: 3 },
  })
  expect(totals).toMatchObject({ shipping: money(490, 'EUR'), total: money(1490, 'EUR') })
  expect(problems).toEqual([])
})

describe('without an option that can be charged, shipping is 0 and a problem says why:', () => {
  test.each([
    ['no destination', undefined, {}, undefined, 'destination_missing'],
    ['a country without a zone', { country: 'JP' }, {}, 'opt_00000s', 'not_deliverable'],
    ['no choice', { country: 'DE' }, {}, undefined, 'option_missing'],
    ['an option of another zone', { country: 'US' }, {}, 'opt_00000s', 'option_not_eligible'],
    ['an option for lighter goods', { country: 'DE' }, { grams: 30_001 }, 'opt_00000w', 'option_not_eligible'],
    ['an option in another currency', { country: 'DE' }, {}, 'opt_00000d', 'option_not_eligible'],
  ])('%s', (_, destination, goods, optionId, reason) => {
    const { problems, totals, shipping } = shipTo(destination, goods, optionId)
    expect(problems).toEqual([{ code: 'shipping_required', reason }])
    expect([totals.shipping.amountMinor, shipping.option]).toEqual([0, null])
  })
})

test('nothing is charged or missing where nothing is shipped', () => {
  const { problems, shipping } = shipTo(undefined, { ships: false })
  expect([problems, shipping.offers]).toEqual([[], []])
})

test('only lines that are shipped weigh, by their quantities', () => {
  const lines = [
    line('crate', 1000, 4, { weightGrams: 500 }),
    line('course', 1000, 9, { weightGrams: 9000, requiresShipping: false }),
  ]
  const { shipping } = price(
    request(lines, { destination: { country: 'DE' }, shippingOptionId: 'opt_00000w', with: { shippingZones: zones } }),
  )
  expect(shipping.price).toEqual(money(890, 'EUR'))
})
