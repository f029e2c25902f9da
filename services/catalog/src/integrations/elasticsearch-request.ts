// Search request for Elasticsearch: words, filters, order and facets. Each facet is counted with all filters but its own. Pure.

import type { QueryWord } from '../db/matches.ts'
import { type PriceRange, priceRanges } from '../domain/price-facet.ts'
import { unpricedDown, unpricedUp } from '../domain/product.ts'
import { optionPair } from '../domain/search-document.ts'
import type { Facet, SearchInput } from '../domain/search-engine.ts'
import { exactKeyOf, queryWordsOf } from '../domain/words.ts'
import type { estypes } from './elasticsearch.ts'

type Clause = estypes.QueryDslQueryContainer

/** Matches one word of the query; a word without digits also with a typing mistake or another ending. */
const wordClause = ({ words, prefix }: QueryWord): Clause => ({
  bool: {
    should: [
      { terms: { words } },
      ...(prefix === null ? [] : [{ prefix: { words: { value: prefix } } }, ...fuzzyClauses(prefix)]),
    ],
  },
})

const fuzzyClauses = (word: string): Clause[] => [
  { match: { everything: { query: word, operator: 'and', fuzziness: 'AUTO', prefix_length: 1 } } },
  { match: { 'everything.plain': { query: word, operator: 'and', fuzziness: 'AUTO', prefix_length: 1 } } },
]

const inName = ({ words, prefix }: QueryWord): Clause => ({
  bool: {
    should: [{ terms: { nameWords: words } }, ...(prefix === null ? [] : [{ prefix: { nameWords: { value: prefix } } }])],
  },
})

/** Matches products that have every word; matches in the name score higher. */
const everyWord = (q: string, words: readonly QueryWord[]): Clause[] =>
  words.length === 0
    ? []
    : [
        {
          bool: {
            must: words.map(wordClause),
            should: [
              { constant_score: { filter: { bool: { filter: words.map(inName) } }, boost: 20 } },
              { match: { name: { query: q, boost: 4 } } },
              { match_phrase: { 'name.plain': { query: q, boost: 4 } } },
            ],
          },
        },
      ]

const skuClauses = (q: string): Clause[] => {
  if (/\s/.test(q)) return []
  const code = q.toUpperCase()
  const exact: Clause = { constant_score: { filter: { term: { skus: { value: code } } }, boost: 1000 } }
  const beginning: Clause = { constant_score: { filter: { prefix: { skus: { value: code } } }, boost: 50 } }
  return q.length < 3 ? [exact] : [exact, beginning]
}

const wordsClause = (q: string): Clause => ({
  bool: {
    minimum_should_match: 1,
    should: [
      ...everyWord(q, queryWordsOf(q)),
      { constant_score: { filter: { term: { words: { value: exactKeyOf(q) } } }, boost: 500 } },
      ...skuClauses(q),
    ],
  },
})

const optionClauses = (options: SearchInput['options'], but?: string): Clause[] =>
  [...options]
    .filter(([name]) => name !== but)
    .map(([name, values]) => ({ terms: { 'variants.options': values.map((value) => optionPair(name, value)) } }))

const hasRange = ({ minPrice, maxPrice }: SearchInput): boolean => minPrice !== undefined || maxPrice !== undefined

const rangeClause = (currency: string, range: Partial<PriceRange> & { lte?: number }): Clause => ({
  range: { [`variants.prices.${currency}`]: range },
})

/** A variant that can be bought now in this currency. */
const stockClauses = (currency: string): Clause[] => [
  { term: { 'variants.inStock': true } },
  { exists: { field: `variants.prices.${currency}` } },
]

/** Conditions on one variant, without the filters of one facet. @param but an option whose facet is counted */
const variantClauses = (input: SearchInput, without?: Facet, but?: string): Clause[] => {
  const { minPrice, maxPrice, inStock, currency, options } = input
  const range = { ...(minPrice === undefined ? {} : { gte: minPrice }), ...(maxPrice === undefined ? {} : { lte: maxPrice }) }
  return [
    ...(without === 'options' ? [] : optionClauses(options, but)),
    ...(without !== 'prices' && hasRange(input) ? [rangeClause(currency, range)] : []),
    ...(without !== 'inStock' && inStock === true ? stockClauses(currency) : []),
  ]
}

const oneVariant = (clauses: readonly Clause[]): Clause[] =>
  clauses.length === 0 ? [] : [{ nested: { path: 'variants', query: { bool: { filter: [...clauses] } } } }]

/** Matches products of which no variant can be bought now. */
const soldOut = (currency: string): Clause => ({
  bool: { must_not: { nested: { path: 'variants', query: { bool: { filter: stockClauses(currency) } } } } },
})

/** Filters on the whole product, without those of one facet. */
const productClauses = ({ category, inStock, currency }: SearchInput, without?: Facet): Clause[] => {
  const clauses: Clause[] = []
  if (without !== 'categories' && category === null) clauses.push({ match_none: {} })
  else if (without !== 'categories' && category !== undefined) clauses.push({ term: { categoryIds: String(category) } })
  if (without !== 'inStock' && inStock === false) clauses.push(soldOut(currency))
  return clauses
}

/** Filters of a search, without those of one facet. @param more conditions of the counted value on the same variant */
const filtersOf = (input: SearchInput, without?: Facet, more: readonly Clause[] = []): Clause[] => [
  ...productClauses(input, without),
  ...oneVariant([...variantClauses(input, without), ...more]),
]

/** Escapes text for Lucene's regular expressions. */
const literal = (text: string): string => text.replace(/[.?+*|{}[\]()"\\#@&<>~^$-]/g, (sign) => `\\${sign}`)

type Aggregation = estypes.AggregationsAggregationContainer

/** Counts products, not variants, for every value of the options that `pick` keeps. */
const optionAggregation = (
  input: SearchInput,
  but: string | undefined,
  pick: { include?: string; exclude?: string },
): Aggregation => ({
  filter: { bool: { filter: productClauses(input) } },
  aggs: {
    variants: {
      nested: { path: 'variants' },
      aggs: {
        fitting: {
          filter: { bool: { filter: variantClauses(input, undefined, but) } },
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

const counted = (clauses: Clause[]): Clause => ({ bool: { filter: clauses } })

const aggregationsOf = (input: SearchInput): Record<string, Aggregation> => ({
  categories: {
    filter: { bool: { filter: filtersOf(input, 'categories') } },
    aggs: { values: { terms: { field: 'categoryIds', size: 500 } } },
  },
  prices: {
    filters: {
      filters: priceRanges(input.currency).map((range) =>
        counted(filtersOf(input, 'prices', [rangeClause(input.currency, range)])),
      ),
    },
  },
  inStock: {
    filters: {
      filters: {
        true: counted(filtersOf(input, 'inStock', stockClauses(input.currency))),
        false: counted([...filtersOf(input, 'inStock'), soldOut(input.currency)]),
      },
    },
  },
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

/** The search request. It asks for one hit more than a page, which shows whether there is a next page. */
export const searchRequest = (input: SearchInput): estypes.SearchRequest => ({
  _source: false,
  size: input.limit + 1,
  track_total_hits: true,
  query: input.q === '' ? { match_all: {} } : wordsClause(input.q),
  // Applied after the aggregations, so that a facet can leave its own filter out.
  post_filter: { bool: { filter: filtersOf(input) } },
  sort: orderOf(input),
  aggs: aggregationsOf(input),
  ...(input.after === undefined ? {} : { search_after: [...input.after] }),
})
