// Search documents: the fields of a product in Elasticsearch, and the mappings and analyzers of the index. Pure.

import { createHash } from 'node:crypto'
import type { ProductState } from '../db/product-state.ts'
import type { Categories } from '../db/products.ts'
import { ancestorsOf, refsOf } from './category.ts'
import { isPublic, liveVariants, lowestPrices } from './product.ts'
import { wordsOfProduct } from './product-words.ts'
import { nameKeyOf } from './words.ts'

/** Fields of a variant that filters use: options, price and stock must match in the same variant. */
interface SearchVariant {
  /** `name=value` pairs. */
  options: string[]
  /** By currency, minor units. */
  prices: Record<string, number>
  inStock: boolean
}

export interface SearchDocument {
  id: string
  name: string
  /** Sort key of the name, the same as in MySQL. */
  nameKey: string
  description: string
  categoryNames: string[]
  /** Includes all ancestors, so that one term matches a subtree. */
  categoryIds: string[]
  skus: string[]
  optionValues: string[]
  /** Words of the name, and all words: the same as in MySQL, so that both engines find the same. */
  nameWords: string[]
  words: string[]
  variants: SearchVariant[]
  /** Lowest price by currency, minor units. */
  prices: Record<string, number>
  inStock: boolean
  /** Creation time in the format of list cursors. */
  createdKey: string
}

/** Formats a time as in list cursors: `2026-01-31 12:00:00.000000`. */
const createdKeyOf = (at: Date): string => `${at.toISOString().slice(0, 23).replace('T', ' ')}000`

export const optionPair = (name: string, value: string): string => `${name}=${value}`

/** Version of a document: grows with every change of the product or its stock, so that Elasticsearch refuses older documents. */
export const documentVersion = (product: ProductState): number =>
  product.variants.reduce((sum, variant) => sum + variant.stockVersion, product.version)

/** Document of a product; null for a product that is not public. */
export const documentOf = (product: ProductState, categories: Categories): SearchDocument | null => {
  if (!isPublic(product)) return null
  const variants = liveVariants(product)
  const pairs = variants.map(({ options }) => Object.entries(options))
  const words = wordsOfProduct(product, categories)
  return {
    id: product.id,
    name: product.name,
    nameKey: nameKeyOf(product.name),
    description: product.description,
    categoryNames: refsOf(categories, product.categoryIds).map((category) => category.name),
    categoryIds: [
      ...new Set(product.categoryIds.flatMap((id) => [id, ...ancestorsOf(categories, id).map((ancestor) => ancestor.id)])),
    ],
    skus: variants.map((variant) => variant.sku),
    optionValues: [...new Set(pairs.flat().map(([, value]) => value))],
    nameWords: [...words].flatMap(([word, inName]) => (inName ? [word] : [])),
    words: [...words.keys()],
    variants: variants.map(({ options, prices, available }) => ({
      options: Object.entries(options).map(([name, value]) => optionPair(name, value)),
      prices: Object.fromEntries(prices.map(({ currency, amountMinor }) => [currency, amountMinor])),
      inStock: available > 0,
    })),
    prices: Object.fromEntries(lowestPrices(product)),
    inStock: variants.some((variant) => variant.available > 0),
    createdKey: createdKeyOf(product.createdAt),
  }
}

const text = { type: 'text', analyzer: 'prose', fields: { plain: { type: 'text', analyzer: 'plain' } } } as const
const keyword = { type: 'keyword' } as const
const found = { ...text, copy_to: 'everything' } as const

const mappings = {
  dynamic: false,
  dynamic_templates: [
    { prices: { path_match: 'prices.*', mapping: { type: 'long' } } },
    { variantPrices: { path_match: 'variants.prices.*', mapping: { type: 'long' } } },
  ],
  properties: {
    id: keyword,
    name: found,
    nameKey: keyword,
    description: found,
    categoryNames: found,
    categoryIds: keyword,
    skus: { type: 'keyword', normalizer: 'code' },
    optionValues: found,
    everything: text,
    nameWords: keyword,
    words: keyword,
    variants: {
      type: 'nested',
      properties: { options: keyword, prices: { type: 'object', dynamic: true }, inStock: { type: 'boolean' } },
    },
    prices: { type: 'object', dynamic: true },
    inStock: { type: 'boolean' },
    createdKey: keyword,
  },
} as const

const settings = {
  number_of_shards: 1,
  auto_expand_replicas: '0-1',
  refresh_interval: '1s',
  // Elasticsearch remembers a deletion this long, so that an older document cannot restore the product.
  gc_deletes: '1h',
  analysis: {
    filter: {
      possessive: { type: 'stemmer', language: 'possessive_english' },
      stems: { type: 'stemmer', language: 'english' },
    },
    normalizer: { code: { type: 'custom', filter: ['uppercase'] } },
    analyzer: {
      plain: { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'asciifolding'] },
      prose: { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'asciifolding', 'possessive', 'stems'] },
    },
  },
} as const

/** Hash of settings and mappings. A service that finds another hash in the index rebuilds the index. */
export const indexShape: string = createHash('sha256')
  .update(JSON.stringify([settings, mappings]))
  .digest('hex')
  .slice(0, 16)

/** Body of the request that creates an index. */
export const indexDefinition = { settings, mappings: { ...mappings, _meta: { shape: indexShape } } }
