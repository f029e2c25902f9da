// Products of a large shop as plain values, the same at each run, for tests that measure the index in memory.

import type { ProductState, VariantState } from '../db/product-state.ts'
import type { Categories } from '../db/products.ts'

const syllables = Array.from('bcdfghklmnprstvw').flatMap((first) => Array.from('aeiou', (vowel) => first + vowel))
const colours = ['sand', 'ink', 'moss', 'clay', 'snow', 'rust']
const things = ['mug', 'lamp', 'blanket', 'headphones', 'teapot', 'chair', 'kettle', 'shelf', 'basket', 'notebook']
const materials = ['linen', 'oak', 'steel', 'wool', 'cork', 'glass', 'harbour', 'copper']

/** A sequence of whole numbers that depends on the seed alone (mulberry32). */
const numbersFrom = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const at = <T>(items: readonly T[], index: number): T => items[index % items.length] as T

const variantOf = (product: number, colour: string, index: number, amountMinor: number): VariantState => ({
  id: `var_${product}_${index}`,
  sku: `P${String(product).padStart(5, '0')}-${colour.toUpperCase()}`,
  name: colour,
  options: { colour },
  images: [],
  prices: ['EUR', 'USD'].map((currency) => ({
    amountMinor,
    currency,
    compareAtMinor: null,
    priorMinor: null,
    reducedAt: null,
  })),
  weightGrams: 100,
  requiresShipping: true,
  available: (product + index) % 5,
  stockVersion: 1,
  deleted: false,
})

/** @param count of products, each with three variants, two languages and a description of 25 words, as the seeded shop has */
export const manyProducts = (count: number): ProductState[] => {
  const next = numbersFrom(7)
  const word = () => Array.from({ length: 2 + next(3) }, () => at(syllables, next(syllables.length))).join('')
  const vocabulary = Array.from({ length: 4000 }, word)
  const text = (words: number) => Array.from({ length: words }, () => at(vocabulary, next(4000))).join(' ')
  return Array.from({ length: count }, (_, index): ProductState => {
    const name = `${at(materials, next(99))} ${at(things, next(99))} ${at(vocabulary, next(4000))}`
    return {
      id: `prd_${String(index).padStart(6, '0')}`,
      slug: `product-${index}`,
      name: index % 500 === 0 ? `${name} 京都抹茶` : name,
      description: text(25),
      translations: { de: { name: text(3), description: text(25) } },
      status: 'active',
      taxClass: 'standard',
      version: 1,
      images: [],
      options: [{ name: 'colour', values: [...colours] }],
      deleted: false,
      createdAt: new Date(Date.UTC(2026, 0, 1) + index * 60_000),
      updatedAt: new Date(Date.UTC(2026, 0, 1)),
      categoryIds: [`cat_${index % 30}`],
      variants: [0, 1, 2].map((variant) =>
        variantOf(index, at(colours, index + variant), variant, 500 + ((index * 37 + variant * 250) % 60_000)),
      ),
    }
  })
}

/** Thirty categories, of which each fifth is the parent of the four after it. */
export const manyCategories: Categories = new Map(
  Array.from({ length: 30 }, (_, index) => [
    `cat_${index}`,
    {
      id: `cat_${index}`,
      slug: `category-${index}`,
      name: `Category ${index}`,
      parent_id: index % 5 === 0 ? null : `cat_${index - (index % 5)}`,
      position: index,
      created_at: new Date(0),
      translations: null,
    },
  ]),
)
