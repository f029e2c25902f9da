// Bulk writes on a real Elasticsearch: a document is written, or the call fails and can be repeated.
import { afterAll, test as anyTest, beforeAll, expect } from 'vitest'
import { unique } from '../fixtures.ts'
import { bulkWrite } from './bulk-write.ts'
import { type ElasticsearchIndex, openElasticsearch, reserveNames } from './elasticsearch.ts'

const engineUrl = process.env.TEST_ELASTICSEARCH_URL ?? ''
const test = anyTest.runIf(engineUrl !== '')

let engine: ElasticsearchIndex | null = null
beforeAll(async () => {
  if (engineUrl === '') return
  engine = await openElasticsearch({
    url: engineUrl,
    prefix: `t-${unique().toLowerCase()}`,
    searchTimeoutMs: 1000,
    nowMs: () => Date.now(),
  })
})
afterAll(async () => {
  await engine?.client.indices.deleteIndexTemplate({ name: `${engine.live}-names` })
  await engine?.client.close()
})

const opened = (): ElasticsearchIndex => {
  if (engine === null) throw new Error('there is no engine')
  return engine
}
const document = {
  id: 'prd_1',
  name: 'Mug',
  nameKey: 'mug',
  description: '',
  categoryNames: [],
  categoryIds: [],
  skus: ['MUG'],
  optionValues: [],
  nameWords: [],
  words: [],
  variants: [],
  prices: { EUR: 1 },
  inStock: true,
  createdKey: '',
}

test('a write to a replaced index fails, and its deletion creates no index', async () => {
  const { client, building } = opened()
  await reserveNames(opened())
  await expect(bulkWrite(opened(), [building], [{ id: 'prd_1', version: 1, document }])).rejects.toThrow('takes no writes now')
  await expect(bulkWrite(opened(), [building], [{ id: 'prd_1', version: 2, document: null }])).rejects.toThrow(
    'takes no writes now',
  )
  expect(await client.indices.exists({ index: building })).toBe(false)
})

test('an older document, an older deletion and a deletion of a missing document are settled', async () => {
  const { client, live, indexStem } = opened()
  await client.indices.create({ index: `${indexStem}one`, aliases: { [live]: {} } })
  expect(await bulkWrite(opened(), [live], [{ id: 'prd_2', version: 1, document: null }])).toEqual(new Map())
  expect(await bulkWrite(opened(), [live], [{ id: 'prd_1', version: 5, document }])).toEqual(new Map())
  expect(
    await bulkWrite(
      opened(),
      [live],
      [
        { id: 'prd_1', version: 4, document: { ...document, name: 'Old mug' } },
        { id: 'prd_1', version: 3, document: null },
      ],
    ),
  ).toEqual(new Map())
  expect((await client.get({ index: live, id: 'prd_1' }))._source).toMatchObject({ name: 'Mug' })
  await client.indices.delete({ index: `${indexStem}one` })
})
