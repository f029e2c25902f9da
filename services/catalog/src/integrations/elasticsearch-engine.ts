// Search in Elasticsearch: it finds the ids, MySQL provides prices, stock and visibility, so that no withdrawn product is shown.

import type { Facets, SearchSort } from '@cartwright/contracts'
import { CursorError, type CursorValue, type Database, decodeCursor, encodeCursor } from '@cartwright/db'
import type { Logger } from '@cartwright/telemetry'
import { encodeListCursor, findSummaries, listCursor, type Shown, type Summary } from '../../db/listing.ts'
import type { Categories } from '../../db/products.ts'
import { type SearchEngine, statusOf } from '../../integrations/search-engine.ts'
import { type FacetAnswer, facetsOf } from './facets.ts'
import { type SearchInput, searchRequest } from './query.ts'

export interface Found {
  items: Summary[]
  nextCursor: string | null
  total: number
  facets: Facets
}

/** Sort values of a cursor. @throws CursorError for a cursor of another order */
export const sortValuesOf = (sort: SearchSort, currency: string, cursor: string): CursorValue[] => {
  if (sort !== 'relevance') return listCursor(sort, currency, cursor)
  const [score, createdKey, id] = decodeCursor('relevance', cursor, 3)
  if (typeof score !== 'number' || typeof createdKey !== 'string' || typeof id !== 'string') throw new CursorError()
  return [score, createdKey, id]
}

const isCursorValue = (value: unknown): value is CursorValue =>
  value === null || typeof value === 'string' || typeof value === 'number'

const cursorOf = (sort: SearchSort, currency: string, values: readonly unknown[]): string => {
  const plain = values.filter(isCursorValue)
  if (sort === 'relevance') return encodeCursor('relevance', plain)
  return encodeListCursor(sort, currency, plain)
}

const callEngine = async ({ client, live, breaker, searchTimeoutMs }: SearchEngine, input: SearchInput) => {
  try {
    const answer = await client.search<unknown, FacetAnswer>(
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

/** One page from Elasticsearch; null when it is not configured, does not answer in time or has no index. */
export const searchElasticsearch = async (
  engine: SearchEngine | null,
  input: SearchInput,
  { db, log, shown, categories }: { db: Database; log: Logger; shown: Shown; categories: Categories },
): Promise<Found | null> => {
  if (engine === null || !engine.breaker.canCall()) return null
  const answer = await callEngine(engine, input).catch((error: unknown) => {
    log.warn({ err: error }, 'search: Elasticsearch did not answer, MySQL answers; check Elasticsearch')
    return null
  })
  if (answer === null || answer.timed_out || answer.aggregations === undefined) return null
  const { hits, total } = answer.hits
  const page = hits.slice(0, input.limit)
  const last = page.at(-1)?.sort
  return {
    items: await findSummaries(
      db,
      page.flatMap((hit) => hit._id ?? []),
      shown,
    ),
    nextCursor: hits.length > input.limit && last ? cursorOf(input.sort, input.currency, last) : null,
    total: typeof total === 'number' ? total : (total?.value ?? 0),
    facets: facetsOf(answer.aggregations, input, categories),
  }
}
