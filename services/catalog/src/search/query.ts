// What a search asks of Elasticsearch: words, filters, order and facets. Every facet is counted with all filters but its own. Pure.

import { currencyExponent } from '@cartwright/contracts'
import type { CursorValue } from '@cartwright/db'
import type { estypes } from '@elastic/elasticsearch'
import { unpricedDown, unpricedUp } from '../product.ts'
import { optionPair } from '../search-document.ts'

type Clause = estypes.QueryDslQueryContainer
export type SearchSort = 'relevance' | 'price' | '-price' | 'createdAt' | '-createdAt' | 'name' | '-name'

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

type Facet = 'categories' | 'prices' | 'inStock' | 'options'

const wordsClause = (q: string): Clause => {
  const code = q.toUpperCase()
  const oneWord = !/\s/.test(q)
  return {
    bool: {
      minimum_should_match: 1,
      should: [
        { match: { everything: { query: q, operator: 'and', fuzziness: 'AUTO', prefix_length: 1 } } },
        { match: { 'everything.plain': { query: q, operator: 'and', fuzziness: 'AUTO', prefix_length: 1 } } },
        { match_bool_prefix: { 'everything.plain': { query: q, operator: 'and' } } },
        { match: { name: { query: q, operator: 'and', boost: 4 } } },
        { match_bool_prefix: { 'name.plain': { query: q, operator: 'and', boost: 3 } } },
        { match_phrase: { 'name.plain': { query: q, boost: 4 } } },
        ...(oneWord && q.length >= 2 ? [{ constant_score: { filter: { prefix: { skus: { value: code } } }, boost: 50 } }] : []),
        ...(oneWord ? [{ constant_score: { filter: { term: { skus: { value: code } } }, boost: 1000 } }] : []),
      ],
    },
  }
}

const optionClauses = (options: SearchInput['options'], but?: string): Clause[] =>
  [...options]
    .filter(([name]) => name !== but)
    .map(([name, values]) => ({ terms: { 'variants.options': values.map((value) => optionPair(name, value)) } }))

/** The filters of a search, without those of one facet. */
const filtersOf = (input: SearchInput, but?: Facet): Clause[] => {
  const { category, minPrice, maxPrice, inStock, currency, options } = input
  const clauses: Clause[] = []
  if (but !== 'categories' && category === null) clauses.push({ match_none: {} })
  else if (but !== 'categories' && category !== undefined) clauses.push({ term: { categoryIds: String(category) } })
  if (but !== 'prices' && (minPrice !== undefined || maxPrice !== undefined)) {
    clauses.push({
      range: {
        [`prices.${currency}`]: {
          ...(minPrice === undefined ? {} : { gte: minPrice }),
          ...(maxPrice === undefined ? {} : { lte: maxPrice }),
        },
      },
    })
  }
  if (but !== 'inStock' && inStock !== undefined) clauses.push({ term: { inStock } })
  if (but !== 'options' && options.size > 0)
    clauses.push({ nested: { path: 'variants', query: { bool: { filter: optionClauses(options) } } } })
  return clauses
}

/** Escapes text for Lucene's regular expressions. */
const literal = (text: string): string => text.replace(/[.?+*|{}[\]()"\\#@&<>~^$-]/g, (sign) => `\\${sign}`)

type Aggregation = estypes.AggregationsAggregationContainer

/** Counts products, not variants, for every value of the options that `pick` keeps. */
const optionAggregation = (
  input: SearchInput,
  but: string | undefined,
  pick: { include?: string; exclude?: string },
): Aggregation => ({
  filter: { bool: { filter: filtersOf(input, 'options') } },
  aggs: {
    variants: {
      nested: { path: 'variants' },
      aggs: {
        fitting: {
          filter: { bool: { filter: optionClauses(input.options, but) } },
          aggs: {
            values: { terms: { field: 'variants.options', size: 300, ...pick }, aggs: { products: { reverse_nested: {} } } },
          },
        },
      },
    },
  },
})

const optionAggregations = (input: SearchInput): Record<string, Aggregation> => {
  const names = [...input.options.keys()]
  const patternOf = (name: string) => `${literal(name)}=.*`
  return {
    options: optionAggregation(input, undefined, names.length === 0 ? {} : { exclude: names.map(patternOf).join('|') }),
    ...Object.fromEntries(
      names.map((name, index) => [`option${index}`, optionAggregation(input, name, { include: patternOf(name) })]),
    ),
  }
}

/** Bounds of the price facet in minor units: 25, 50, 100, 200, 500 of a currency whose unit is worth about one. */
export const priceBounds = (currency: string): number[] => {
  const exponent = currencyExponent(currency)
  const unit = exponent === 0 ? 100 : 10 ** exponent
  return [25, 50, 100, 200, 500].map((bound) => bound * unit)
}

const priceRanges = (currency: string): { from?: number; to?: number }[] => {
  const bounds = priceBounds(currency)
  return [undefined, ...bounds].map((from, index) => ({
    ...(from === undefined ? {} : { from }),
    ...(bounds[index] === undefined ? {} : { to: bounds[index] }),
  }))
}

const aggregationsOf = (input: SearchInput): Record<string, Aggregation> => ({
  categories: {
    filter: { bool: { filter: filtersOf(input, 'categories') } },
    aggs: { values: { terms: { field: 'categoryIds', size: 500 } } },
  },
  prices: {
    filter: { bool: { filter: filtersOf(input, 'prices') } },
    aggs: { values: { range: { field: `prices.${input.currency}`, ranges: priceRanges(input.currency) } } },
  },
  inStock: { filter: { bool: { filter: filtersOf(input, 'inStock') } }, aggs: { values: { terms: { field: 'inStock' } } } },
  ...optionAggregations(input),
})

const orderOf = ({ sort, currency }: SearchInput): estypes.SortCombinations[] => {
  const order = sort.startsWith('-') ? 'desc' : 'asc'
  if (sort === 'relevance') return [{ _score: { order: 'desc' } }, { createdKey: { order: 'desc' } }, { id: { order: 'desc' } }]
  if (sort === 'name' || sort === '-name') return [{ nameKey: { order } }, { id: { order } }]
  if (sort === 'createdAt' || sort === '-createdAt') return [{ createdKey: { order } }, { id: { order } }]
  return [
    { [`prices.${currency}`]: { order, missing: order === 'asc' ? unpricedUp : unpricedDown, unmapped_type: 'long' } },
    { id: { order } },
  ]
}

/** The request; one hit more than a page tells whether there is another one. */
export const searchRequest = (input: SearchInput): estypes.SearchRequest => ({
  _source: false,
  size: input.limit + 1,
  track_total_hits: true,
  query: input.q === '' ? { match_all: {} } : wordsClause(input.q),
  // After the query, so that facets can leave one of them out.
  post_filter: { bool: { filter: filtersOf(input) } },
  sort: orderOf(input),
  aggs: aggregationsOf(input),
  ...(input.after === undefined ? {} : { search_after: [...input.after] }),
})
