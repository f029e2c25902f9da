// What the search index holds of a product, and how Elasticsearch is told to read it. Pure.
import { createHash } from 'node:crypto'
import { ancestorsOf, type Categories, refsOf } from './category.ts'
import { isPublic, liveVariants, lowestPrices, type ProductState } from './product.ts'
import { wordsOfProduct } from './product-words.ts'
import { nameKeyOf } from './words.ts'

/** A variant as filters see it: options, price and stock must meet in one. */
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
  /** Sorts as MySQL sorts names. */
  nameKey: string
  description: string
  categoryNames: string[]
  /** With all ancestors, so that one term finds a subtree. */
  categoryIds: string[]
  skus: string[]
  optionValues: string[]
  /** Words as MySQL's index has them, so that both find the same: those of the name, and all. */
  nameWords: string[]
  words: string[]
  variants: SearchVariant[]
  /** Lowest price by currency, minor units. */
  prices: Record<string, number>
  inStock: boolean
  /** As in the cursors of lists. */
  createdKey: string
}

/** `2026-01-31 12:00:00.000000`, as lists write it into their cursors. */
export const createdKeyOf = (at: Date): string => `${at.toISOString().slice(0, 23).replace('T', ' ')}000`

export const optionPair = (name: string, value: string): string => `${name}=${value}`

/** Grows with every change of the product or of its stock: the guard against older documents that arrive late. */
export const documentVersion = (product: ProductState): number =>
  product.variants.reduce((sum, variant) => sum + variant.stockVersion, product.version)

/** The document of a product; null for one that shoppers must not find. */
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
  // How long a deletion is remembered, so that an older document cannot bring the product back.
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

/** Names the shape of the index; a service that finds another one builds the index anew. */
export const indexShape: string = createHash('sha256')
  .update(JSON.stringify([settings, mappings]))
  .digest('hex')
  .slice(0, 16)

/** Body of the request that creates an index. */
export const indexDefinition = { settings, mappings: { ...mappings, _meta: { shape: indexShape } } }
