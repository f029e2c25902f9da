// Search engine on Elasticsearch: sends searches behind a circuit breaker, and reads documents for checks.

import type { CursorValue, Database } from '@cartwright/db'
import type { Logger } from '@cartwright/telemetry'
import { findBuild, listPending, measurePending } from '../db/search.ts'
import type { SearchDocument } from '../domain/search-document.ts'
import type { SearchAnswer, SearchEngine, SearchInput } from '../domain/search-engine.ts'
import { type ElasticsearchIndex, statusOf } from './elasticsearch.ts'
import { type AggregationAnswer, facetCountsOf } from './elasticsearch-facets.ts'
import { searchRequest } from './elasticsearch-request.ts'

const isCursorValue = (value: unknown): value is CursorValue =>
  value === null || typeof value === 'string' || typeof value === 'number'

const callEngine = async ({ client, live, breaker, searchTimeoutMs }: ElasticsearchIndex, input: SearchInput) => {
  try {
    const answer = await client.search<unknown, AggregationAnswer>(
      { index: live, timeout: `${searchTimeoutMs}ms`, ...searchRequest(input) },
      { requestTimeout: searchTimeoutMs },
    )
    breaker.recordSuccess()
    return answer
  } catch (error) {
    const status = statusOf(error)
    // A response, even a refusal, shows that the engine is up.
    if (status === undefined || status === 429 || status >= 500) breaker.recordFailure()
    else breaker.recordSuccess()
    throw error
  }
}

/** Null when Elasticsearch does not answer in time or has no index. */
const search = async (index: ElasticsearchIndex, log: Logger, input: SearchInput): Promise<SearchAnswer | null> => {
  if (!index.breaker.canCall()) return null
  const answer = await callEngine(index, input).catch((error: unknown) => {
    log.warn({ err: error }, 'search: Elasticsearch did not answer, MySQL answers; check Elasticsearch')
    return null
  })
  if (answer === null || answer.timed_out || answer.aggregations === undefined) return null
  const { hits, total } = answer.hits
  return {
    hits: hits.map(({ _id, sort = [] }) => ({ id: _id ?? '', sortValues: sort.filter(isCursorValue) })),
    total: typeof total === 'number' ? total : (total?.value ?? 0),
    facets: facetCountsOf(answer.aggregations, input),
  }
}

/** Fields of `ShownFields`. */
const shown = ['name', 'skus', 'prices', 'inStock'] as const
type Shown = Pick<SearchDocument, (typeof shown)[number]>

/** Reads documents by id, without the delay of a search. */
const readDocuments = async ({ client, live }: ElasticsearchIndex, productIds: readonly string[]) => {
  const { docs } = await client.mget<Shown>({ index: live, ids: [...productIds], _source: [...shown] })
  const found = docs.flatMap((doc) => {
    if ('error' in doc)
      throw new Error(`Elasticsearch cannot read the document ${doc._id}: ${doc.error.reason ?? doc.error.type}`)
    return doc._source === undefined ? [] : [[doc._id, doc._source] as const]
  })
  return new Map(found)
}

const countDocuments = async ({ client, live }: ElasticsearchIndex): Promise<number> => {
  await client.indices.refresh({ index: live })
  return (await client.count({ index: live })).count
}

export const createElasticsearchEngine = (index: ElasticsearchIndex, db: Database, log: Logger): SearchEngine => ({
  name: 'elasticsearch',
  isAnswering: () => !index.breaker.isOpen(),
  search: (input) => search(index, log, input),
  hasWholeIndex: async () => (await findBuild(db))?.state === 'idle',
  readDocuments: (productIds) => readDocuments(index, productIds),
  countDocuments: () => countDocuments(index),
  listUnwritten: async (productIds) => new Set(await listPending(db, productIds)),
  measureUnwritten: () => measurePending(db),
})
