// Public API: paging, filters, hidden products, categories, and the reads of other services.

import { orderEvents } from '@cartwright/contracts'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aProduct, aVariant, searchedByMysql, shopper, stockRequest, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'

describe('browsing', () => {
  let t: UnderTest
  beforeAll(async () => {
    t = await startUnderTest(catalogService, searchedByMysql)
    await t.running.seed()
    await t.idle()
  })
  afterAll(() => t.stop())

  const list = async (query: string) => {
    const page = await t.anonymous.get(`/v1/products?${query}`)
    expect(page.status, page.text).toBe(200)
    return page.body as {
      items: { id: string; slug: string; name: string; price: { amountMinor: number } | null; inStock: boolean }[]
      nextCursor: string | null
    }
  }
  /** Walks through a list page by page. `between` runs after each page. */
  const walk = async (query: string, between: () => Promise<unknown> = async () => undefined) => {
    let page = await list(query)
    const seen = [...page.items]
    while (page.nextCursor) {
      await between()
      page = await list(`${query}&cursor=${page.nextCursor}`)
      seen.push(...page.items)
    }
    return seen
  }

  test.for(['name', '-name', 'price', '-price', 'createdAt', '-createdAt'])(
    'pages by %s show every product once and in order',
    async (sort) => {
      const seen = await walk(`sort=${sort}&limit=7`)
      expect(new Set(seen.map((item) => item.id)).size).toBe(seen.length)
      expect(seen.length).toBeGreaterThanOrEqual(60)
      const prices = seen.map((item) => item.price?.amountMinor ?? 0)
      if (sort.endsWith('price')) expect(prices).toEqual(prices.toSorted((a, b) => (sort === 'price' ? a - b : b - a)))
      const names = seen.map((item) => item.name.toLowerCase())
      if (sort === 'name') expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)))
    },
  )

  test('products added or withdrawn while a shopper pages make no other product appear twice or vanish', async () => {
    const before = (await walk('sort=name&limit=100')).map((item) => item.id)
    const gone = new Set<string>()
    let turn = 0
    const seen = await walk('sort=name&limit=5', async () => {
      turn += 1
      await aProduct(t, { name: `${turn % 2 ? 'AAA' : 'zzz'} ${unique()}` })
      const id = before[turn * 4]
      if (id && turn < 5) {
        gone.add(id)
        await t.as(admin).patch(`/v1/admin/products/${id}`, { status: 'archived' })
      }
    })
    const ids = seen.map((item) => item.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(before.filter((id) => !gone.has(id) && !ids.includes(id))).toEqual([])
    for (const id of gone) await t.as(admin).patch(`/v1/admin/products/${id}`, { status: 'active' })
  })

  test.for(['name', '-name', 'price', '-price', 'createdAt', '-createdAt'])(
    'the index for %s gives its pages in order, without sorting',
    async (sort) => {
      const column = { name: 'name_key', price: sort === 'price' ? 'price_up' : 'price_down', createdAt: 'created_at' }[
        sort.replace('-', '')
      ]
      const direction = sort.startsWith('-') ? 'DESC' : 'ASC'
      const plan =
        await t.sql(`EXPLAIN SELECT l.product_id FROM product_listing l FORCE INDEX (product_listing_${column?.replace(/_(at|key)$/, '')})
      WHERE l.currency = 'EUR' ORDER BY l.${column} ${direction}, l.product_id ${direction} LIMIT 21`)
      expect(plan.map((row) => row.Extra).join()).not.toContain('filesort')
    },
  )

  test('filters narrow the list by category subtree, price range and stock; contradictions and unknown categories give an empty list', async () => {
    const items = (await list('category=home&minPrice=2000&maxPrice=4000&limit=100')).items
    expect(items.length).toBeGreaterThan(3)
    const variantPrices = async (id: string): Promise<number[]> => {
      const { variants } = (await t.anonymous.get(`/v1/products/${id}`)).body
      return variants.map((variant: { price: { amountMinor: number } }) => variant.price.amountMinor)
    }
    for (const { id } of items)
      expect(await variantPrices(id)).toSatisfy((all: number[]) => all.some((amount) => amount >= 2000 && amount <= 4000))
    const below = (
      await Promise.all(['kitchen', 'lighting', 'textiles'].map((slug) => list(`category=${slug}&limit=100`)))
    ).flatMap((page) => page.items.map((item) => item.id))
    expect((await list('category=home&limit=100')).items.map((item) => item.id).toSorted()).toEqual(
      [...new Set(below)].toSorted(),
    )
    expect((await list('minPrice=4000&maxPrice=2000')).items).toEqual([])
    expect(await list('category=no-such-category')).toEqual({ items: [], nextCursor: null })
    const { product } = await aVariant(t, 0)
    expect((await walk('inStock=false&limit=100')).map((item) => item.id)).toContain(product.id)
    expect((await walk('inStock=true&limit=100')).map((item) => item.id)).not.toContain(product.id)
  })

  test('a product without a price in the requested currency is shown without one and is last in both orders of price', async () => {
    const { product } = await aVariant(t, 1)
    expect((await t.anonymous.get(`/v1/products/${product.id}?currency=USD`)).body).toMatchObject({
      price: null,
      variants: [{ price: null }],
    })
    for (const sort of ['price', '-price']) {
      const seen = await walk(`sort=${sort}&currency=USD&limit=50`)
      const firstUnpriced = seen.findIndex((item) => item.price === null)
      expect(firstUnpriced).toBeGreaterThan(0)
      expect(seen.slice(firstUnpriced).every((item) => item.price === null)).toBe(true)
      expect(seen.map((item) => item.id)).toContain(product.id)
    }
    expect((await walk('currency=USD&minPrice=0&limit=100')).map((item) => item.id)).not.toContain(product.id)
    expect((await walk('currency=NOK&limit=100')).every((item) => item.price === null)).toBe(true)
  })

  test('the first price in a new currency lists every product in it', async () => {
    const all = (await walk('limit=100')).length
    await aProduct(t, { variants: [{ sku: `SEK-${unique().toUpperCase()}`, prices: [{ amountMinor: 5, currency: 'SEK' }] }] })
    const inSek = await walk('currency=SEK&sort=price&limit=100')
    expect(inSek).toHaveLength(all + 1)
    expect(inSek[0]?.price).toEqual({ amountMinor: 5, currency: 'SEK' })
  })

  test.for([
    'sort=price&cursor=NAME',
    'cursor=%25%25',
    'sort=name&cursor=AAAA',
    'sort=createdAt&cursor=FORGED',
    'limit=0',
    'limit=101',
    'sort=stock',
    'minPrice=-1',
    'minPrice=1e99',
    'currency=euro',
    'currency=eur',
    'currency=ZZZ',
    'currency=XXX',
    'currency=XAU',
    'currency=EURO',
    'colour=red',
  ])('a bad question (%s) is refused', async (query) => {
    const cursor = (await list('sort=name&limit=1')).nextCursor
    const forged = Buffer.from(JSON.stringify(['createdAt:EUR', 'yesterday', 'prd_x'])).toString('base64url')
    const page = await t.anonymous.get(`/v1/products?${query.replace('NAME', String(cursor)).replace('FORGED', forged)}`)
    expect(page).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  })

  test('drafts, archived and withdrawn products are hidden by id, slug, list, search and availability', async () => {
    const sku = `HID-${unique().toUpperCase()}`
    const product = await aProduct(t, { name: `Hidden ${sku}`, status: 'draft', variants: [{ sku }] })
    const visible = async () => [
      (await t.anonymous.get(`/v1/products/${product.id}`)).status,
      (await t.anonymous.get(`/v1/products/${product.slug}`)).status,
      (await t.anonymous.get(`/v1/products/${product.id}/availability`)).status,
      (await walk('limit=100')).some((item) => item.id === product.id),
      (await t.anonymous.get(`/v1/search?q=${sku}`)).body.items.length,
    ]
    expect(await visible()).toEqual([404, 404, 404, false, 0])
    await t.as(admin).patch(`/v1/admin/products/${product.id}`, { status: 'active' })
    expect(await visible()).toEqual([200, 200, 200, true, 1])
    await t.as(admin).patch(`/v1/admin/products/${product.id}`, { status: 'archived' })
    expect(await visible()).toEqual([404, 404, 404, false, 0])
    await t.as(admin).patch(`/v1/admin/products/${product.id}`, { status: 'active' })
    await t.as(admin).del(`/v1/admin/products/${product.id}`)
    expect(await visible()).toEqual([404, 404, 404, false, 0])
  })

  test('availability is read from the stock levels: a reservation of the last unit shows at once', async () => {
    const { sku, product } = await aVariant(t, 1)
    await t.receive(orderEvents.stockRequested, stockRequest(t, unique(), [{ sku, quantity: 1 }]))
    expect((await t.anonymous.get(`/v1/products/${product.id}/availability`)).body).toEqual({
      productId: product.id,
      variants: [{ sku, available: 0 }],
      inStock: false,
    })
    expect((await t.anonymous.get(`/v1/products/${product.id}`)).body).toMatchObject({
      inStock: false,
      variants: [{ available: 0 }],
    })
  })

  test('without an index search is answered from MySQL and marked as degraded', async () => {
    const found = await t.anonymous.get('/v1/search?q=headph&sort=price')
    expect(found.body).toMatchObject({ degraded: true, total: null, facets: null })
    expect(found.body.items.map((item: { slug: string }) => item.slug)).toEqual(['studio-headphones', 'travel-headphones'])
    expect((await t.anonymous.get('/v1/search?q=head_100%25')).body.items).toEqual([])
    expect((await t.anonymous.get('/v1/search?q=the+%2B-*')).status).toBe(200)
    expect(
      (await t.anonymous.get('/v1/search?option.colour=moss&option.colour=ink&limit=100')).body.items.length,
    ).toBeGreaterThan(10)
    expect((await t.anonymous.get('/v1/search?option.colour=moss&option.finish=oak')).body.items).toEqual([])
    expect((await t.as(admin).post('/v1/admin/search/reindex')).status).toBe(503)
  })

  test('the tree of categories, a category with its ancestors and an image can be read', async () => {
    const tree = (await t.anonymous.get('/v1/categories')).body.items
    expect(tree.map((node: { slug: string }) => node.slug)).toContain('home')
    expect(
      (await t.anonymous.get('/v1/categories/kitchen')).body.breadcrumbs.map((crumb: { slug: string }) => crumb.slug),
    ).toEqual(['home', 'kitchen'])
    expect((await t.anonymous.get('/v1/categories/no-such')).status).toBe(404)
    const { image } = (await t.anonymous.get('/v1/products?limit=1&sort=createdAt')).body.items[0]
    const picture = await t.anonymous.get(new URL(image.url).pathname)
    expect(picture.status).toBe(200)
    expect(picture.headers.get('content-type')).toContain('image/svg+xml')
    expect(picture.text).toMatch(/^<svg /)
  })

  test('internal reads require the token of a service', async () => {
    expect((await t.anonymous.get('/internal/variants?skus=A&currency=EUR')).status).toBe(401)
    expect((await t.as(shopper).get('/internal/variants?skus=A&currency=EUR')).status).toBe(401)
  })
})
