// Seed of the development shop: deterministic, complete, and idempotent.
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { describe, expect, test } from 'vitest'
import { catalogService } from '../index.ts'

const tables = [
  'category',
  'product',
  'product_category',
  'variant',
  'variant_price',
  'product_listing',
  'shop_currency',
  'stock_level',
  'stock_movement',
  'image',
  'price_rules',
  'promotion_code',
]

const seeded = async (t: UnderTest): Promise<void> => {
  await t.running.seed()
  await t.idle()
}

/** Every row of catalog's tables as text, sorted. */
const dump = async (t: UnderTest): Promise<string[]> => {
  await seeded(t)
  const rows = await Promise.all(
    tables.map(async (table) => (await t.sql(`SELECT * FROM ${table}`)).map((row) => `${table} ${JSON.stringify(row)}`)),
  )
  return rows.flat().toSorted()
}

describe('the seed', () => {
  test('the seed gives the same shop twice, also on another day and when it runs again', async () => {
    await using first = await startUnderTest(catalogService)
    await using second = await startUnderTest(catalogService)
    await second.clock.advance('40d')
    const shop = await dump(first)
    expect(await dump(second)).toEqual(shop)
    expect(await dump(first)).toEqual(shop)
  }, 120_000)

  test('the seed creates products with variants in two currencies, stock, categories and images that exist', async () => {
    await using t = await startUnderTest(catalogService)
    await seeded(t)
    const products = await t.sql('SELECT id, images FROM product')
    const images = await t.sql('SELECT id, svg FROM image')
    expect(products.length).toBeGreaterThanOrEqual(60)
    expect((await t.sql('SELECT id FROM variant')).length).toBeGreaterThan(products.length)
    expect(await t.sql('SELECT currency FROM variant_price GROUP BY currency ORDER BY currency')).toEqual([
      { currency: 'EUR' },
      { currency: 'USD' },
    ])
    expect(await t.sql('SELECT sku FROM stock_level WHERE on_hand <= 0')).toEqual([])
    expect(await t.sql('SELECT sku FROM variant WHERE weight_grams = 0 OR NOT requires_shipping')).toEqual([])
    expect(await t.sql("SELECT slug FROM product WHERE tax_class = 'reduced'")).toEqual([{ slug: 'seed-box-pollinators' }])
    expect(await t.sql('SELECT id FROM product WHERE id NOT IN (SELECT product_id FROM product_category)')).toEqual([])
    const pictures = new Set(images.map((row) => `/v1/images/${row.id}`))
    for (const { images: listed } of products)
      for (const { url, alt } of JSON.parse(listed)) expect([pictures.has(url), alt.length > 0]).toEqual([true, true])
    expect(images.every((row) => row.svg.startsWith('<svg ') && row.svg.endsWith('</svg>'))).toBe(true)
  })

  test('every product and every category speaks German, and a draft and an archived product are hidden from shoppers', async () => {
    await using t = await startUnderTest(catalogService)
    await seeded(t)
    for (const table of ['product', 'category'])
      for (const { name, translations } of await t.sql(`SELECT name, translations FROM ${table}`)) {
        const { de } = JSON.parse(translations)
        for (const text of Object.values(de)) expect([name, String(text).length > 0]).toEqual([name, true])
        expect(Object.keys(de)).toEqual(table === 'product' ? ['name', 'description'] : ['name'])
      }
    const hidden = await t.sql("SELECT slug, status FROM product WHERE status <> 'active' ORDER BY status DESC")
    expect(hidden).toEqual([
      { slug: 'camp-kettle', status: 'draft' },
      { slug: 'weekly-wall-calendar-2025', status: 'archived' },
    ])
    for (const { slug } of hidden) expect((await t.anonymous.get(`/v1/products/${slug}`)).status).toBe(404)
    const mug = await t.anonymous.get('/v1/products/harbour-mug?locale=de')
    expect(mug.body).toMatchObject({ name: 'Becher Hafen' })
  })
})
