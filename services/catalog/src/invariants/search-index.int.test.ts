// Invariant I8 on a real Elasticsearch: changes in progress are no violation, and a wrong document is found at the next check.
import { checkedEachSecond, contradicted } from '@cartwright/testing'
import { afterAll, test as anyTest, beforeAll, expect } from 'vitest'
import { admin, aVariant } from '../fixtures.ts'
import { type Searchable, startSearchable } from '../integrations/search-engine.fixture.ts'

const engineUrl = process.env.TEST_ELASTICSEARCH_URL ?? ''
const reason = 'TEST_ELASTICSEARCH_URL is not set, so the invariant of the search index is not tested'
if (engineUrl === '' && process.env.CI === 'true') throw new Error(reason)
if (engineUrl === '') process.stderr.write(`${reason}\n`)
const test = anyTest.runIf(engineUrl !== '')

let shop: Searchable
beforeAll(async () => {
  if (engineUrl !== '') shop = await startSearchable(engineUrl, checkedEachSecond)
})
afterAll(async () => {
  if (engineUrl !== '') await shop.stop()
})

test('changes in progress and documents that wait for a stopped Elasticsearch are no violation', async () => {
  const { sku, product } = await aVariant(shop.t, 5)
  await shop.t.as(admin).patch(`/v1/admin/products/${product.id}`, { name: `Renamed ${sku}` })
  expect(await contradicted(shop.t)).toEqual([])
  await shop.settled()
  shop.proxy.refuse()
  await shop.t.as(admin).patch(`/v1/admin/products/${product.id}`, { name: `Renamed again ${sku}` })
  await expect(contradicted(shop.t)).rejects.toThrow('not checked: I8-search-index')
  shop.proxy.resume()
  expect(await contradicted(shop.t)).toEqual([])
})

test('a differing document, a missing one and a surplus one are violations', async () => {
  const { product } = await aVariant(shop.t, 5)
  // Catalog has just looked after the index by itself, and does so again in half a minute.
  await shop.t.clock.advance('31s')
  await shop.settled()
  const path = `/${shop.prefix}-products/_doc/${product.id}`
  const { body } = await shop.elastic('GET', path)
  const write = (at: string, source: object, version: number) =>
    shop.elastic('PUT', `${at}?version=${version}&version_type=external`, source)
  await write(path, { ...body._source, prices: { EUR: 1 } }, body._version + 1)
  expect(await contradicted(shop.t)).toEqual(['I8-search-index'])
  await write(path, body._source, body._version + 2)
  expect(await contradicted(shop.t)).toEqual([])
  await shop.elastic('DELETE', `${path}?version=${body._version + 3}&version_type=external`)
  expect(await contradicted(shop.t)).toEqual(['I8-search-index'])
  await write(path, body._source, body._version + 4)
  await write(`/${shop.prefix}-products/_doc/prd_nobody`, body._source, 1)
  expect(await contradicted(shop.t)).toEqual(['I8-search-index'])
})
