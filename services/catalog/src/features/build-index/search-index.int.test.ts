// Search index on a real Elasticsearch: updates, late documents, rebuilds, and an engine that is down.
import { catalogEvents } from '@cartwright/contracts'
import { eventually } from '@cartwright/testing'
import { afterAll, test as anyTest, beforeAll, describe, expect } from 'vitest'
import { insertProduct } from '../../domain/write-products.ts'
import { admin, aProduct, aVariant, unique } from '../../fixtures.ts'
import { type Searchable, searchTimeoutMs, startSearchable } from '../../integrations/search-engine.fixture.ts'

const engineUrl = process.env.TEST_ELASTICSEARCH_URL ?? ''
const reason = 'TEST_ELASTICSEARCH_URL is not set, so search on Elasticsearch is not tested'
if (engineUrl === '' && process.env.CI === 'true') throw new Error(reason)
if (engineUrl === '') process.stderr.write(`${reason}\n`)
const test = anyTest.runIf(engineUrl !== '')

describe('the search index', () => {
  let shop: Searchable
  beforeAll(async () => {
    if (engineUrl !== '') shop = await startSearchable(engineUrl)
  })
  afterAll(async () => {
    if (engineUrl !== '') await shop.stop()
  })

  test('a product that is sold out, back in draft or withdrawn is updated in the index at once', async () => {
    const { sku, product } = await aVariant(shop.t, 1)
    await shop.settled()
    expect((await shop.search(`q=${sku}`)).items).toMatchObject([{ id: product.id, inStock: true }])
    expect((await shop.search(`q=${sku}&inStock=true`)).total).toBe(1)
    await shop.t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta: -1, reason: 'broken' })
    await shop.settled()
    expect((await shop.search(`q=${sku}&inStock=true`)).total).toBe(0)
    await shop.t.as(admin).patch(`/v1/admin/products/${product.id}`, { status: 'draft' })
    await shop.settled()
    expect((await shop.search(`q=${sku}`)).total).toBe(0)
  })

  test('a sale that leaves stock writes no document; selling out and restocking do, also when old events are repeated', async () => {
    const { sku, product } = await aVariant(shop.t, 3)
    await shop.settled()
    const writes = async () =>
      (await shop.elastic('GET', `/${shop.prefix}-products/_doc/${product.id}?_source=inStock`)).body as {
        _version: number
        _source: { inStock: boolean }
      }
    const adjustStockLevel = async (delta: number) => {
      await shop.t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta, reason: 'counted' })
      await shop.settled()
    }
    const first = await writes()
    await adjustStockLevel(-1)
    expect(await writes()).toEqual(first)
    const updates = (await shop.t.published(catalogEvents.stockChanged)).filter((event) => event.sku === sku)
    await adjustStockLevel(-2)
    expect((await writes())._source.inStock).toBe(false)
    await adjustStockLevel(1)
    expect((await writes())._source.inStock).toBe(true)
    for (const old of updates) await shop.t.receive(catalogEvents.stockChanged, old)
    await adjustStockLevel(-1)
    expect((await writes())._source.inStock).toBe(false)
  })

  test('a product in draft is not shown even before the index is updated', async () => {
    const { sku, product } = await aVariant(shop.t, 1)
    await shop.settled()
    shop.proxy.delay(200)
    await shop.t.as(admin).patch(`/v1/admin/products/${product.id}`, { status: 'draft' })
    shop.proxy.delay(0)
    expect((await shop.search(`q=${sku}`)).items).toEqual([])
    await shop.settled()
  })

  test('an old event and an old document that arrive late change nothing', async () => {
    const { sku, product } = await aVariant(shop.t, 1)
    await shop.settled()
    const [old] = (await shop.t.published(catalogEvents.productChanged)).filter((event) => event.productId === product.id)
    if (!old) throw new Error('no event')
    await shop.t.as(admin).patch(`/v1/admin/products/${product.id}`, { name: `Renamed ${sku}` })
    await shop.settled()
    await shop.t.receive(catalogEvents.productChanged, old, { twice: true })
    await shop.settled()
    const { body } = await shop.elastic('GET', `/${shop.prefix}-products/_doc/${product.id}`)
    expect(body._source.name).toBe(`Renamed ${sku}`)
    expect(
      (
        await shop.elastic(
          'PUT',
          `/${shop.prefix}-products/_doc/${product.id}?version=${body._version - 1}&version_type=external`,
          {
            name: 'old',
          },
        )
      ).status,
    ).toBe(409)
    await shop.t.as(admin).del(`/v1/admin/products/${product.id}`)
    await shop.settled()
    expect(
      (
        await shop.elastic('PUT', `/${shop.prefix}-products/_doc/${product.id}?version=${body._version}&version_type=external`, {
          name: 'old',
        })
      ).status,
    ).toBe(409)
  })

  test('a category that moves changes the documents of its products', async () => {
    const [from, to] = [`From ${unique()}`, `To ${unique()}`]
    const parents = await Promise.all(
      [from, to].map(async (name) => (await shop.t.as(admin).post('/v1/admin/categories', { name })).body),
    )
    const child = (await shop.t.as(admin).post('/v1/admin/categories', { name: `Child ${unique()}`, parentId: parents[0].id }))
      .body
    const leaf = (await shop.t.as(admin).post('/v1/admin/categories', { name: `Leaf ${unique()}`, parentId: child.id })).body
    const product = await aProduct(shop.t, { categoryIds: [leaf.id] })
    await shop.settled()
    expect((await shop.search(`category=${parents[0].slug}`)).items.map((item) => item.id)).toEqual([product.id])
    await shop.t.as(admin).patch(`/v1/admin/categories/${child.id}`, { parentId: parents[1].id })
    await shop.settled()
    expect((await shop.search(`category=${parents[0].slug}`)).total).toBe(0)
    expect((await shop.search(`category=${parents[1].slug}`)).items.map((item) => item.id)).toEqual([product.id])
    await shop.t.as(admin).del(`/v1/admin/categories/${child.id}`)
    await shop.settled()
    const changed = (await shop.t.published(catalogEvents.productChanged))
      .filter((event) => event.productId === product.id)
      .at(-1)
    expect(changed?.categories[0]?.ancestorIds).toEqual([parents[1].id])
  })

  test('a thousand products are indexed soon, and a rebuild during writes misses no product and keeps no withdrawn one', {
    timeout: 120_000,
  }, async () => {
    const { db } = shop.t.running
    if (db === null) throw new Error('no schema')
    let count = 0
    for (let batch = 0; batch < 20; batch++) {
      await db.tx(async (tx) => {
        for (let index = 0; index < 50; index++) {
          count += 1
          await insertProduct(
            tx,
            `prd_bulk${String(count).padStart(6, '0')}`,
            {
              name: `Bulk thing ${count}`,
              status: 'active',
              variants: [{ sku: `BULK-${count}`, prices: [{ amountMinor: count, currency: 'EUR' }] }],
            },
            `bulk-thing-${count}`,
            (kind) => `${kind}_bulk${String(count).padStart(6, '0')}`,
          )
        }
      })
    }
    const started = performance.now()
    await shop.settled()
    process.stderr.write(`1,000 products: in the index ${Math.round(performance.now() - started)} ms after the last commit\n`)
    expect((await shop.search('q=bulk')).total).toBe(1000)

    const asked = await shop.t.as(admin).post('/v1/admin/search/reindex')
    expect(asked).toMatchObject({ status: 202, body: { state: 'running' } })
    const writes = Array.from({ length: 30 }, async (_, index) => {
      const id = `prd_bulk${String(index * 33 + 1).padStart(6, '0')}`
      if (index % 3 === 0) await shop.t.as(admin).del(`/v1/admin/products/${id}`)
      else if (index % 3 === 1) await shop.t.as(admin).patch(`/v1/admin/products/${id}`, { name: `Renamed bulk ${index}` })
      else await aProduct(shop.t, { name: `New bulk ${index}` })
    })
    await Promise.all(writes)
    await shop.settled()
    expect((await shop.t.as(admin).get('/v1/admin/search')).body).toMatchObject({
      configured: true,
      answering: true,
      pending: 0,
      build: { build: asked.body.build, state: 'idle' },
    })
    expect(await shop.idsInIndex()).toEqual(await shop.publicIds())
    expect((await shop.search('q=renamed+bulk')).total).toBe(10)
    const { body } = await shop.elastic('GET', `/_alias/${shop.prefix}-products*`)
    expect(Object.keys(body)).toEqual([`${shop.prefix}-products-${asked.body.build}`])
  })

  test('a lost index is rebuilt automatically, and search is answered meanwhile', async () => {
    await shop.dropIndices()
    expect(await shop.search('q=headphones')).toMatchObject({ degraded: true, total: null, facets: null })
    await shop.t.clock.advance('31s')
    await shop.settled()
    expect(await shop.search('q=headphones')).toMatchObject({ degraded: false })
    expect(await shop.idsInIndex()).toEqual(await shop.publicIds())
  })

  test('an index that lacks a product is rebuilt', async () => {
    const [id] = await shop.publicIds()
    await shop.elastic('DELETE', `/${shop.prefix}-products/_doc/${id}`)
    await shop.t.clock.advance('31s')
    await shop.settled()
    expect(await shop.idsInIndex()).toEqual(await shop.publicIds())
  })

  test('without Elasticsearch MySQL answers search quickly, and the index catches up soon after its return', async () => {
    const sku = `GONE-${unique().toUpperCase()}`
    shop.proxy.refuse()
    for (let call = 0; call < 5; call++) expect(await shop.search('q=headphones')).toMatchObject({ degraded: true })
    const started = performance.now()
    expect((await shop.slugs('q=headphones')).length).toBeGreaterThan(0)
    expect(performance.now() - started).toBeLessThan(searchTimeoutMs)
    const product = await aProduct(shop.t, { name: `Made meanwhile ${sku}`, variants: [{ sku }] })
    await shop.t.idle()
    expect((await shop.t.anonymous.get(`/v1/products/${product.id}`)).status).toBe(200)
    expect((await shop.search(`q=${sku}`)).items).toHaveLength(1)
    shop.proxy.resume()
    await eventually(
      'the index has caught up',
      async () => {
        const found = await shop.search(`q=${sku}`)
        return !found.degraded && found.total === 1
      },
      10_000,
    )
  })

  test('a hanging Elasticsearch costs one timeout, and pages by name continue in MySQL', async () => {
    const first = await shop.search('sort=name&limit=5')
    const byRelevance = await shop.search('sort=relevance&limit=5')
    expect(first.degraded).toBe(false)
    shop.proxy.freeze()
    const slowest = Math.max(
      ...(await Promise.all(
        [1, 2, 3].map(async () => {
          const started = performance.now()
          expect((await shop.search('q=mug')).degraded).toBe(true)
          return performance.now() - started
        }),
      )),
    )
    expect(slowest).toBeLessThan(2 * searchTimeoutMs)
    const started = performance.now()
    const second = await shop.search(`sort=name&limit=5&cursor=${first.nextCursor}`)
    expect(performance.now() - started).toBeLessThan(searchTimeoutMs)
    expect(second.degraded).toBe(true)
    expect(second.items.map((item) => item.id)).not.toEqual(expect.arrayContaining(first.items.map((item) => item.id)))
    expect((await shop.t.anonymous.get(`/v1/search?sort=relevance&limit=5&cursor=${byRelevance.nextCursor}`)).status).toBe(400)
    const fallback = await shop.search('sort=relevance&limit=5')
    shop.proxy.resume()
    await eventually('search is back', async () => !(await shop.search('q=mug')).degraded, 10_000)
    const continued = await shop.search(`sort=relevance&limit=5&cursor=${fallback.nextCursor}`)
    expect(continued.degraded).toBe(true)
    expect(new Set([...fallback.items, ...continued.items].map((item) => item.id)).size).toBe(10)
  })
})
