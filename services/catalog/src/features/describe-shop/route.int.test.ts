// The description of the shop follows its configuration, its prices and its price rules, in the language of the reader.
import { countries } from '@cartwright/contracts'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, aProduct, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'

let t: UnderTest
beforeAll(async () => {
  t = await startUnderTest(catalogService, {
    env: {
      SHOP_NAME: 'Möwe & Söhne',
      SHOP_LOCALE: 'de-AT',
      PUBLIC_URL: 'https://api.shop.example',
      CHECKOUT_RETURN_ORIGINS: 'https://shop.example/,https://api.shop.example',
    },
  })
})
afterAll(() => t.stop())

const read = async (query = '', accepted = '*') =>
  t.anonymous.get(`/v1/shop${query}`, { headers: { 'accept-language': accepted } })
const zone = (id: string, ...codes: string[]) => ({
  id,
  name: id,
  countries: codes.map((code) => ({ code })),
  options: [
    {
      id: `opt_${id.slice(4)}`,
      name: 'Parcel',
      kind: 'flat',
      rates: [{ currency: 'EUR', tiers: [{ from: 0, amountMinor: 490 }] }],
      estimateDays: { min: 1, max: 2 },
    },
  ],
})

test('an empty shop has its configuration, its default currency and every country', async () => {
  const { status, body, headers } = await read('?locale=en')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    name: 'Möwe & Söhne',
    currencies: [{ code: 'EUR', exponent: 2, default: true, taxIncluded: true }],
    locales: ['de', 'en'],
    limits: { cartLines: 100, lineQuantity: 999 },
    paymentMethods: ['card'],
    returnOrigins: ['https://api.shop.example', 'https://shop.example'],
  })
  expect(body.countries).toHaveLength(countries.length)
  expect(headers.get('content-language')).toBe('en')
  expect(headers.get('vary')).toMatch(/\bAccept-Language\b/)
})

test('currencies are those in which something is sold, with their digits and whether prices include tax', async () => {
  const product = (status: 'draft' | 'active', ...currencies: string[]) =>
    aProduct(t, {
      status,
      variants: [{ sku: `S-${unique()}`.toUpperCase(), prices: currencies.map((currency) => ({ amountMinor: 1000, currency })) }],
    })
  const sold = await product('active', 'KWD', 'USD', 'JPY')
  await product('draft', 'GBP')
  await t.as(admin).put('/v1/admin/tax-rates', { taxExcluded: ['USD'], items: [] })
  await t.idle()
  expect((await read()).body.currencies).toEqual([
    { code: 'EUR', exponent: 2, default: true, taxIncluded: true },
    { code: 'JPY', exponent: 0, default: false, taxIncluded: true },
    { code: 'KWD', exponent: 3, default: false, taxIncluded: true },
    { code: 'USD', exponent: 2, default: false, taxIncluded: false },
  ])
  await t.as(admin).patch(`/v1/admin/products/${sold.id}`, { status: 'archived' })
  await t.idle()
  expect((await read()).body.currencies.map(({ code }: { code: string }) => code)).toEqual(['EUR'])
})

test.each([
  ['', 'fr-CA', 'de'],
  ['', 'en-GB,de;q=0.5', 'en'],
  ['?locale=fr', 'en', 'en'],
  ['?locale=en', 'de', 'en'],
])('%j with Accept-Language %s names the countries of the zones in %s', async (query, accepted, language) => {
  await t.as(admin).put('/v1/admin/shipping-zones', { items: [zone('zon_000001', 'DE', 'AT'), zone('zon_000002', 'AE')] })
  const answer = await read(query, accepted)
  expect(answer.headers.get('content-language')).toBe(language)
  expect(answer.body.countries).toEqual(
    language === 'de'
      ? [
          { code: 'DE', name: 'Deutschland' },
          { code: 'AT', name: 'Österreich' },
          { code: 'AE', name: 'Vereinigte Arabische Emirate' },
        ]
      : [
          { code: 'AT', name: 'Austria' },
          { code: 'DE', name: 'Germany' },
          { code: 'AE', name: 'United Arab Emirates' },
        ],
  )
})

test('an unknown member of the query is refused with its name', async () => {
  expect(await read('?currency=EUR')).toMatchObject({
    status: 400,
    body: { code: 'validation_failed', errors: [{ path: '/currency' }] },
  })
})
