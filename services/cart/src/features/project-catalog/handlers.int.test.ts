// Events of catalog: prices, stock and withdrawals show at the next read, and old events change nothing.
import { catalogEvents } from '@cartwright/contracts'
import type { UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aGuest, aProduct, aSale, aStockLevel, publishProduct, startCart } from '../../fixtures.ts'

describe('following the catalog', () => {
  let t: UnderTest
  beforeAll(async () => {
    t = await startCart()
  })
  afterAll(() => t.stop())

  const aShopper = async (sku: string, quantity = 2) => {
    const client = t.as(aGuest())
    const cart = (await client.post('/v1/cart/lines', { sku, quantity })).body
    return { client, line: cart.lines[0], read: async () => (await client.get('/v1/cart')).body }
  }

  test('a changed price is charged and stays a problem until that line is written', async () => {
    const [sku, other] = [await publishProduct(t, { prices: { EUR: 1000 } }), await publishProduct(t)]
    const { client, line, read } = await aShopper(sku)
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 2, prices: { EUR: 1200 } }), { twice: true })
    const problem = {
      code: 'price_changed',
      lineId: line.id,
      sku,
      oldPrice: { amountMinor: 1000, currency: 'EUR' },
      newPrice: { amountMinor: 1200, currency: 'EUR' },
    }
    expect(await read()).toMatchObject({ version: 1, total: { amountMinor: 2400 }, problems: [problem] })
    expect((await client.post('/v1/cart/lines', { sku: other, quantity: 1 })).body.problems).toEqual([problem])
    expect((await client.patch('/v1/cart', { currency: 'EUR' })).body.problems).toEqual([problem])
    expect((await client.patch(`/v1/cart/lines/${line.id}`, { quantity: 2 })).body.problems).toEqual([])
    expect((await read()).problems).toEqual([])
  })

  test('events in the wrong order leave the newest state', async () => {
    const sku = await publishProduct(t, { version: 5, prices: { EUR: 500 }, available: 5 })
    const { read } = await aShopper(sku, 6)
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 4, prices: { EUR: 400 }, status: 'archived' }))
    await t.receive(catalogEvents.stockChanged, aStockLevel(sku, 4, 4), { twice: true })
    expect(await read()).toMatchObject({
      lines: [{ unitPrice: { amountMinor: 500 } }],
      problems: [{ code: 'out_of_stock', requested: 6, available: 5 }],
    })
    await t.receive(catalogEvents.stockChanged, aStockLevel(sku, 6, 6))
    expect((await read()).problems).toEqual([])
  })

  test('an archived product and a withdrawn variant are unavailable, and available again after their return', async () => {
    const sku = await publishProduct(t)
    const { read } = await aShopper(sku)
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 2, status: 'archived' }))
    expect(await read()).toMatchObject({
      total: { amountMinor: 0 },
      lines: [{ name: `Thing ${sku}`, unitPrice: null }],
      problems: [{ code: 'unavailable' }],
    })
    await t.receive(catalogEvents.productChanged, { ...aProduct({ sku, version: 3 }), variants: [], withdrawnSkus: [sku] })
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 2 }))
    expect((await read()).problems).toMatchObject([{ code: 'unavailable' }])
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 4 }))
    expect(await read()).toMatchObject({ total: { amountMinor: 2000 }, problems: [] })
  })

  test('lines are named in the language of the reader, and by the product’s own name where it is not translated', async () => {
    const [sku, other] = [await publishProduct(t), await publishProduct(t)]
    const { client } = await aShopper(sku)
    const asGerman = { headers: { 'accept-language': 'de-AT, en;q=0.5' } }
    const named = aProduct({ sku, version: 2 })
    const variants = named.variants.map((variant) => ({ ...variant, name: 'blau' }))
    await t.receive(catalogEvents.productChanged, { ...named, variants, translations: { de: { name: 'Ding' } } }, { twice: true })
    const names = ({ body }: { body: { lines: { name: string }[] } }) => body.lines.map(({ name }) => name)
    expect(names(await client.get('/v1/cart', asGerman))).toEqual(['Ding — blau'])
    expect(names(await client.get('/v1/cart', { headers: { 'accept-language': 'fr' } }))).toEqual([`Thing ${sku} — blau`])
    expect(names(await client.post('/v1/cart/lines', { sku: other, quantity: 1 }, asGerman))).toEqual([
      'Ding — blau',
      `Thing ${other}`,
    ])
    await t.receive(catalogEvents.productChanged, { ...named, variants, version: 3, translations: { de: { description: 'x' } } })
    expect(names(await client.get('/v1/cart', asGerman))).toEqual([`Thing ${sku} — blau`, `Thing ${other}`])
  })

  test('new price rules lower the total at the next read; older ones, and the same ones again, change nothing', async () => {
    const { client, read } = await aShopper(await publishProduct(t), 2)
    expect(await read()).toMatchObject({ discount: { amountMinor: 0 }, total: { amountMinor: 2000 } })
    const tenPercent = {
      subtotal: { amountMinor: 2000 },
      discount: { amountMinor: 200 },
      total: { amountMinor: 1800 },
      lines: [{ lineTotal: { amountMinor: 2000 }, discounts: [{ name: 'Sale', amount: { amountMinor: 200 } }] }],
    }
    await t.receive(catalogEvents.priceRulesChanged, aSale(5, 10), { twice: true })
    expect(await read()).toMatchObject(tenPercent)
    await t.receive(catalogEvents.priceRulesChanged, aSale(4, 50))
    await t.receive(catalogEvents.priceRulesChanged, aSale(5, 50))
    expect(await read()).toMatchObject(tenPercent)
    expect((await client.patch('/v1/cart', { currency: 'EUR' })).body).toMatchObject(tenPercent)
    await t.receive(catalogEvents.priceRulesChanged, aSale(6, 25))
    expect(await read()).toMatchObject({ total: { amountMinor: 1500 } })
    expect((await t.sql('SELECT version FROM price_rules'))[0]?.version).toBe(6)
  })

  test('a promotion of a category means products in it and below it, also ones that were projected before', async () => {
    const [inside, outside] = [await publishProduct(t), await publishProduct(t)]
    const { client, read } = await aShopper(inside, 1)
    await client.post('/v1/cart/lines', { sku: outside, quantity: 1 })
    await t.receive(catalogEvents.priceRulesChanged, aSale(50, 10, { categoryIds: ['cat_000001'] }))
    expect(await read()).toMatchObject({ total: { amountMinor: 2000 } })
    const categories = [{ id: 'cat_000002', slug: 'mugs', name: 'Mugs', ancestorIds: ['cat_000001'] }]
    await t.receive(catalogEvents.productChanged, { ...aProduct({ sku: inside, version: 2 }), categories })
    expect(await read()).toMatchObject({ discount: { amountMinor: 100 }, total: { amountMinor: 1900 } })
  })

  test('weight, shipping and tax class are projected; events of an older catalog have the defaults', async () => {
    const sku = await publishProduct(t)
    const projected = async () =>
      (await t.sql(`SELECT tax_class, weight_grams, requires_shipping FROM variant WHERE sku = '${sku}'`))[0]
    expect(await projected()).toEqual({ tax_class: 'standard', weight_grams: 0, requires_shipping: 1 })
    const product = aProduct({ sku, version: 2 })
    const variants = product.variants.map((variant) => ({ ...variant, weightGrams: 640, requiresShipping: false }))
    await t.receive(catalogEvents.productChanged, { ...product, taxClass: 'reduced', variants }, { twice: true })
    expect(await projected()).toEqual({ tax_class: 'reduced', weight_grams: 640, requires_shipping: 0 })
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 3 }))
    expect(await projected()).toEqual({ tax_class: 'standard', weight_grams: 0, requires_shipping: 1 })
  })

  test('a line has its variant, its options, the page of its product and the picture of the variant, else of the product', async () => {
    const sku = await publishProduct(t)
    const { read } = await aShopper(sku)
    const product = aProduct({ sku, version: 2 })
    const shown = { variantId: product.variants[0]?.id, productId: product.productId, productSlug: product.slug }
    expect((await read()).lines).toMatchObject([{ ...shown, options: {}, imageUrl: 'http://localhost:8080/v1/images/thing' }])
    const variants = product.variants.map((variant) => ({
      ...variant,
      options: { colour: 'sand' },
      images: [{ url: 'https://pictures.example/sand.png', alt: 'a thing in sand' }],
    }))
    await t.receive(catalogEvents.productChanged, { ...product, slug: 'renamed', variants }, { twice: true })
    expect((await read()).lines[0]).not.toHaveProperty('compareAt')
    expect((await read()).lines).toMatchObject([
      { ...shown, productSlug: 'renamed', options: { colour: 'sand' }, imageUrl: 'https://pictures.example/sand.png' },
    ])
  })

  test('a line shows the price that its own is compared with, in the currency of the cart', async () => {
    const sku = await publishProduct(t)
    const { read } = await aShopper(sku)
    const product = aProduct({ sku, version: 2 })
    const compared = [
      { amountMinor: 1500, currency: 'EUR' },
      { amountMinor: 1600, currency: 'USD' },
    ]
    const variants = product.variants.map((variant) => ({ ...variant, compareAt: compared }))
    await t.receive(catalogEvents.productChanged, { ...product, variants }, { twice: true })
    expect((await read()).lines).toMatchObject([{ unitPrice: { amountMinor: 1000 }, compareAt: compared[0] }])
    await t.receive(catalogEvents.productChanged, { ...product, version: 3, status: 'archived', variants })
    expect((await read()).lines[0]).not.toHaveProperty('compareAt')
  })

  test('a replica shows rules that another one has recorded after a second', async () => {
    const { read } = await aShopper(await publishProduct(t), 1)
    await read()
    const { shopId, rules } = aSale(100, 30)
    await t.sql(`REPLACE INTO price_rules VALUES ('${shopId}', ${rules.version}, '${JSON.stringify(rules)}')`)
    await t.clock.advance('2s')
    expect(await read()).toMatchObject({ total: { amountMinor: 700 } })
  })
})
