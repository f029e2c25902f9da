// Search in an index: the engine finds the ids, MySQL provides prices, stock and visibility, so that no withdrawn product is shown.

import type { Facets, SearchSort } from '@cartwright/contracts'
import { CursorError, type CursorValue, type Database, decodeCursor, encodeCursor } from '@cartwright/db'
import { encodeListCursor, findSummaries, listCursor, type Shown, type Summary } from '../../db/listing.ts'
import type { Categories } from '../../db/products.ts'
import type { SearchEngine, SearchInput } from '../../domain/search-engine.ts'
import { facetsOf } from './facets.ts'

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

const cursorOf = (sort: SearchSort, currency: string, values: readonly CursorValue[]): string =>
  sort === 'relevance' ? encodeCursor('relevance', values) : encodeListCursor(sort, currency, values)

/** One page from the engine; null when it cannot answer now. */
export const searchIndexed = async (
  engine: SearchEngine,
  input: SearchInput,
  { db, shown, categories }: { db: Database; shown: Shown; categories: Categories },
): Promise<Found | null> => {
  const answer = await engine.search(input)
  if (answer === null) return null
  const page = answer.hits.slice(0, input.limit)
  const last = page.at(-1)
  return {
    items: await findSummaries(
      db,
      page.map(({ id }) => id),
      shown,
    ),
    nextCursor: answer.hits.length > page.length && last ? cursorOf(input.sort, input.currency, last.sortValues) : null,
    total: answer.total,
    facets: facetsOf(answer.facets, input, categories),
  }
}
