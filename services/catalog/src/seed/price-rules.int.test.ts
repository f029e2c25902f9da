// Seeded price rules: accepted by the admin API, complete for every country, weight and currency, and never written twice.
import { catalogEvents, countries, type PriceRules } from '@cartwright/contracts'
import { type PriceRequest, price } from '@cartwright/pricing'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin } from '../fixtures.ts'
import { catalogService } from '../index.ts'

let t: UnderTest
let rules: PriceRules
beforeAll(async () => {
  t = await startUnderTest(catalogService)
  await t.running.seed()
  await t.idle()
  const published = await t.published(catalogEvents.priceRulesChanged)
  rules = published.at(-1)?.rules ?? expect.fail('no rules were published')
}, 120_000)
afterAll(() => t.stop())

const priced = ({
  amountMinor = 2500,
  grams = 500,
  ...more
}: Partial<PriceRequest> & { amountMinor?: number; grams?: number }) => {
  const currency = more.currency ?? 'EUR'
  const line = { sku: 'THING', quantity: 1, unitPrice: { amountMinor, currency }, categoryIds: [], weightGrams: grams }
  return price({ lines: [{ id: 'lin_000001', ...line }], currency, codes: [], at: new Date(), rules, ...more })
}
const chosen = (destination: { country: string; region?: string }, more: Parameters<typeof priced>[0] = {}) => {
  const [cheapest] = priced({ destination, ...more }).shipping.offers
  return priced({ destination, shippingOptionId: cheapest?.id, ...more })
}

test('operators can send every rule back unchanged, which makes no new version', async () => {
  const { version } = rules
  const client = t.as(admin)
  const zones = await client.put('/v1/admin/shipping-zones', { items: rules.shippingZones })
  const rates = await client.put('/v1/admin/tax-rates', { items: rules.taxRates, taxExcluded: rules.taxExcluded })
  expect([zones.status, zones.body.version, rates.status, rates.body.version]).toEqual([200, version, 200, version])
  for (const { id, ...promotion } of rules.promotions) {
    const same = await client.patch(`/v1/admin/promotions/${id}`, promotion)
    expect([same.status, same.body]).toEqual([200, { id, ...promotion }])
  }
  expect((await client.get('/v1/admin/shipping-zones')).body.version).toBe(version)
})

test('goods of every weight are delivered to every country, in every currency that is sold', async () => {
  const sold = await t.sql('SELECT currency FROM variant_price GROUP BY currency')
  expect(sold).toHaveLength(2)
  for (const { currency } of sold)
    for (const country of countries)
      for (const grams of [0, 1999, 10_001, 31_500, 31_501, 2_000_000]) {
        const { offers } = priced({ destination: { country }, grams, currency }).shipping
        expect([country, currency, grams, offers.length > 0]).toEqual([country, currency, grams, true])
      }
})

test.each([
  ['Germany', { country: 'DE' }, {}, 490],
  ['Germany, heavier', { country: 'DE' }, { grams: 2000 }, 690],
  ['Germany, free from 75 euros', { country: 'DE' }, { amountMinor: 7500 }, 0],
  ['France', { country: 'FR' }, {}, 1290],
  ['France, for more', { country: 'FR' }, { amountMinor: 5000 }, 990],
  ['New York', { country: 'US', region: 'NY' }, { currency: 'USD' }, 995],
  ['Hawaii', { country: 'US', region: 'HI' }, { currency: 'USD' }, 1995],
  ['Puerto Rico', { country: 'PR' }, { currency: 'USD' }, 1995],
  ['Japan', { country: 'JP' }, {}, 1990],
])('shipping to %s', (_, destination, more, amountMinor) => {
  const { totals } = chosen(destination, more)
  expect(totals.shipping.amountMinor).toBe(amountMinor)
})

test('express takes light goods within its insurance only', () => {
  const names = (more: Parameters<typeof priced>[0]) =>
    priced({ destination: { country: 'DE' }, ...more }).shipping.offers.map(({ name }) => name)
  expect(names({})).toEqual(['Parcel', 'Express'])
  expect(names({ grams: 10_001 })).toEqual(['Parcel'])
  expect(names({ amountMinor: 100_001 })).toEqual(['Parcel'])
  expect(names({ grams: 31_501 })).toEqual(['Freight'])
})

test('prices in euros include the VAT of the Union, American sales taxes come on top, and nothing is taxed elsewhere', () => {
  const taxes = (destination: { country: string; region?: string }, currency = 'EUR') => {
    const { totals, taxes } = priced({ destination, currency, amountMinor: 10_000 })
    return [totals.taxIncluded, ...taxes.map(({ name, rate, amount }) => `${name} ${rate} ${amount.amountMinor}`)]
  }
  expect(taxes({ country: 'DE' })).toEqual([true, 'VAT 19 1597'])
  expect(taxes({ country: 'FR' })).toEqual([true, 'VAT 20 1667'])
  expect(taxes({ country: 'US', region: 'CA' }, 'USD')).toEqual([false, 'California sales tax 7.25 725'])
  expect(taxes({ country: 'US', region: 'OR' }, 'USD')).toEqual([false])
  expect(taxes({ country: 'GB' })).toEqual([true])
})

test('the codes are found, and each is for a promotion that waits for a code', async () => {
  for (const [code, promotionId] of [
    ['WELCOME10', 'prm_welcome10'],
    ['FREESHIP', 'prm_freeshipping'],
  ]) {
    const { items } = (await t.as(admin).get(`/v1/admin/promotions/${promotionId}/codes`)).body
    expect(items).toMatchObject([{ code, active: true, maxUses: null }])
    expect(rules.promotions.find(({ id }) => id === promotionId)?.trigger).toBe('code')
  }
})

test('what an operator removes or replaces does not come back with the next seed', async () => {
  const client = t.as(admin)
  await client.del('/v1/admin/promotions/prm_paperforthree')
  const { version } = (await client.put('/v1/admin/tax-rates', { items: [], taxExcluded: [] })).body
  await t.running.seed()
  expect((await client.get('/v1/admin/tax-rates')).body).toEqual({ version, items: [], taxExcluded: [] })
  expect((await client.get('/v1/admin/promotions/prm_paperforthree')).status).toBe(404)
})
