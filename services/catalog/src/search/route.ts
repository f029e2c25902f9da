// Searches in Elasticsearch, and in MySQL where that cannot answer. A page begun in one order is continued in it.
import { AppError, catalogApi, type QueryOf } from '@cartwright/contracts'
import { CursorError } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { type Categories, findCategory } from '../category.ts'
import { type ListSort, listCursor } from '../db/listing.ts'
import { loadCategories } from '../db/products.ts'
import type { CatalogDeps } from '../deps.ts'
import { defaultCurrency } from '../product.ts'
import { searchElasticsearch, sortValuesOf } from './from-elasticsearch.ts'
import { searchMysql } from './from-mysql.ts'
import type { SearchInput } from './query.ts'

type Query = QueryOf<typeof catalogApi.search>

const prefix = 'option.'

/** `option.color=red&option.color=blue` → color: red or blue. */
const optionsOf = (query: Query): Map<string, string[]> =>
  new Map(
    Object.entries(query)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [
        name.slice(prefix.length).normalize('NFC'),
        [value].flat().map((wanted) => String(wanted).normalize('NFC')),
      ]),
  )

const inputOf = (query: Query, categories: Categories): SearchInput => {
  const { q = '', currency = defaultCurrency, limit = 20, sort = 'relevance', category, minPrice, maxPrice, inStock } = query
  return {
    q: q.trim(),
    currency,
    limit,
    sort,
    options: optionsOf(query),
    ...(category === undefined ? {} : { category: findCategory(categories, category)?.id ?? null }),
    ...(minPrice === undefined ? {} : { minPrice }),
    ...(maxPrice === undefined ? {} : { maxPrice }),
    ...(inStock === undefined ? {} : { inStock }),
  }
}

/** How the fallback orders: without words there is no relevance. */
const fallbackSort = ({ sort, q }: SearchInput): ListSort | 'relevance' => (sort === 'relevance' && q === '' ? 'name' : sort)

/** Whether a relevance cursor was made by the fallback. */
const isFallbackCursor = (sort: ListSort | 'relevance', currency: string, cursor: string): boolean => {
  try {
    listCursor(sort, currency, cursor)
    return true
  } catch (error) {
    if (error instanceof CursorError) return false
    throw error
  }
}

export const search = route(catalogApi.search, async (req, deps: CatalogDeps) => {
  const { db, engine, log, shared } = deps
  const { cursor } = req.query
  const categories = await loadCategories(db)
  const input = inputOf(req.query, categories)
  const sort = fallbackSort(input)
  const continued = input.sort === 'relevance' && cursor !== undefined && isFallbackCursor(sort, input.currency, cursor)
  // A bad cursor is the caller's mistake, whoever answers.
  const after = cursor === undefined || continued ? undefined : sortValuesOf(input.sort, input.currency, cursor)
  const found = continued
    ? null
    : await searchElasticsearch(engine, after ? { ...input, after } : input, { db, log, publicUrl: shared.publicUrl, categories })
  if (found) return { ...found, degraded: false }
  if (input.sort === 'relevance' && after) {
    throw new AppError(
      'validation_failed',
      'results by relevance cannot be continued right now: search again without the cursor',
      {
        errors: [{ path: '/cursor', message: 'begin again without it' }],
      },
    )
  }
  const page = await searchMysql(db, categories, { input, filters: req.query, sort, cursor, publicUrl: shared.publicUrl })
  return { ...page, total: null, facets: null, degraded: true }
})
