// Facets of a search in Elasticsearch: converts the aggregations of its answer to counts. Pure.

import type { FacetCounts, SearchInput } from '../domain/search-engine.ts'

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
export interface AggregationAnswer {
  categories: Counted<Bucket>
  /** In the order of the ranges. */
  prices: { buckets: { doc_count: number }[] }
  inStock: { buckets: Record<'true' | 'false', { doc_count: number }> }
  options: OptionAnswer
  /** One more per chosen option. */
  [option: `option${number}`]: OptionAnswer
}

export const facetCountsOf = (answer: AggregationAnswer, input: SearchInput): FacetCounts => {
  const { categories, prices, inStock } = answer
  const parts = [answer.options, ...[...input.options.keys()].flatMap((_, index) => answer[`option${index}`] ?? [])]
  return {
    categories: categories.values.buckets.map(({ key, doc_count }) => ({ value: String(key), count: doc_count })),
    prices: prices.buckets.map(({ doc_count }) => doc_count),
    inStock: { true: inStock.buckets.true.doc_count, false: inStock.buckets.false.doc_count },
    options: parts
      .flatMap((part) => part.variants.fitting.values.buckets)
      .map(({ key, products }) => ({ value: String(key), count: products.doc_count })),
  }
}
