// What a storefront shows of products: price spans, pictures of products and variants, and the number of products of a category.
import { catalogEvents } from '@cartwright/contracts'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aProduct, internalVariants, searchedByMysql, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const sizes = [{ name: 'size', values: ['S', 'M', 'L'] }]
const picture = (name: string) => ({ url: `/v1/images/${name}`, alt: name })
const shownUrl = (name: string) => `http://localhost:8080/v1/images/${name}`

describe('a storefront', () => {
  let t: UnderTest
  beforeAll(async () => {
    t = await startUnderTest(catalogService, searchedByMysql)
  })
  afterAll(() => t.stop())

  const summaryOf = async (id: string, query = '') => {
    const { items } = (await t.anonymous.get(`/v1/products?limit=100${query}`)).body
    return items.find((item: { id: string }) => item.id === id) ?? null
  }
  /** A product in three sizes for 10, 20 and 30 euros. */
  const inSizes = (more: object = {}) => {
    const sku = `SIZ-${unique().toUpperCase()}`
    const variants = [
      { sku: `${sku}-S`, options: { size: 'S' }, prices: [eur(1000)] },
      { sku: `${sku}-M`, options: { size: 'M' }, prices: [eur(2000)], images: [picture('m')] },
      { sku: `${sku}-L`, options: { size: 'L' }, prices: [eur(3000), { amountMinor: 4400, currency: 'USD' }] },
    ]
    return aProduct(t, { options: sizes, variants, images: [picture('one'), picture('two')], ...more })
  }

  test('a summary has the span of prices in the currency and all pictures', async () => {
    const { id } = await inSizes()
    expect(await summaryOf(id)).toMatchObject({
      price: eur(1000),
      priceFrom: eur(1000),
      priceTo: eur(3000),
      inStock: false,
      taxClass: 'standard',
      image: { url: shownUrl('one') },
      images: [{ url: shownUrl('one'), alt: 'one' }, { url: shownUrl('two') }],
    })
    const dollars = { amountMinor: 4400, currency: 'USD' }
    expect(await summaryOf(id, '&currency=USD')).toMatchObject({ priceFrom: dollars, priceTo: dollars })
    expect(await summaryOf(id, '&currency=JPY')).toMatchObject({ price: null, priceFrom: null, priceTo: null })
  })

  test.each([
    ['minPrice=1500&maxPrice=2500', true],
    ['minPrice=2500', true],
    ['maxPrice=1000', true],
    ['minPrice=1100&maxPrice=1900', false],
    ['minPrice=2100&maxPrice=2900', false],
    ['minPrice=3001', false],
    ['maxPrice=999', false],
  ])('%s finds a product of 10, 20 and 30 euros: %s, in lists and in search', async (range, found) => {
    const name = `Span ${unique()}`
    const { id } = await inSizes({ name })
    expect((await summaryOf(id, `&${range}`)) !== null).toBe(found)
    const { items } = (await t.anonymous.get(`/v1/search?q=${encodeURIComponent(name)}&${range}`)).body
    expect(items.map((item: { id: string }) => item.id)).toEqual(found ? [id] : [])
  })

  test('a variant has its own pictures, and services get the picture of the variant, else that of the product', async () => {
    const product = await inSizes()
    const [small, medium] = product.variants
    expect((await t.anonymous.get(`/v1/products/${product.id}`)).body.variants).toMatchObject([
      { images: [] },
      { images: [{ url: shownUrl('m'), alt: 'm' }] },
      { images: [] },
    ])
    const imageOf = async (sku: string) => (await internalVariants(t, { skus: sku, currency: 'EUR' })).body.items[0].imageUrl
    expect(await imageOf(small.sku)).toBe(shownUrl('one'))
    expect(await imageOf(medium.sku)).toBe(shownUrl('m'))
    const change = (id: string, images: unknown) => t.as(admin).patch(`/v1/admin/variants/${id}`, { images })
    expect((await change(small.id, [picture('s')])).body.variants).toMatchObject([{ images: [picture('s')] }, {}, {}])
    const refused = await change(small.id, [{ url: 'javascript:alert(1)', alt: '' }])
    expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    expect(refused.body.errors[0].path).toBe('/images/0/url')
    expect((await change(medium.id, null)).status).toBe(200)
    expect([await imageOf(small.sku), await imageOf(medium.sku)]).toEqual([shownUrl('s'), shownUrl('one')])
    const events = (await t.published(catalogEvents.productChanged)).filter((event) => event.productId === product.id)
    expect(events.at(-1)?.variants).toMatchObject([{ images: [picture('s')] }, { images: [] }, { images: [] }])
  })

  test('categories count the products that are sold in them and below, each product once', async () => {
    const aCategory = async (parentId: string | null) =>
      (await t.as(admin).post('/v1/admin/categories', { name: `Count ${unique()}`, parentId })).body
    const top = await aCategory(null)
    const left = await aCategory(top.id)
    const right = await aCategory(top.id)
    expect(top.productCount).toBe(0)
    const first = await aProduct(t, { categoryIds: [left.id, right.id] })
    await aProduct(t, { categoryIds: [left.id, top.id] })
    await aProduct(t, { categoryIds: [right.id], status: 'draft' })
    const counts = async () => {
      await t.clock.advance('6s')
      const { productCount, children } = (await t.anonymous.get(`/v1/categories/${top.id}`)).body
      const byId = new Map(children.map((child: { id: string; productCount: number }) => [child.id, child.productCount]))
      return [productCount, byId.get(left.id), byId.get(right.id)]
    }
    expect(await counts()).toEqual([2, 2, 1])
    const tree = (await t.anonymous.get('/v1/categories')).body.items
    expect(tree.find((node: { id: string }) => node.id === top.id)).toMatchObject({ productCount: 2 })
    await t.as(admin).patch(`/v1/admin/products/${first.id}`, { status: 'archived' })
    expect(await counts()).toEqual([1, 1, 0])
    expect((await t.as(admin).patch(`/v1/admin/categories/${left.id}`, { parentId: null })).body.productCount).toBe(1)
    expect(await counts()).toEqual([1, undefined, 0])
  })
})
