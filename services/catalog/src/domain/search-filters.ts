// Filters and facets over search documents in memory, by the rules of the request to Elasticsearch. Pure.

import { priceRanges } from './price-facet.ts'
import { optionPair, type SearchDocument } from './search-document.ts'
import type { Facet, FacetCounts, SearchInput } from './search-engine.ts'

/** Fields that filters read. */
type FilterFields = Pick<SearchDocument, 'categoryIds' | 'variants'>
type Variant = FilterFields['variants'][number]

/** Most values of a facet, as in Elasticsearch. */
const maxCategories = 500
const maxOptionValues = 300

export interface SearchFilter {
  /** @param without a filter that is left out */
  matches(document: FilterFields, without?: Facet): boolean
  /** Only the filters on the whole product. */
  fitsProduct(document: FilterFields, without?: Facet): boolean
  /** Only the filters on one variant. @param but an option whose filter is left out */
  fitsVariant(variant: Variant, without?: Facet, but?: string): boolean
  /** Whether the variant can be bought now in the currency. */
  canBeBought(variant: Variant): boolean
}

export const createFilter = ({ category, minPrice, maxPrice, inStock, currency, options }: SearchInput): SearchFilter => {
  const wanted = [...options].map(([name, values]) => ({ name, pairs: new Set(values.map((value) => optionPair(name, value))) }))
  const hasRange = minPrice !== undefined || maxPrice !== undefined
  const isInRange = ({ prices }: Variant) => {
    const price = prices[currency]
    return price !== undefined && price >= (minPrice ?? price) && price <= (maxPrice ?? price)
  }
  const hasOptions = (variant: Variant, but?: string) =>
    wanted.every(({ name, pairs }) => name === but || variant.options.some((pair) => pairs.has(pair)))
  const canBeBought = (variant: Variant) => variant.inStock && variant.prices[currency] !== undefined

  const fitsVariant: SearchFilter['fitsVariant'] = (variant, without, but) =>
    (without === 'options' || hasOptions(variant, but)) &&
    (without === 'prices' || !hasRange || isInRange(variant)) &&
    (without === 'inStock' || inStock !== true || canBeBought(variant))
  const fitsProduct: SearchFilter['fitsProduct'] = ({ categoryIds, variants }, without) =>
    (without === 'categories' || category === undefined || (category !== null && categoryIds.includes(category))) &&
    (without === 'inStock' || inStock !== false || !variants.some(canBeBought))
  /** Without a filter on variants a product without variants matches too. */
  const needsVariant = (without?: Facet) =>
    (without !== 'options' && wanted.length > 0) ||
    (without !== 'prices' && hasRange) ||
    (without !== 'inStock' && inStock === true)
  return {
    matches: (document, without) =>
      fitsProduct(document, without) &&
      (!needsVariant(without) || document.variants.some((variant) => fitsVariant(variant, without))),
    fitsProduct,
    fitsVariant,
    canBeBought,
  }
}

/** Counts products by value, each product once however many of its variants have the value. */
const createCounter = () => {
  const counts = new Map<string, { count: number; last: FilterFields }>()
  return {
    add: (value: string, product: FilterFields): void => {
      const entry = counts.get(value)
      if (entry === undefined) counts.set(value, { count: 1, last: product })
      else if (entry.last !== product) {
        entry.count += 1
        entry.last = product
      }
    },
    /** The most frequent values first. */
    first: (limit: number): FacetCounts['categories'] =>
      [...counts]
        .map(([value, { count }]) => ({ value, count }))
        .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
        .slice(0, limit),
  }
}

/** Counts the facets of the documents that a query found, before its filters. Plain loops: it runs for every document found. */
export const countFacets = (found: Iterable<FilterFields>, filter: SearchFilter, input: SearchInput): FacetCounts => {
  const { currency } = input
  const [categories, options] = [createCounter(), createCounter()]
  const prices = priceRanges(currency).map((range) => ({ ...range, count: 0, last: null as FilterFields | null }))
  const inStock = { true: 0, false: 0 }
  const chosen = [...input.options.keys()].map((name) => ({ name, beginning: optionPair(name, '') }))

  const countPrice = (product: FilterFields, price: number | undefined) => {
    const range = price === undefined ? undefined : prices.findLast(({ gte }) => price >= gte)
    if (range === undefined || range.last === product) return
    range.count += 1
    range.last = product
  }
  const countOptions = (product: FilterFields) => {
    for (const variant of product.variants) {
      if (filter.fitsVariant(variant))
        for (const pair of variant.options)
          if (!chosen.some(({ beginning }) => pair.startsWith(beginning))) options.add(pair, product)
      for (const { name, beginning } of chosen)
        if (filter.fitsVariant(variant, undefined, name))
          for (const pair of variant.options) if (pair.startsWith(beginning)) options.add(pair, product)
    }
  }
  for (const product of found) {
    if (filter.matches(product, 'categories')) for (const id of product.categoryIds) categories.add(id, product)
    if (filter.fitsProduct(product, 'prices'))
      for (const variant of product.variants)
        if (filter.fitsVariant(variant, 'prices')) countPrice(product, variant.prices[currency])
    if (filter.matches(product, 'inStock')) {
      if (!product.variants.some(filter.canBeBought)) inStock.false += 1
      else if (product.variants.some((variant) => filter.fitsVariant(variant, 'inStock') && filter.canBeBought(variant)))
        inStock.true += 1
    }
    if (filter.fitsProduct(product)) countOptions(product)
  }
  return {
    categories: categories.first(maxCategories),
    prices: prices.map(({ count }) => count),
    inStock,
    options: options.first(maxOptionValues),
  }
}
