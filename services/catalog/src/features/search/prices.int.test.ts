// Prices and paging without Elasticsearch: price ranges, one price per currency, and cursors.
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aProduct, searchedByMysql, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'
import { choiceCases, makePricedGoods, type PricedGoods, priceCases } from './prices.fixture.ts'

interface Item {
  id: string
  name: string
  price: { amountMinor: number; currency: string } | null
  inStock: boolean
}

let t: UnderTest
let priced: PricedGoods
beforeAll(async () => {
  t = await startUnderTest(catalogService, searchedByMysql)
  priced = await makePricedGoods(t)
})
afterAll(() => t.stop())

const get = async (path: string): Promise<{ items: Item[]; nextCursor: string | null }> => {
  const page = await t.anonymous.get(path)
  expect(page.status, `${path} ${page.text}`).toBe(200)
  return page.body
}
const mine = (items: readonly Item[]): string[] => {
  const ids = new Set(Object.values(priced.idOf))
  return items.flatMap(({ id }) => (ids.has(id) ? [id] : [])).toSorted()
}
const idsOf = (names: readonly (keyof PricedGoods['idOf'])[]) => names.map((name) => priced.idOf[name]).toSorted()

describe('a price range', () => {
  test.each(priceCases)('%s finds %j in the list and in search', async (query, found) => {
    expect(mine((await get(`/v1/products?limit=100&${query}`)).items)).toEqual(idsOf(found))
    expect(mine((await get(`/v1/search?limit=100&q=${priced.word}&${query}`)).items)).toEqual(idsOf(found))
  })

  test.each(choiceCases)('%s finds %j in search', async (query, found) => {
    expect(mine((await get(`/v1/search?limit=100&${query}`)).items)).toEqual(idsOf(found))
  })
})

test('list, search and product page show the price of the currency, or none', async () => {
  for (const [currency, amounts] of [
    ['EUR', { twoPrices: 1000, soldOut: 1100, dollars: null, unpriced: null, withdrawn: 1200 }],
    ['USD', { twoPrices: 5500, soldOut: null, dollars: 4500, unpriced: null, withdrawn: null }],
    ['JPY', { twoPrices: null, soldOut: null, dollars: null, unpriced: null, withdrawn: null }],
  ] as const) {
    for (const path of [
      `/v1/products?limit=100&currency=${currency}`,
      `/v1/search?limit=100&q=${priced.word}&currency=${currency}`,
    ]) {
      const { items } = await get(path)
      for (const [name, amountMinor] of Object.entries(amounts)) {
        const item = items.find(({ id }) => id === priced.idOf[name as keyof typeof amounts])
        expect(item?.price, `${path} ${name}`).toEqual(amountMinor === null ? null : { amountMinor, currency })
        if (amountMinor === null) expect(item?.inStock).toBe(false)
      }
    }
    for (const [name, amountMinor] of Object.entries(amounts)) {
      const { body } = await t.anonymous.get(`/v1/products/${priced.idOf[name as keyof typeof amounts]}?currency=${currency}`)
      expect(body.price?.amountMinor ?? null).toBe(amountMinor)
      for (const variant of body.variants) expect(variant.price === null || variant.price.currency === currency).toBe(true)
    }
  }
})

test.each(['ZZZ', 'XXX', 'XAU', 'eur', 'EURO', 'E', '', 'BTC'])(
  'the currency %j is refused wherever one is named',
  async (currency) => {
    for (const path of ['/v1/products?', '/v1/search?q=x&', `/v1/products/${priced.idOf.twoPrices}?`])
      expect(await t.anonymous.get(`${path}currency=${currency}`), path).toMatchObject({
        status: 400,
        body: { code: 'validation_failed' },
      })
    const prices = [{ amountMinor: 5, currency }]
    const post = (path: string, body: object) => t.as(admin).post(`/v1/admin/${path}`, body)
    expect(await post('products', { name: 'x', variants: [{ sku: `CUR-${unique()}`, prices }] })).toMatchObject({ status: 400 })
    const product = await aProduct(t, { variants: [{ sku: `CUR-${unique()}` }] })
    expect(await t.as(admin).patch(`/v1/admin/variants/${product.variants[0].id}`, { prices })).toMatchObject({ status: 400 })
  },
)

test('a price in a currency that Stripe does not charge is stored and not shown to shoppers', async () => {
  const product = await aProduct(t, { variants: [{ sku: `OLD-${unique()}`, prices: [{ amountMinor: 5, currency: 'EUR' }] }] })
  await t.sql(`INSERT INTO variant_price (variant_id, currency, amount_minor) VALUES ('${product.variants[0].id}', 'ZZZ', 7)`)
  expect((await t.as(admin).patch(`/v1/admin/products/${product.id}`, { name: 'Renamed' })).status).toBe(200)
  expect((await t.anonymous.get(`/v1/products/${product.id}`)).body).toMatchObject({ price: { amountMinor: 5, currency: 'EUR' } })
})

describe('every cursor that is handed out is taken', () => {
  const names = [
    '漢'.repeat(200),
    `${'漢'.repeat(150)}a`,
    '😀'.repeat(200),
    'ﷺ'.repeat(200),
    '\u0007\u0007bell',
    'İ'.repeat(200),
    'same',
    'same',
    'SÄME',
    `x${'\u0301'.repeat(199)}`,
    '+++',
    '  padded  ',
    '"quotes" \\ and %',
  ]

  test('lists and searches accept their own cursors: every order, random page sizes, equal and missing prices, vanishing products', async () => {
    const word = `Cursory${unique().replace(/\d/g, 'q')}`
    const made: string[] = []
    for (const [index, name] of names.entries()) {
      const prices = index % 3 === 0 ? [] : [{ amountMinor: index % 2 === 0 ? 500 : 700 + index, currency: 'EUR' }]
      const product = await aProduct(t, { name, description: word, variants: [{ sku: `CR-${unique()}`, prices }] })
      made.push(product.id)
    }
    const orders = ['name', '-name', 'price', '-price', 'createdAt', '-createdAt']
    const lists = [
      ...orders.flatMap((sort) => [`/v1/products?sort=${sort}`, `/v1/search?q=${word}&sort=${sort}`]),
      `/v1/search?q=${word}`,
      '/v1/products?currency=JPY&sort=price',
      '/v1/search?',
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...lists),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
        async (path, limits) => {
          const seen: string[] = []
          let cursor: string | null = ''
          for (let turn = 0; cursor !== null; turn++) {
            const page = await get(`${path}&limit=${limits[turn % limits.length]}${cursor === '' ? '' : `&cursor=${cursor}`}`)
            seen.push(...page.items.map(({ id }) => id))
            cursor = page.nextCursor
            expect((cursor ?? '').length).toBeLessThanOrEqual(2048)
          }
          expect(new Set(seen).size).toBe(seen.length)
          expect(seen).toEqual(expect.arrayContaining(made))
        },
      ),
      { numRuns: 40 },
    )
    for (const path of lists) {
      const first = await get(`${path}&limit=3`)
      const [last] = first.items.slice(-1)
      if (first.nextCursor === null || !last) continue
      await t.as(admin).patch(`/v1/admin/products/${last.id}`, { status: 'draft' })
      const next = await get(`${path}&limit=100&cursor=${first.nextCursor}`)
      expect(next.items.map(({ id }) => id).filter((id) => first.items.some((item) => item.id === id))).toEqual([])
      await t.as(admin).patch(`/v1/admin/products/${last.id}`, { status: 'active' })
    }
  }, 120_000)

  test('the lists of products and movements for operators accept their own cursors', async () => {
    const sku = `MV-${unique().toUpperCase()}`
    await aProduct(t, { variants: [{ sku }] })
    for (let index = 0; index < 7; index++)
      await t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta: index + 1, reason: '漢'.repeat(200) })
    for (const path of ['/v1/admin/products?', '/v1/admin/products?q=same&', `/v1/admin/stock/${sku}/movements?`]) {
      const walk = async (limit: number): Promise<string[]> => {
        const seen: string[] = []
        let cursor: string | null = ''
        while (cursor !== null) {
          const page = await t.as(admin).get(`${path}limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`)
          expect(page.status).toBe(200)
          seen.push(...page.body.items.map(({ id }: { id: string | number }) => String(id)))
          cursor = page.body.nextCursor
        }
        return seen
      }
      const all = await walk(100)
      for (const limit of [1, 2, 5]) expect(await walk(limit), path).toEqual(all)
    }
  })
})
