// Taxes that a provider outside of the shop says: in the preview of a cart, and what a cart shows while the provider cannot answer.
import { type Cart, catalogEvents, type TaxRate } from '@cartwright/contracts'
import { exampleRules, type FakeTaxProvider, startFakeTaxProvider, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { aGuest, publishProduct, startCart } from '../../fixtures.ts'

let provider: FakeTaxProvider
let t: UnderTest
beforeAll(async () => {
  provider = await startFakeTaxProvider()
  t = await startCart({}, { TAX_PROVIDER_URL: provider.url, TAX_PROVIDER_CACHE_SEC: '0' })
  await t.receive(catalogEvents.priceRulesChanged, { shopId: 'shop', rules: exampleRules(1) })
})
beforeEach(() => {
  provider.asked.length = 0
})
afterAll(async () => {
  await t?.stop()
  await provider[Symbol.asyncDispose]()
})

const amount = (amountMinor: number, currency = 'EUR') => ({ amountMinor, currency })
const rate = (country: string, percent: number, more: Partial<TaxRate> = {}): TaxRate => ({
  name: 'Tax',
  country,
  taxClass: 'standard',
  rate: percent,
  ...more,
})

/** A guest with two things at 10.00 in the cart, shipped to a destination. */
const aShopper = async (currency: 'EUR' | 'USD', destination: object) => {
  const sku = await publishProduct(t, { prices: { [currency]: 1000 } })
  const client = t.as(aGuest())
  await client.post('/v1/cart/lines', { sku, quantity: 2, currency })
  const chosen: Cart = (await client.put('/v1/cart/shipping', destination)).body
  return { client, sku, chosen, read: async (): Promise<Cart> => (await client.get('/v1/cart')).body }
}

test('the rates of the provider are shown in place of those of the shop', async () => {
  provider.say({ taxRates: [rate('US', 10, { region: 'CA' })] })
  const { chosen, read } = await aShopper('USD', {
    country: 'US',
    region: 'CA',
    postalCode: '90001',
    shippingOptionId: 'opt_coastal',
  })
  // 10 % of 20.00 and of 5.00 for shipping; the table of the shop has 8.25 %.
  expect(chosen).toMatchObject({
    tax: amount(250, 'USD'),
    taxes: [{ name: 'Tax', rate: 10, base: amount(2500, 'USD'), amount: amount(250, 'USD') }],
    taxKnown: true,
    total: amount(2750, 'USD'),
    problems: [],
  })
  expect(provider.asked.at(-1)).toMatchObject({
    destination: { country: 'US', region: 'CA', postalCode: '90001' },
    currency: 'USD',
  })
  expect(await read()).toEqual(chosen)
})

test.each([
  ['USD', { country: 'US', region: 'CA', shippingOptionId: 'opt_coastal' }, 2500],
  ['EUR', { country: 'DE', shippingOptionId: 'opt_standard' }, 2490],
] as const)(
  'while the provider cannot answer, a cart in %s shows no tax and says that none is known',
  async (currency, to, total) => {
    provider.say({ status: 503 })
    const { client, sku, chosen, read } = await aShopper(currency, to)
    expect(chosen).toMatchObject({
      tax: amount(0, currency),
      taxes: [],
      taxKnown: false,
      total: amount(total, currency),
      problems: [{ code: 'tax_unavailable' }],
    })
    expect(chosen.lines.flatMap(({ taxes }) => taxes)).toEqual([])
    expect(await read()).toEqual(chosen)
    const written = await client.post('/v1/cart/lines', { sku, quantity: 1 })
    expect(written).toMatchObject({ status: 200, body: { taxKnown: false, problems: [{ code: 'tax_unavailable' }] } })
  },
)

test('the problem ends when the provider answers again', async () => {
  provider.say({ body: 'broken' })
  const { chosen, read } = await aShopper('EUR', { country: 'DE', shippingOptionId: 'opt_standard' })
  expect(chosen.problems).toEqual([{ code: 'tax_unavailable' }])
  provider.say({ taxRates: [rate('DE', 25)] })
  // 24.90 × 25/125 = 4.98.
  await expect
    .poll(read, { timeout: 5000 })
    .toMatchObject({ tax: amount(498), taxKnown: true, total: amount(2490), problems: [] })
})

test('a cart without a destination and an empty cart ask no provider, and know no tax', async () => {
  provider.say({ status: 503 })
  const sku = await publishProduct(t)
  const client = t.as(aGuest())
  const cart: Cart = (await client.post('/v1/cart/lines', { sku, quantity: 1 })).body
  expect(cart).toMatchObject({ taxKnown: false, problems: [{ code: 'shipping_required' }] })
  await client.del('/v1/cart')
  const empty: Cart = (await client.put('/v1/cart/shipping', { country: 'DE' })).body
  expect(empty.problems).toEqual([])
  expect(provider.asked).toEqual([])
})
