// Shipping and taxes in a checkout: what is refused, what is charged, and what the order keeps.
import { catalogEvents, type OpenCart, type PriceRules } from '@cartwright/contracts'
import { price } from '@cartwright/pricing'
import { checkedEachSecond, contradicted, exampleRules } from '@cartwright/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anAddress, type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { refusal } from './refused.fixture.ts'

let o: OrderUnderTest
let version = 0
const publishRules = async (more: Partial<PriceRules> = {}): Promise<PriceRules> => {
  version += 1
  const rules = exampleRules(version, more)
  await o.t.receive(catalogEvents.priceRulesChanged, { shopId: 'shop', rules })
  return rules
}
beforeAll(async () => {
  o = await startOrder(checkedEachSecond)
  await publishRules()
})
afterAll(() => o?.stop())
const refused = refusal(() => o)

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const usd = (amountMinor: number) => ({ amountMinor, currency: 'USD' })
const inGermany = { ...anAddress, country: 'DE', postalCode: '28195' }
const german: Partial<OpenCart> = { destination: { country: 'DE', postalCode: '28195' }, shippingOptionId: 'opt_standard' }
const californian: Partial<OpenCart> = {
  currency: 'USD',
  destination: { country: 'US', region: 'CA' },
  shippingOptionId: 'opt_coastal',
}

/** A shopper with two pieces at ten in the currency of the cart. */
const aShopper = (choice: Partial<OpenCart>) => {
  const shopper = o.aShopper()
  const currency = choice.currency ?? 'EUR'
  const { sku } = o.anItem({ price: { amountMinor: 1000, currency } })
  o.fillCart(shopper, [{ sku, quantity: 2 }], 3, choice)
  const checkout = (totalMinor: number, shippingAddress: object) =>
    o.checkout(shopper, { expectedTotal: { amountMinor: totalMinor, currency }, shippingAddress })
  return { shopper, checkout }
}

const standard = { id: 'opt_standard', name: 'Standard', price: eur(490), freeFrom: eur(5000), estimateDays: { min: 2, max: 4 } }
const offeredInGermany = [standard, { id: 'opt_express' }]

describe('an order', () => {
  test('keeps the option with its taxes, and stays as it was when rules change', async () => {
    const { shopper, checkout } = aShopper(german)
    const placed = await checkout(2490, inGermany)
    const tax = { name: 'VAT', rate: 19 }
    expect(placed).toMatchObject({
      status: 201,
      body: {
        subtotal: eur(2000),
        shipping: eur(490),
        tax: eur(397),
        total: eur(2490),
        taxIncluded: true,
        taxes: [{ ...tax, base: eur(2093), amount: eur(397) }],
        shippingOption: { ...standard, discounts: [], taxes: [{ ...tax, base: eur(412), amount: eur(78) }] },
      },
    })
    await publishRules({ shippingZones: [], taxRates: [] })
    expect((await o.t.as(shopper).get(`/v1/orders/${placed.body.id}`)).body).toEqual(placed.body)
    expect(await contradicted(o.t)).toEqual([])
    await publishRules()
  })

  test('charges the taxes of a region on top where prices exclude them', async () => {
    const { checkout } = aShopper(californian)
    // 20.00 and 5.00 for shipping: 8.25 % of each, rounded once: 1.65 and 0.41.
    const placed = await checkout(2706, { ...anAddress, country: 'US', region: 'US-CA', postalCode: '90001' })
    expect(placed).toMatchObject({
      status: 201,
      body: { shipping: usd(500), tax: usd(206), total: usd(2706), taxIncluded: false },
    })
    expect(placed.body.taxes.map(({ name, amount }: { name: string; amount: object }) => [name, amount])).toEqual([
      ['State tax', usd(181)],
      ['District tax', usd(25)],
    ])
  })

  test('freezes what its price was calculated from, without the postal code, and each rule set once', async () => {
    const orders = [await aShopper(german).checkout(2490, inGermany), await aShopper(german).checkout(2490, inGermany)]
    const rows = await o.t.sql(
      `SELECT * FROM order_price_input WHERE order_id IN (${orders.map(({ body }) => `'${body.id}'`).join(', ')})`,
    )
    expect(rows).toHaveLength(2)
    for (const { input, rules_version } of rows) {
      expect(rules_version).toBe(version)
      expect(JSON.parse(input)).toMatchObject({ destination: { country: 'DE' }, shippingOptionId: 'opt_standard', codes: [] })
      expect(input).not.toContain('28195')
    }
    expect(await o.t.sql(`SELECT COUNT(*) AS count FROM price_rule_set WHERE version = ${version}`)).toEqual([{ count: 1 }])
  })
})

describe('refused is', () => {
  test('a cart without a destination, with what can be chosen for the address', async () => {
    const { checkout } = aShopper({})
    await refused(() => checkout(2000, inGermany), 409, {
      code: 'shipping_required',
      reason: 'destination_missing',
      shippingOptions: offeredInGermany,
    })
  })

  test.each([
    ['no option', null, 'option_missing'],
    ['an option that is no longer offered', 'opt_parcel', 'option_not_eligible'],
  ])('a cart with %s, with what can be chosen', async (_, shippingOptionId, reason) => {
    const { checkout } = aShopper({ destination: { country: 'DE' }, shippingOptionId })
    await refused(() => checkout(2000, inGermany), 409, {
      code: 'shipping_required',
      reason,
      shippingOptions: offeredInGermany,
    })
  })

  test('a destination to which the shop does not ship', async () => {
    const { checkout } = aShopper({ destination: { country: 'JP' } })
    await refused(() => checkout(2000, { ...anAddress, country: 'JP' }), 409, {
      code: 'shipping_required',
      reason: 'not_deliverable',
      shippingOptions: [],
    })
  })

  test('an address in another country, with the options there', async () => {
    const { checkout } = aShopper(german)
    await refused(() => checkout(2490, { ...anAddress, country: 'FR' }), 409, {
      code: 'shipping_changed',
      destination: german.destination,
      shippingOptions: [{ id: 'opt_parcel', price: eur(900) }],
    })
  })

  test.each(['TX', 'Texas', undefined])(
    'an address in the region %s, where rules name regions of the country',
    async (region) => {
      const { checkout } = aShopper(californian)
      await refused(() => checkout(2706, { ...anAddress, country: 'US', region }), 409, {
        code: 'shipping_changed',
        shippingOptions: [{ id: 'opt_america', price: usd(900) }],
      })
    },
  )

  test('a total that was shown under other rules, with both totals', async () => {
    const { checkout } = aShopper(german)
    const [germany, ...others] = exampleRules(0).shippingZones
    const dearer = germany?.options.map((option) => ({
      ...option,
      rates: option.rates.map((rate) => ({ ...rate, tiers: [{ from: 0, amountMinor: 690 }] })),
    }))
    await publishRules({ shippingZones: [{ ...germany, options: dearer } as PriceRules['shippingZones'][number], ...others] })
    await refused(() => checkout(2490, inGermany), 409, { code: 'price_changed', expected: eur(2490), total: eur(2690) })
    expect((await checkout(2690, inGermany)).status).toBe(201)
    await publishRules()
  })
})

describe('accepted is', () => {
  test('an address in another region of a country whose regions no rule names', async () => {
    const { checkout } = aShopper({ ...german, destination: { country: 'DE', region: 'HB' } })
    expect((await checkout(2490, { ...inGermany, region: 'Bavaria' })).status).toBe(201)
  })

  test('any address in a shop without zones and taxes, as before', async () => {
    await publishRules({ shippingZones: [], taxRates: [] })
    expect((await aShopper({}).checkout(2000, inGermany)).body).toMatchObject({
      shippingOption: null,
      shipping: eur(0),
      taxes: [],
    })
    expect((await aShopper({ destination: { country: 'FR' } }).checkout(2000, inGermany)).status).toBe(201)
    await publishRules()
  })

  test('a cart without a destination in a shop that only taxes: the address says the taxes, and a higher total is refused first', async () => {
    await publishRules({ shippingZones: [] })
    expect((await aShopper({}).checkout(2000, inGermany)).body).toMatchObject({ tax: eur(319), total: eur(2000) })
    const there = { ...anAddress, country: 'US', region: 'CA' }
    const { checkout } = aShopper({ currency: 'USD' })
    await refused(() => checkout(2000, there), 409, { code: 'price_changed', expected: usd(2000), total: usd(2165) })
    expect((await checkout(2165, there)).body).toMatchObject({ tax: usd(165), total: usd(2165) })
    await publishRules()
  })
})

test('an order costs what the same calculation says for its cart, and never more or less', async () => {
  const rules = await publishRules()
  const cases = fc.record({
    amountMinor: fc.integer({ min: 100, max: 20_000 }),
    quantity: fc.integer({ min: 1, max: 9 }),
    choice: fc.constantFrom(german, californian, { ...german, shippingOptionId: 'opt_express' }),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ amountMinor, quantity, choice }) => {
      const currency = choice.currency ?? 'EUR'
      const shopper = o.aShopper()
      const item = o.anItem({ price: { amountMinor, currency } })
      const { lines } = o.fillCart(shopper, [{ sku: item.sku, quantity }], 3, choice)
      const { totals } = price({
        lines: lines.map((line) => ({ ...line, unitPrice: { amountMinor, currency } })),
        currency,
        destination: choice.destination ?? undefined,
        shippingOptionId: choice.shippingOptionId ?? undefined,
        codes: [],
        at: o.t.clock.now(),
        rules,
      })
      const shippingAddress = { ...anAddress, ...choice.destination, postalCode: '1' }
      const wrong = { ...totals.total, amountMinor: totals.total.amountMinor + 1 }
      expect((await o.checkout(shopper, { expectedTotal: wrong, shippingAddress })).body).toMatchObject({ total: totals.total })
      const placed = await o.checkout(shopper, { expectedTotal: totals.total, shippingAddress })
      expect(placed.status, placed.text).toBe(201)
      expect(placed.body).toMatchObject(totals)
    }),
    { numRuns: 25 },
  )
  expect(await contradicted(o.t)).toEqual([])
})
