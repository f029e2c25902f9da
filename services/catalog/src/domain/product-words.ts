// Index words of a product, the same for MySQL and Elasticsearch. Pure.

import type { ProductState } from '../db/product-state.ts'
import type { Categories } from '../db/products.ts'
import { refsOf } from './category.ts'
import { liveVariants } from './product.ts'
import { translatedNames } from './translations.ts'
import { indexWordsOf } from './words.ts'

/** Words of the name first, then of translated names, variants, options, categories and descriptions, in every language. */
export const wordsOfProduct = (product: ProductState, categories: Categories): Map<string, boolean> => {
  const variants = liveVariants(product)
  const translated = Object.values(product.translations)
  return indexWordsOf(product.name, [
    ...translated.flatMap(({ name }) => name ?? []),
    ...variants.map(({ name }) => name),
    ...new Set(variants.flatMap(({ options }) => Object.values(options))),
    ...refsOf(categories, product.categoryIds).map(({ name }) => name),
    ...translatedNames(categories, product.categoryIds),
    product.description,
    ...translated.flatMap(({ description }) => description ?? []),
  ])
}
