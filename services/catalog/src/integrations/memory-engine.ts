// Search engine in memory: answers from the index that this replica has built, and knows which marked changes it does not hold yet.

import type { Database } from '@cartwright/db'
import type { SearchBuildRow } from '../db/generated/rows.ts'
import { listMarked, listMarkedOf, readTime } from '../db/search.ts'
import type { SearchAnswer, SearchEngine, SearchInput } from '../domain/search-engine.ts'
import { countFacets, createFilter } from '../domain/search-filters.ts'
import { pageOfHits } from '../domain/search-order.ts'
import type { MemoryIndex, StoredDocument } from './memory-index.ts'

/** What this replica knows of its index. Its worker writes it, searches and checks read it. */
export interface MemoryState {
  /** Most products that the index may hold. */
  readonly maxProducts: number
  /** Null until the first build is finished, and while the shop has too many products. */
  index: MemoryIndex | null
  isTooLarge: boolean
  /** The last build of this replica. */
  build: Omit<SearchBuildRow, 'id' | 'after_id'> | null
  /** Time of the database at which marked changes were read last. */
  readAt: Date
  /** Token of the last written change of each product that was marked shortly before `readAt`. */
  written: ReadonlyMap<string, string>
}

/**
 * Seconds before `readAt` from which changes are read again: a transaction marks a change up to 10 s, its time limit, before others
 * see it.
 */
export const overlapSec = 15

export const createMemoryState = (maxProducts: number): MemoryState => ({
  maxProducts,
  index: null,
  isTooLarge: false,
  build: null,
  readAt: new Date(0),
  written: new Map(),
})

export const markedSince = ({ readAt }: MemoryState, sec: number): Date => new Date(readAt.getTime() - sec * 1000)

const shownFields = ({ name, skus, prices, inStock }: StoredDocument) => ({ name, skus, prices, inStock })

/** Whether a marked change is not in the index yet. */
export const isUnwrittenIn =
  ({ written }: Pick<MemoryState, 'written'>) =>
  ({ product_id, token }: { product_id: string; token: string }): boolean =>
    written.get(product_id) !== token

/** One page, with facets of everything that the words found. */
export const searchIndex = (index: MemoryIndex, input: SearchInput): SearchAnswer => {
  const found =
    input.q === ''
      ? index.documents().map((document) => ({ document, score: 1 }))
      : [...index.find(input.q)].flatMap(([id, score]) => {
          const document = index.get(id)
          return document === undefined ? [] : [{ document, score }]
        })
  const filter = createFilter(input)
  const matching = found.filter(({ document }) => filter.matches(document))
  const documents = found.map(({ document }) => document)
  return { hits: pageOfHits(matching, input), total: matching.length, facets: countFacets(documents, filter, input) }
}

export const createMemoryEngine = (state: MemoryState, db: Database): SearchEngine => ({
  name: 'memory',
  isAnswering: () => state.index !== null,
  hasWholeIndex: async () => state.index !== null,
  search: async (input) => (state.index === null ? null : searchIndex(state.index, input)),
  readDocuments: async (productIds) =>
    new Map(
      productIds.flatMap((id) => {
        const document = state.index?.get(id)
        return document === undefined ? [] : [[id, shownFields(document)] as const]
      }),
    ),
  countDocuments: async () => state.index?.size ?? 0,
  listUnwritten: async (productIds) => {
    const marked = await listMarkedOf(db, productIds, markedSince(state, overlapSec))
    return new Set(marked.filter(isUnwrittenIn(state)).map(({ product_id }) => product_id))
  },
  measureUnwritten: async () => {
    if (state.index === null) return { products: 0, oldestSec: 0 }
    const marked = await listMarked(db, markedSince(state, overlapSec))
    const unwritten = marked.filter(isUnwrittenIn(state))
    const [oldest] = unwritten
    const waitingMs = oldest === undefined ? 0 : (await readTime(db)).getTime() - oldest.due_at.getTime()
    return { products: unwritten.length, oldestSec: Math.max(0, Math.floor(waitingMs / 1000)) }
  },
})
