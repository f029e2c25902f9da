// Search through its face, on a real Elasticsearch: golden queries, facets, late documents, rebuilding, and the engine going away.
import { catalogEvents, type Facets } from '@cartwright/contracts'
import { eventually, proxyOf, startUnderTest, type TcpProxy, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test as anyTest } from 'vitest'
import { insertProduct } from './db/write-products.ts'
import { admin, aProduct, aVariant, unique } from './fixtures.ts'
import { catalogService } from './index.ts'

const engineUrl = process.env.TEST_ELASTICSEARCH_URL ?? ''
const reason = 'TEST_ELASTICSEARCH_URL is not set, so search on Elasticsearch is not tested'
if (engineUrl === '' && process.env.CI === 'true') throw new Error(reason)
if (engineUrl === '') process.stderr.write(`${reason}\n`)
const test = anyTest.runIf(engineUrl !== '')

describe('search on Elasticsearch', () => {
  let t: UnderTest
  let proxy: TcpProxy
  const prefix = `t${unique()}`

  beforeAll(async () => {
    if (engineUrl === '') return
    proxy = await proxyOf(engineUrl)
    t = await startUnderTest(catalogService, { env: { ELASTICSEARCH_URL: proxy.through(engineUrl), CATALOG_INDEX_PREFIX: prefix } })
    await t.running.seed()
    await settled()
  })
  afterAll(async () => {
    if (engineUrl === '') return
    proxy.resume()
    await t.stop()
    await dropIndices()
    await proxy.stop()
  })

  const elastic = async (method: string, path: string, body?: object) => {
    const response = await fetch(engineUrl.replace(/\/$/, '') + path, { method, headers: { 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) })
    return { status: response.status, body: JSON.parse(await response.text()) }
  }
  const dropIndices = async () => {
    const { body } = await elastic('GET', `/${prefix}-products*`)
    for (const index of Object.keys(body)) await elastic('DELETE', `/${index}`)
  }
  /** Everything that events asked for is in the index, and to be found. */
  const settled = async () => {
    await t.idle()
    await elastic('POST', `/${prefix}-products/_refresh`)
  }
  const search = async (query: string) => {
    const found = await t.anonymous.get(`/v1/search?${query}`)
    expect(found.status, found.text).toBe(200)
    return found.body as { items: { id: string; slug: string; name: string; inStock: boolean; price: { amountMinor: number } | null }[]; nextCursor: string | null; total: number | null; facets: Facets | null; degraded: boolean }
  }
  const slugs = async (query: string) => (await search(query)).items.map((item) => item.slug)
  const idsInIndex = async () => {
    const { body } = await elastic('POST', `/${prefix}-products/_search`, { size: 10_000, _source: false })
    return body.hits.hits.map((hit: { _id: string }) => hit._id).sort()
  }
  const publicIds = async () => (await t.sql("SELECT id FROM product WHERE status = 'active' AND deleted_at IS NULL ORDER BY id")).map((row) => row.id)

  test('finds words in spite of typing mistakes, endings, accents and case', async () => {
    for (const q of ['headphnes', 'HEADPHONES', 'headphone', 'headph', 'héadphones']) {
      expect(await slugs(`q=${q}`), q).toEqual(expect.arrayContaining(['studio-headphones', 'travel-headphones']))
    }
    expect((await slugs('q=copper+teapot'))[0]).toBe('copper-rim-teapot')
    expect(await slugs('q=xyzzyqwv')).toEqual([])
    expect(await search('q=headphnes')).toMatchObject({ degraded: false })
  })

  test('a full SKU ranks first, a beginning of one is found, and case does not matter', async () => {
    const [{ sku, slug }] = await t.sql("SELECT v.sku, p.slug FROM variant v JOIN product p ON p.id = v.product_id ORDER BY v.sku LIMIT 1 OFFSET 40")
    expect((await slugs(`q=${sku}`))[0]).toBe(slug)
    expect((await slugs(`q=${sku.toLowerCase()}`))[0]).toBe(slug)
    expect(await slugs(`q=${sku.slice(0, 6)}`)).toContain(slug)
  })

  test.for(['relevance', 'name', '-name', 'price', '-price', 'createdAt', '-createdAt'])('pages by %s show every hit once and in order', async (sort) => {
    const seen: { id: string; price: { amountMinor: number } | null }[] = []
    let page = await search(`sort=${sort}&limit=9`)
    for (seen.push(...page.items); page.nextCursor; seen.push(...page.items)) page = await search(`sort=${sort}&limit=9&cursor=${page.nextCursor}`)
    expect(seen.length).toBe(page.total)
    expect(new Set(seen.map((item) => item.id)).size).toBe(page.total)
    expect(seen.map((item) => item.id).sort()).toEqual(await publicIds())
    const prices = seen.map((item) => item.price?.amountMinor ?? Number.NaN)
    if (sort.endsWith('price')) expect(prices).toEqual([...prices].sort((a, b) => (sort === 'price' ? a - b : b - a)))
  })

  test('in a currency that prices nothing, everything is found without a price and pages all the same', async () => {
    const first = await search('currency=CHF&sort=price&limit=50')
    const second = await search(`currency=CHF&sort=price&limit=50&cursor=${first.nextCursor}`)
    expect(first.items[0]?.price).toBeNull()
    expect(first.items.length + second.items.length).toBe(first.total)
    expect((await search('currency=CHF&minPrice=0')).total).toBe(0)
  })

  const bases = ['', 'q=wool', 'category=home', 'inStock=true&maxPrice=6000', 'option.colour=moss', 'q=lamp&option.finish=oak', 'minPrice=2000&maxPrice=9000&category=outdoors&option.colour=sand&option.colour=ink']
  test.for(bases)('every facet count of "%s" is the number of hits when it is chosen', async (base) => {
    const parameters = new URLSearchParams(base)
    const { facets, total } = await search(base)
    const totalWith = async (change: Record<string, string | null>) => {
      const changed = new URLSearchParams(parameters)
      for (const [name, value] of Object.entries(change)) value === null ? changed.delete(name) : changed.set(name, value)
      return (await search(changed.toString())).total
    }
    if (!facets) throw new Error('no facets')
    expect(total).toBeGreaterThanOrEqual(0)
    for (const { value, count } of facets.categories) expect(await totalWith({ category: value }), `category ${value}`).toBe(count)
    for (const { value, count } of facets.inStock) expect(await totalWith({ inStock: value }), `inStock ${value}`).toBe(count)
    for (const { minPrice, maxPrice, count } of facets.prices) {
      expect(await totalWith({ minPrice: String(minPrice), maxPrice: maxPrice === null ? null : String(maxPrice) }), `price ${minPrice}`).toBe(count)
    }
    for (const [name, values] of Object.entries(facets.options)) {
      for (const { value, count } of values) expect(await totalWith({ [`option.${name}`]: value }), `${name} ${value}`).toBe(count)
    }
  })

  test('options must meet in one variant', async () => {
    const sku = `OPT-${unique()}`
    const product = await aProduct(t, { variants: [{ sku: `${sku}-1`, options: { 'Größe.': 'M', tone: 'red' } }, { sku: `${sku}-2`, options: { 'Größe.': 'L', tone: 'blue' } }] })
    await settled()
    const found = (tone: string, size: string) => search(`q=${sku}&option.tone=${tone}&${encodeURIComponent('option.Größe.')}=${size}`)
    expect((await found('red', 'M')).items.map((item) => item.id)).toEqual([product.id])
    expect((await found('red', 'L')).total).toBe(0)
  })

  test('what is sold out, put back into draft or withdrawn follows at once', async () => {
    const { sku, product } = await aVariant(t, 1)
    await settled()
    expect((await search(`q=${sku}`)).items).toMatchObject([{ id: product.id, inStock: true }])
    expect((await search(`q=${sku}&inStock=true`)).total).toBe(1)
    await t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta: -1, reason: 'broken' })
    await settled()
    expect((await search(`q=${sku}&inStock=true`)).total).toBe(0)
    await t.as(admin).patch(`/v1/admin/products/${product.id}`, { status: 'draft' })
    await settled()
    expect((await search(`q=${sku}`)).total).toBe(0)
  })

  test('a product in draft is not shown even before the index knows', async () => {
    const { sku, product } = await aVariant(t, 1)
    await settled()
    proxy.delay(200)
    await t.as(admin).patch(`/v1/admin/products/${product.id}`, { status: 'draft' })
    proxy.delay(0)
    expect((await search(`q=${sku}`)).items).toEqual([])
    await settled()
  })

  test('an old event that arrives late, and an old document, change nothing', async () => {
    const { sku, product } = await aVariant(t, 1)
    await settled()
    const [old] = (await t.published(catalogEvents.productChanged)).filter((event) => event.productId === product.id)
    if (!old) throw new Error('no event')
    await t.as(admin).patch(`/v1/admin/products/${product.id}`, { name: `Renamed ${sku}` })
    await settled()
    await t.receive(catalogEvents.productChanged, old, { twice: true })
    await settled()
    const { body } = await elastic('GET', `/${prefix}-products/_doc/${product.id}`)
    expect(body._source.name).toBe(`Renamed ${sku}`)
    expect((await elastic('PUT', `/${prefix}-products/_doc/${product.id}?version=${body._version - 1}&version_type=external`, { name: 'old' })).status).toBe(409)
    await t.as(admin).del(`/v1/admin/products/${product.id}`)
    await settled()
    expect((await elastic('PUT', `/${prefix}-products/_doc/${product.id}?version=${body._version}&version_type=external`, { name: 'old' })).status).toBe(409)
  })

  test('a category that moves takes its products along', async () => {
    const [from, to] = [`From ${unique()}`, `To ${unique()}`]
    const parents = await Promise.all([from, to].map(async (name) => (await t.as(admin).post('/v1/admin/categories', { name })).body))
    const child = (await t.as(admin).post('/v1/admin/categories', { name: `Child ${unique()}`, parentId: parents[0].id })).body
    const leaf = (await t.as(admin).post('/v1/admin/categories', { name: `Leaf ${unique()}`, parentId: child.id })).body
    const product = await aProduct(t, { categoryIds: [leaf.id] })
    await settled()
    expect((await search(`category=${parents[0].slug}`)).items.map((item) => item.id)).toEqual([product.id])
    await t.as(admin).patch(`/v1/admin/categories/${child.id}`, { parentId: parents[1].id })
    await settled()
    expect((await search(`category=${parents[0].slug}`)).total).toBe(0)
    expect((await search(`category=${parents[1].slug}`)).items.map((item) => item.id)).toEqual([product.id])
    await t.as(admin).del(`/v1/admin/categories/${child.id}`)
    await settled()
    const changed = (await t.published(catalogEvents.productChanged)).filter((event) => event.productId === product.id).at(-1)
    expect(changed?.categories[0]?.ancestorIds).toEqual([parents[1].id])
  })

  test('a cursor that was not made for the order is the caller’s mistake', async () => {
    const { nextCursor } = await search('sort=name&limit=1')
    const forged = Buffer.from(JSON.stringify(['createdAt:EUR', 'yesterday', 'prd_x'])).toString('base64url')
    for (const query of [`sort=price&cursor=${nextCursor}`, `sort=relevance&cursor=AAAA`, `sort=createdAt&cursor=${forged}`, 'sort=name&cursor=%00']) {
      expect((await t.anonymous.get(`/v1/search?${query}`)).body, query).toMatchObject({ status: 400, code: 'validation_failed' })
    }
  })

  test('a thousand products are in the index soon, and a rebuild under writes misses none and keeps none', { timeout: 120_000 }, async () => {
    const { db } = t.running
    if (db === null) throw new Error('no schema')
    let count = 0
    for (let batch = 0; batch < 20; batch++) {
      await db.tx(async (tx) => {
        for (let index = 0; index < 50; index++) {
          count += 1
          await insertProduct(tx, `prd_bulk${String(count).padStart(6, '0')}`, { name: `Bulk thing ${count}`, status: 'active', variants: [{ sku: `BULK-${count}`, prices: [{ amountMinor: count, currency: 'EUR' }] }] }, `bulk-thing-${count}`, (kind) => `${kind}_bulk${String(count).padStart(6, '0')}`)
        }
      })
    }
    const started = performance.now()
    await settled()
    process.stderr.write(`1,000 products: in the index ${Math.round(performance.now() - started)} ms after the last commit\n`)
    expect((await search('q=bulk')).total).toBe(1000)

    const asked = await t.as(admin).post('/v1/admin/search/reindex')
    expect(asked).toMatchObject({ status: 202, body: { state: 'running' } })
    const writes = Array.from({ length: 30 }, async (_, index) => {
      const id = `prd_bulk${String(index * 33 + 1).padStart(6, '0')}`
      if (index % 3 === 0) await t.as(admin).del(`/v1/admin/products/${id}`)
      else if (index % 3 === 1) await t.as(admin).patch(`/v1/admin/products/${id}`, { name: `Renamed bulk ${index}` })
      else await aProduct(t, { name: `New bulk ${index}` })
    })
    await Promise.all(writes)
    await settled()
    expect((await t.as(admin).get('/v1/admin/search')).body).toMatchObject({ configured: true, answering: true, pending: 0, build: { build: asked.body.build, state: 'idle' } })
    expect(await idsInIndex()).toEqual(await publicIds())
    expect((await search('q=renamed+bulk')).total).toBe(10)
    const { body } = await elastic('GET', `/_alias/${prefix}-products*`)
    expect(Object.keys(body)).toEqual([`${prefix}-products-${asked.body.build}`])
  })

  test('an index that was lost is built anew by itself, and search answers meanwhile', async () => {
    await dropIndices()
    expect(await search('q=headphones')).toMatchObject({ degraded: true, total: null, facets: null })
    await t.clock.advance('31s')
    await settled()
    expect(await search('q=headphones')).toMatchObject({ degraded: false })
    expect(await idsInIndex()).toEqual(await publicIds())
  })

  test('an index that lacks a product is noticed', async () => {
    const [id] = await publicIds()
    await elastic('DELETE', `/${prefix}-products/_doc/${id}`)
    await t.clock.advance('31s')
    await settled()
    expect(await idsInIndex()).toEqual(await publicIds())
  })

  test('an engine that is gone costs little, search answers from MySQL, and all is caught up soon after it is back', async () => {
    const sku = `GONE-${unique()}`
    proxy.refuse()
    for (let call = 0; call < 5; call++) expect(await search('q=headphones')).toMatchObject({ degraded: true })
    const started = performance.now()
    expect((await slugs('q=headphones')).length).toBeGreaterThan(0)
    expect(performance.now() - started).toBeLessThan(300)
    const product = await aProduct(t, { name: `Made meanwhile ${sku}`, variants: [{ sku }] })
    await t.idle()
    expect((await t.anonymous.get(`/v1/products/${product.id}`)).status).toBe(200)
    expect((await search(`q=${sku}`)).items).toHaveLength(1)
    proxy.resume()
    await eventually('the index has caught up', async () => {
      const found = await search(`q=${sku}`)
      return !found.degraded && found.total === 1
    }, 10_000)
  })

  test('an engine that hangs costs one timeout, and pages by name go on in MySQL', async () => {
    const first = await search('sort=name&limit=5')
    const byRelevance = await search('sort=relevance&limit=5')
    expect(first.degraded).toBe(false)
    proxy.freeze()
    const slowest = Math.max(...(await Promise.all([1, 2, 3].map(async () => {
      const started = performance.now()
      expect((await search('q=mug')).degraded).toBe(true)
      return performance.now() - started
    }))))
    expect(slowest).toBeLessThan(2500)
    const started = performance.now()
    const second = await search(`sort=name&limit=5&cursor=${first.nextCursor}`)
    expect(performance.now() - started).toBeLessThan(500)
    expect(second.degraded).toBe(true)
    expect(second.items.map((item) => item.id)).not.toEqual(expect.arrayContaining(first.items.map((item) => item.id)))
    expect((await t.anonymous.get(`/v1/search?sort=relevance&limit=5&cursor=${byRelevance.nextCursor}`)).status).toBe(400)
    const fallback = await search('sort=relevance&limit=5')
    proxy.resume()
    await eventually('search is back', async () => !(await search('q=mug')).degraded, 10_000)
    const continued = await search(`sort=relevance&limit=5&cursor=${fallback.nextCursor}`)
    expect(continued.degraded).toBe(true)
    expect(new Set([...fallback.items, ...continued.items].map((item) => item.id)).size).toBe(10)
  })
})
