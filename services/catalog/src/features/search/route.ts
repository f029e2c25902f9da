// Route that searches products in the search engine, and in MySQL while that cannot answer.

import { AppError, catalogApi, type ProductSort, type QueryOf } from '@cartwright/contracts'
import { CursorError } from '@cartwright/db'
import { reply } from '@cartwright/service-kit'
import { listCursor } from '../../db/listing.ts'
import { type Categories, loadCategories } from '../../db/products.ts'
import { route } from '../../deps.ts'
import { findCategory } from '../../domain/category.ts'
import { defaultCurrency } from '../../domain/product.ts'
import { languageFor, languageHeaders } from '../../domain/reader-language.ts'
import type { SearchInput } from '../../domain/search-engine.ts'
import { categoriesIn } from '../../domain/translations.ts'
import { searchIndexed, sortValuesOf } from './search-indexed.ts'
import { searchMysql } from './search-mysql.ts'

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

/** Order of the MySQL fallback: a search without words has no relevance, and is ordered by name. */
const fallbackSort = ({ sort, q }: SearchInput): ProductSort | 'relevance' => (sort === 'relevance' && q === '' ? 'name' : sort)

/** Tells a relevance cursor of the MySQL fallback from one of the engine. */
const isFallbackCursor = (sort: ProductSort | 'relevance', currency: string, cursor: string): boolean => {
  try {
    listCursor(sort, currency, cursor)
    return true
  } catch (error) {
    if (error instanceof CursorError) return false
    throw error
  }
}

export const search = route(catalogApi.search, async ({ request, deps }) => {
  const { db, engine, shared, clock } = deps
  const { cursor } = request.query
  const language = languageFor(request, shared.locale)
  const categories = categoriesIn(await loadCategories(db), language)
  const input = inputOf(request.query, categories)
  const shown = { currency: input.currency, language, publicUrl: shared.publicUrl, now: clock.now() }
  const sort = fallbackSort(input)
  const continued = input.sort === 'relevance' && cursor !== undefined && isFallbackCursor(sort, input.currency, cursor)
  // An invalid cursor is refused, also when MySQL answers.
  const after = cursor === undefined || continued ? undefined : sortValuesOf(input.sort, input.currency, cursor)
  const found = continued ? null : await searchIndexed(engine, after ? { ...input, after } : input, { db, shown, categories })
  if (found) return reply(200, { ...found, degraded: false }, languageHeaders(language))
  if (input.sort === 'relevance' && after) {
    throw new AppError('validation_failed', {
      detail: 'results by relevance cannot be continued right now: search again without the cursor',
      extra: {
        errors: [{ path: '/cursor', message: 'begin again without it' }],
      },
    })
  }
  const page = await searchMysql(db, categories, { input, filters: request.query, sort, cursor, shown })
  return reply(200, { ...page, total: null, facets: null, degraded: true }, languageHeaders(language))
})
