// Search index in memory by MiniSearch: words, prefixes, typing mistakes and SKUs; documents for filters and facets beside it.

import MiniSearch, { type Query } from 'minisearch'
import type { QueryWord } from '../db/matches.ts'
import type { SearchDocument } from '../domain/search-document.ts'
import { editsOf, swapsOf } from '../domain/typing-mistakes.ts'
import { exactKeyOf, queryWordsOf } from '../domain/words.ts'

/** What is kept of a document besides its words. */
export type StoredDocument = Omit<SearchDocument, 'description' | 'categoryNames' | 'optionValues' | 'nameWords' | 'words'>

export interface MemoryIndex {
  /** Adds a document, or replaces the one with its id. */
  put(document: SearchDocument): void
  remove(productId: string): void
  get(productId: string): StoredDocument | undefined
  documents(): StoredDocument[]
  readonly size: number
  /** Score by product id. The whole part is the rank, the rest the relevance within it. */
  find(q: string): Map<string, number>
}

/** Ranks of a match, as in MySQL: SKU, whole name, all words in the name, elsewhere. */
const rank = { sku: 4, wholeName: 3, name: 2, elsewhere: 1 } as const

/** A shorter prefix of SKUs would match half of the shop. */
const minSkuPrefix = 3
const nameBoost = 4
/** Relevance at which half of the way to the next rank is reached. */
const halfRelevance = 10
/** Scores are rounded, so that two replicas that indexed in another order give the same ones. */
const scoreDecimals = 4

const words = ['nameWords', 'words']

/** What MiniSearch indexes: words that are split already, by the rules of MySQL and Elasticsearch, joined by spaces. */
interface Indexed {
  id: string
  nameWords: string
  words: string
  skus: string
}

const openMiniSearch = () =>
  new MiniSearch<Indexed>({
    fields: [...words, 'skus'],
    tokenize: (text) => text.split(' '),
    processTerm: (term) => term,
    searchOptions: { boost: { nameWords: nameBoost } },
  })

/** A word as it is written, or as the beginning of a longer one. */
const asWritten = ({ words: forms, prefix }: QueryWord): Query[] => [
  ...forms.filter((form) => form !== prefix),
  ...(prefix === null ? [] : [{ queries: [prefix], prefix: true }]),
]

/** The same, and with typing mistakes; a word with digits has no prefix, and allows none. */
const withMistakes = (word: QueryWord): Query[] => {
  const { prefix } = word
  if (prefix === null || editsOf(prefix) === 0) return asWritten(word)
  return [...asWritten(word), ...swapsOf(prefix), { queries: [prefix], fuzzy: editsOf(prefix) }]
}

interface Match {
  relevance: number
  /** All words so far are in the name. */
  isName: boolean
}

/** Products that have every word. */
const findAll = (index: MiniSearch, query: readonly QueryWord[], formsOf: (word: QueryWord) => Query[]): Map<string, Match> => {
  let found: Map<string, Match> | null = null
  for (const word of query) {
    const before: Map<string, Match> | null = found
    const next = new Map<string, Match>()
    const hits = index.search({
      combineWith: 'OR',
      queries: formsOf(word),
      fields: words,
      // A product with the factor 0 is skipped before it is scored.
      ...(before === null ? {} : { boostDocument: (id: string) => (before.has(id) ? 1 : 0) }),
    })
    for (const { id, score, match } of hits) {
      const earlier = before?.get(id) ?? { relevance: 0, isName: true }
      const isName = earlier.isName && Object.values(match).some((fields) => fields.includes('nameWords'))
      next.set(id, { relevance: earlier.relevance + score, isName })
    }
    found = next
    if (found.size === 0) break
  }
  return found ?? new Map()
}

const scoreOf = (best: number, relevance: number): number =>
  Number((best + relevance / (relevance + halfRelevance)).toFixed(scoreDecimals))

export const createMemoryIndex = (): MemoryIndex => {
  const index = openMiniSearch()
  const stored = new Map<string, { document: StoredDocument; indexed: Indexed }>()

  /** Removes the words themselves. MiniSearch can also hide a document, but what is left of it changes the scores of others. */
  const remove = (productId: string): void => {
    const present = stored.get(productId)
    if (present === undefined) return
    index.remove(present.indexed)
    stored.delete(productId)
  }

  /** Products that the query names as a whole: by SKU, by the beginning of one, or by the whole name. */
  const findNamed = (q: string): Map<string, number> => {
    const ranks = new Map<string, number>()
    const raise = (query: Query, to: number, fields: string[]) => {
      for (const { id } of index.search(query, { fields })) ranks.set(id, Math.max(to, ranks.get(id) ?? 0))
    }
    raise(exactKeyOf(q), rank.wholeName, words)
    if (/\s/.test(q)) return ranks
    const code = q.toUpperCase()
    raise(code, rank.sku, ['skus'])
    if (q.length >= minSkuPrefix) raise({ queries: [code], prefix: true }, rank.name, ['skus'])
    return ranks
  }

  return {
    put: ({ description, categoryNames, optionValues, nameWords, words: all, ...document }) => {
      const indexed: Indexed = {
        id: document.id,
        nameWords: nameWords.join(' '),
        words: all.join(' '),
        skus: document.skus.join(' ').toUpperCase(),
      }
      remove(document.id)
      index.add(indexed)
      stored.set(document.id, { document, indexed })
    },
    remove,
    get: (productId) => stored.get(productId)?.document,
    documents: () => Array.from(stored.values(), ({ document }) => document),
    get size() {
      return stored.size
    },
    find: (q) => {
      const query = queryWordsOf(q)
      const named = findNamed(q)
      const written = findAll(index, query, asWritten)
      // Mistakes are looked for when nothing is written like the query: `mug` finds no rugs.
      const found = written.size === 0 && named.size === 0 ? findAll(index, query, withMistakes) : written
      const ids = new Set([...named.keys(), ...found.keys()])
      return new Map(
        [...ids].map((id) => {
          const match = found.get(id)
          const best = Math.max(named.get(id) ?? 0, match === undefined ? 0 : match.isName ? rank.name : rank.elsewhere)
          return [id, scoreOf(best, match?.relevance ?? 0)]
        }),
      )
    },
  }
}
