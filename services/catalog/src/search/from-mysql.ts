// Search without Elasticsearch: every word of the query, by the words that MySQL keeps of each product. No facets, no total, no typing mistakes.
import type { Database } from '@cartwright/db'
import type { Categories } from '../category.ts'
import { type ListFilters, type ListSort, listingConditions, readListing, type Summary } from '../db/listing.ts'
import { matchesOf } from '../db/matches.ts'
import type { SearchInput } from './query.ts'

export interface MysqlSearch {
  input: SearchInput
  filters: ListFilters
  /** Without words there is no relevance: then the name orders. */
  sort: ListSort | 'relevance'
  cursor: string | undefined
  publicUrl: string
}

/** One page from MySQL. @throws CursorError */
export const searchMysql = (
  db: Database,
  categories: Categories,
  { input, filters, sort, cursor, publicUrl }: MysqlSearch,
): Promise<{ items: Summary[]; nextCursor: string | null }> => {
  const { q, limit, currency, options } = input
  const conditions = listingConditions({ ...filters, options }, categories)
  const page = { sort, limit, cursor, currency, publicUrl }
  return readListing(db, conditions, q === '' ? page : { ...page, matches: matchesOf(q) })
}
