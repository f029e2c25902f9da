// Search engine interface, with two implementations: Elasticsearch, and an index in the memory of each replica.

import type { SearchSort } from '@cartwright/contracts'
import type { CursorValue } from '@cartwright/db'
import type { SearchDocument } from './search-document.ts'

/** A search as plain values. */
export interface SearchInput {
  q: string
  currency: string
  sort: SearchSort
  limit: number
  /** Id of the category; null for one that does not exist. */
  category?: string | null
  minPrice?: number
  maxPrice?: number
  inStock?: boolean
  /** Wanted values by option name: any of the values, all of the names, in one variant. */
  options: ReadonlyMap<string, readonly string[]>
  /** Sort values of the last hit of the page before. */
  after?: readonly CursorValue[]
}

/** A filter that a facet leaves out when it is counted. */
export type Facet = 'categories' | 'prices' | 'inStock' | 'options'

/** Number of products that have a value. */
interface ValueCount {
  value: string
  count: number
}

/** Counts of products, each with all filters but its own. */
export interface FacetCounts {
  /** By category id, with everything below it. */
  categories: ValueCount[]
  /** In the order of `priceRanges`. */
  prices: number[]
  inStock: { true: number; false: number }
  /** By `name=value`. */
  options: ValueCount[]
}

export interface SearchHit {
  id: string
  /** Position in the order of the search, which its cursors hold. */
  sortValues: CursorValue[]
}

export interface SearchAnswer {
  /** One more than a page when there is a next page. */
  hits: SearchHit[]
  total: number
  facets: FacetCounts
}

/** Fields of a document that shoppers see. */
export type ShownFields = Pick<SearchDocument, 'name' | 'skus' | 'prices' | 'inStock'>

export interface SearchEngine {
  readonly name: 'elasticsearch' | 'memory'
  /** False while MySQL answers in its place. */
  isAnswering(): boolean
  /** Null when it cannot answer now: MySQL answers in its place. */
  search(input: SearchInput): Promise<SearchAnswer | null>
  /** Whether there is an index that holds all products but those with unwritten changes. */
  hasWholeIndex(): Promise<boolean>
  /** Reads the documents that exist. @throws Error when one of them cannot be read, which does not mean that it does not exist */
  readDocuments(productIds: readonly string[]): Promise<Map<string, ShownFields>>
  countDocuments(): Promise<number>
  /** Those of the products with a marked change that the index does not hold yet. */
  listUnwritten(productIds: readonly string[]): Promise<Set<string>>
  /** How many marked changes the index does not hold yet, 100,000 at most, and since how many seconds the oldest waits. */
  measureUnwritten(): Promise<{ products: number; oldestSec: number }>
}
