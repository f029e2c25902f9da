// Index in memory: degraded until it is built, changes of other replicas, rebuilds, shops that are too large, and invariant I8.
import { checkedEachSecond, contradicted, eventually, startUnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aProduct, searchedByMysql, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'
import { type SearchShop, startInMemory } from '../../integrations/search-engine.fixture.ts'

describe('the index in memory', () => {
  let shop: SearchShop
  beforeAll(async () => {
    shop = await startInMemory(checkedEachSecond)
  })
  afterAll(() => shop.stop())

  const state = async () => (await shop.t.as(admin).get('/v1/admin/search')).body

  test('answers with total and facets, and operators see what it holds', async () => {
    const { degraded, total, facets } = await shop.search('q=headphnes')
    expect({ degraded, total }).toEqual({ degraded: false, total: 2 })
    expect(facets?.inStock).toEqual([{ value: 'true', count: 2 }])
    const count = (await shop.publicIds()).length
    expect(await state()).toMatchObject({
      engine: 'memory',
      configured: false,
      answering: true,
      pending: 0,
      build: { state: 'idle', copied: expect.any(Number), finishedAt: expect.any(String) },
    })
    expect((await shop.search('')).total).toBe(count)
  })

  test('a change that another replica has marked is read within seconds', async () => {
    const word = `Quorl${unique()}`
    const product = await aProduct(shop.t)
    await shop.settled()
    await shop.t.sql(`UPDATE product SET name = '${word}' WHERE id = '${product.id}'`)
    await shop.t.sql(`UPDATE search_pending SET token = 'evt_of_another', due_at = NOW(6) WHERE product_id = '${product.id}'`)
    await eventually('the replica has read the change', async () => (await shop.search(`q=${word}`)).total === 1)
    expect((await state()).pending).toBe(0)
  })

  test('a build that an operator requests replaces the index, and searches are answered by the old one meanwhile', async () => {
    const product = await aProduct(shop.t)
    await shop.settled()
    const word = `Quirl${unique()}`
    await shop.t.sql(`UPDATE product SET name = '${word}' WHERE id = '${product.id}'`)
    const asked = await shop.t.as(admin).post('/v1/admin/search/reindex')
    expect(asked).toMatchObject({ status: 202, body: { state: 'running' } })
    expect(await shop.search('')).toMatchObject({ degraded: false })
    await shop.settled()
    // The name was changed without an event, so only the build can have read it.
    await eventually('the build has read the name', async () => (await shop.search('q=quirl')).items.length > 0)
    expect(await state()).toMatchObject({
      build: { build: asked.body.build, state: 'idle', copied: (await shop.publicIds()).length },
    })
  })

  test('an index that holds another number of products than the shop is built again', async () => {
    const product = await aProduct(shop.t)
    await shop.settled()
    for (const table of ['product_listing', 'product_word'])
      await shop.t.sql(`DELETE FROM ${table} WHERE product_id = '${product.id}'`)
    await shop.t.sql(`UPDATE product SET status = 'draft' WHERE id = '${product.id}'`)
    const before = (await state()).build.build
    for (let look = 0; look < 2; look++) {
      await shop.t.clock.advance('31s')
      await shop.settled()
    }
    expect((await state()).build).toMatchObject({ state: 'idle', copied: (await shop.publicIds()).length })
    expect((await state()).build.build).not.toBe(before)
  })

  test('I8 is violated by a document that differs from MySQL, and changes in progress violate nothing', async () => {
    const product = await aProduct(shop.t)
    await shop.t.as(admin).patch(`/v1/admin/products/${product.id}`, { name: 'Renamed' })
    expect(await contradicted(shop.t)).toEqual([])
    await shop.settled()
    await shop.t.sql(`UPDATE product SET name = 'Without an event' WHERE id = '${product.id}'`)
    expect(await contradicted(shop.t)).toEqual(['I8-search-index'])
    await shop.t.as(admin).patch(`/v1/admin/products/${product.id}`, { description: 'Indexed again' })
    await shop.settled()
    expect(await contradicted(shop.t)).toEqual([])
  })
})

test('a start answers from MySQL until the index is built, and builds it without being asked', async () => {
  await using t = await startUnderTest(catalogService)
  await aProduct(t, { name: 'Harbour Mug' })
  await eventually('the index answers', async () => (await t.anonymous.get('/v1/search?q=hrabour')).body.total === 1)
})

test('MySQL answers while the shop has more products than the index may hold, and the index returns when it has fewer', async () => {
  await using t = await startUnderTest(catalogService, { env: { CATALOG_MEMORY_INDEX_PRODUCTS: '2' } })
  const search = async () => (await t.anonymous.get('/v1/search?q=mug')).body
  const reindex = () => t.as(admin).post('/v1/admin/search/reindex')
  await t.idle()
  for (let number = 0; number < 2; number++) await aProduct(t, { name: `Mug ${number}` })
  await t.idle()
  expect(await search()).toMatchObject({ degraded: false, total: 2 })
  const third = await aProduct(t, { name: 'Mug 3' })
  await t.clock.advance('31s')
  await t.idle()
  expect(await search()).toMatchObject({ degraded: true, total: null, items: { length: 3 } })
  expect((await t.as(admin).get('/v1/admin/search')).body).toMatchObject({ engine: 'database', answering: false, pending: 0 })
  expect(await reindex()).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } })
  await t.as(admin).del(`/v1/admin/products/${third.id}`)
  await t.clock.advance('31s')
  await t.idle()
  expect(await search()).toMatchObject({ degraded: false, total: 2 })
  expect((await reindex()).status).toBe(202)
})

test('no index is kept when it may hold no product', async () => {
  await using t = await startUnderTest(catalogService, searchedByMysql)
  await aProduct(t, { name: 'Mug' })
  await t.idle()
  expect((await t.anonymous.get('/v1/search?q=mug')).body).toMatchObject({ degraded: true, items: { length: 1 } })
  expect(await t.as(admin).post('/v1/admin/search/reindex')).toMatchObject({
    status: 503,
    body: { code: 'upstream_unavailable' },
  })
})
