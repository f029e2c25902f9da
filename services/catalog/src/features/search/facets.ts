// Facets of a search as the API shows them, from the counts of the engine. Pure.

import type { Facets } from '@cartwright/contracts'
import type { Categories } from '../../db/products.ts'
import { priceRanges } from '../../domain/price-facet.ts'
import type { FacetCounts, SearchInput } from '../../domain/search-engine.ts'

const optionFacets = (options: FacetCounts['options']): Facets['options'] => {
  const counts = options.map(({ value: pair, count }) => {
    const [name = '', ...rest] = pair.split('=')
    return { name, value: rest.join('='), count }
  })
  const byName = Map.groupBy(counts, ({ name }) => name)
  return Object.fromEntries(
    [...byName]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, values]) => [name, values.map(({ value, count }) => ({ value, count }))]),
  )
}

/** The facets of a search. */
export const facetsOf = (counts: FacetCounts, input: SearchInput, categories: Categories): Facets => ({
  categories: counts.categories.flatMap(({ value: id, count }) => {
    const category = categories.get(id)
    return category ? [{ value: category.slug, name: category.name, count }] : []
  }),
  prices: priceRanges(input.currency).map(({ gte, lt }, index) => ({
    minPrice: gte,
    maxPrice: lt === undefined ? null : lt - 1,
    count: counts.prices[index] ?? 0,
  })),
  inStock: Object.entries(counts.inStock)
    .map(([value, count]) => ({ value, count }))
    .filter(({ count }) => count > 0),
  options: optionFacets(counts.options),
})
