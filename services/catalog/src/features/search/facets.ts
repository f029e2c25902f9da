// Facets of a search: converts the aggregations of Elasticsearch to the counts of the API. Pure.

import type { Facets } from '@cartwright/contracts'
import type { Categories } from '../../db/products.ts'
import { priceBounds, type SearchInput } from './query.ts'

interface Bucket {
  key: string | number
  doc_count: number
}
interface OptionBucket extends Bucket {
  products: { doc_count: number }
}
interface Counted<B> {
  values: { buckets: B[] }
}
type OptionAnswer = { variants: { fitting: Counted<OptionBucket> } }

/** Results of the aggregations of `searchRequest`. */
export interface FacetAnswer {
  categories: Counted<Bucket>
  /** In the order of the ranges. */
  prices: { buckets: { doc_count: number }[] }
  inStock: { buckets: Record<'true' | 'false', { doc_count: number }> }
  options: OptionAnswer
  /** One more per chosen option. */
  [option: `option${number}`]: OptionAnswer
}

const optionFacets = (answer: FacetAnswer, input: SearchInput): Facets['options'] => {
  const parts = [answer.options, ...[...input.options.keys()].flatMap((_, index) => answer[`option${index}`] ?? [])]
  const counts = parts
    .flatMap((part) => part.variants.fitting.values.buckets)
    .map((bucket) => {
      const [name = '', ...rest] = String(bucket.key).split('=')
      return { name, value: rest.join('='), count: bucket.products.doc_count }
    })
  const byName = Map.groupBy(counts, ({ name }) => name)
  return Object.fromEntries(
    [...byName]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, values]) => [name, values.map(({ value, count }) => ({ value, count }))]),
  )
}

/** The facets of a search. */
export const facetsOf = (answer: FacetAnswer, input: SearchInput, categories: Categories): Facets => {
  const bounds = priceBounds(input.currency)
  return {
    categories: answer.categories.values.buckets.flatMap(({ key, doc_count }) => {
      const category = categories.get(String(key))
      return category ? [{ value: category.slug, name: category.name, count: doc_count }] : []
    }),
    prices: answer.prices.buckets.map(({ doc_count }, index) => {
      const above = bounds[index]
      return { minPrice: bounds[index - 1] ?? 0, maxPrice: above === undefined ? null : above - 1, count: doc_count }
    }),
    inStock: Object.entries(answer.inStock.buckets)
      .map(([value, { doc_count }]) => ({ value, count: doc_count }))
      .filter(({ count }) => count > 0),
    options: optionFacets(answer, input),
  }
}
