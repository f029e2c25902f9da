// Search in MySQL, the fallback: matches every word of the query by the word index. No facets, no total, no typing mistakes.

import type { ProductSort } from '@cartwright/contracts'
import type { Database } from '@cartwright/db'
import { type ListFilters, listingConditions, readListing, type Shown, type Summary } from '../../db/listing.ts'
import { matchesOf } from '../../db/matches.ts'
import type { Categories } from '../../db/products.ts'
import { subtreeOf } from '../../domain/category.ts'
import type { SearchInput } from '../../domain/search-engine.ts'
import { searchTextOf } from '../../domain/words.ts'

interface MysqlSearch {
  input: SearchInput
  filters: ListFilters
  /** A search without words has no relevance; it is ordered by name. */
  sort: ProductSort | 'relevance'
  cursor: string | undefined
  shown: Shown
}

/** One page from MySQL. @throws CursorError */
export const searchMysql = (
  db: Database,
  categories: Categories,
  { input, filters, sort, cursor, shown }: MysqlSearch,
): Promise<{ items: Summary[]; nextCursor: string | null }> => {
  const { q, limit, options, category } = input
  const categoryIds = category === undefined ? undefined : category === null ? [] : subtreeOf(categories, category)
  const conditions = listingConditions({ ...filters, options, categoryIds })
  const page = { sort, limit, cursor, ...shown }
  return readListing(db, conditions, q === '' ? page : { ...page, matches: matchesOf(searchTextOf(q)) })
}
