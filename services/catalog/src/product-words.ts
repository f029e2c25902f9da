// The words by which a product is found, in MySQL and in Elasticsearch. Pure.
import { type Categories, refsOf } from './category.ts'
import { liveVariants, type ProductState } from './product.ts'
import { indexWordsOf } from './words.ts'

/** By what a product is found: its name first, then what else is said of it. */
export const wordsOfProduct = (product: ProductState, categories: Categories): Map<string, boolean> => {
  const variants = liveVariants(product)
  return indexWordsOf(product.name, [
    ...variants.map(({ name }) => name),
    ...new Set(variants.flatMap(({ options }) => Object.values(options))),
    ...refsOf(categories, product.categoryIds).map(({ name }) => name),
    product.description,
  ])
}
