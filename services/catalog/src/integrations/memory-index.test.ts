// Index in memory: typing mistakes, replaced and removed documents, and 5,000 products, whose figures are printed.

import { beforeAll, describe, expect, test } from 'vitest'
import { documentOf, type SearchDocument } from '../domain/search-document.ts'
import type { SearchInput } from '../domain/search-engine.ts'
import { manyCategories, manyProducts } from './many-products.fixture.ts'
import { searchIndex } from './memory-engine.ts'
import { createMemoryIndex, type MemoryIndex } from './memory-index.ts'

const documentNamed = (id: string, name: string, more: Partial<Parameters<typeof documentOf>[0]> = {}): SearchDocument => {
  const [product] = manyProducts(1)
  if (product === undefined) throw new Error('no product')
  const document = documentOf({ ...product, id, name, description: '', translations: {}, variants: [], ...more }, new Map())
  if (document === null) throw new Error('the product is not public')
  return document
}
const indexOf = (...documents: SearchDocument[]): MemoryIndex => {
  const index = createMemoryIndex()
  for (const document of documents) index.put(document)
  return index
}
const idsOf = (index: MemoryIndex, q: string) => [...index.find(q).keys()].sort()

describe('typing mistakes', () => {
  const index = indexOf(
    documentNamed('prd_mug', 'Harbour Mug'),
    documentNamed('prd_rug', 'Wool Rug'),
    documentNamed('prd_set', 'Studio Headphones X2'),
  )

  test.each([
    ['hrabour', ['prd_mug']],
    ['harbor', ['prd_mug']],
    ['hbrxbour', ['prd_mug']],
    ['hbrxbuor', []],
    ['mgu', ['prd_mug']],
    ['mog', ['prd_mug']],
    ['mu', ['prd_mug']],
    ['um', []],
    ['mug', ['prd_mug']],
    ['rug', ['prd_rug']],
    ['wool rgu', ['prd_rug']],
    ['harbour rug', ['prd_mug']],
    ['headphnes', ['prd_set']],
    ['x3', []],
    ['2x', []],
  ])('%s finds %j', (q, found) => {
    expect(idsOf(index, q)).toEqual(found)
  })
})

test('a replaced document is found by its new words only, and a removed one not at all', () => {
  const index = indexOf(documentNamed('prd_1', 'Copper Teapot'), documentNamed('prd_2', 'Oak Shelf'))
  for (let change = 0; change < 50; change++) index.put(documentNamed('prd_1', `Teapot number${change}`))
  index.put(documentNamed('prd_1', 'Iron Kettle'))
  expect([idsOf(index, 'teapot'), idsOf(index, 'copper'), idsOf(index, 'kettle')]).toEqual([[], [], ['prd_1']])
  index.remove('prd_1')
  index.remove('prd_unknown')
  expect([idsOf(index, 'kettle'), idsOf(index, 'shelf'), index.size]).toEqual([[], ['prd_2'], 1])
})

test('two indices that were filled in another order score alike', () => {
  const documents = manyProducts(300).flatMap((product) => documentOf(product, manyCategories) ?? [])
  const [forwards, backwards] = [indexOf(...documents), indexOf(...documents.toReversed())]
  for (const document of documents.slice(0, 100)) backwards.put(document)
  for (const q of ['linen blanket', 'mug', 'ba']) {
    expect(forwards.find(q).size).toBeGreaterThan(0)
    expect(new Map([...backwards.find(q)].sort())).toEqual(new Map([...forwards.find(q)].sort()))
  }
})

/** Milliseconds of CPU that a call takes on average: a busy machine does not lengthen them. */
const cpuMs = (runs: number, work: () => void): number => {
  const before = process.cpuUsage()
  for (let run = 0; run < runs; run++) work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / runs
}

describe('5,000 products', () => {
  const products = manyProducts(5000)
  const print = (text: string) => process.stderr.write(`5,000 products in memory: ${text}\n`)
  const heapMegabytes = () => {
    globalThis.gc?.()
    return process.memoryUsage().heapUsed / 1e6
  }
  let index: MemoryIndex

  beforeAll(() => {
    const heapBefore = heapMegabytes()
    index = createMemoryIndex()
    const built = cpuMs(1, () => {
      for (const product of products) {
        const document = documentOf(product, manyCategories)
        if (document !== null) index.put(document)
      }
    })
    print(`built in ${Math.round(built)} ms, heap ${Math.round(heapMegabytes() - heapBefore)} MB`)
  }, 60_000)

  const searchMemory = (more: Partial<SearchInput>): number => {
    const input: SearchInput = { q: '', currency: 'EUR', sort: 'relevance', limit: 20, options: new Map(), ...more }
    return searchIndex(index, input).total
  }

  test.each<[string, Partial<SearchInput>]>([
    ['every product', {}],
    ['every product by name', { sort: 'name' }],
    ['every product with filters', { options: new Map([['colour', ['sand']]]), maxPrice: 30_000, inStock: true }],
    ['mug', { q: 'mug' }],
    ['linen blanket sand', { q: 'linen blanket sand' }],
    ['headphnes', { q: 'headphnes' }],
    ['hrabour', { q: 'hrabour' }],
    ['mgu', { q: 'mgu' }],
    ['抹茶', { q: '抹茶' }],
    ['a SKU', { q: 'p00042-sand' }],
    ['the beginning of a word', { q: 'ba' }],
  ])('a search for %s takes at most 100 ms of CPU, with facets', { timeout: 60_000 }, (name, input) => {
    let total = 0
    const search = () => {
      total = searchMemory(input)
    }
    cpuMs(10, search)
    const each = cpuMs(20, search)
    print(`${name}: ${total} found, ${each.toFixed(2)} ms`)
    expect(total).toBeGreaterThan(0)
    expect(each).toBeLessThan(100)
  })

  test('an update takes at most 10 ms of CPU', { timeout: 60_000 }, () => {
    const renamed = products.slice(0, 500).flatMap((product) => documentOf({ ...product, name: 'Renamed' }, manyCategories) ?? [])
    const all = cpuMs(1, () => {
      for (const document of renamed) index.put(document)
    })
    print(`one update ${(all / renamed.length).toFixed(2)} ms`)
    expect(all / renamed.length).toBeLessThan(10)
    expect(idsOf(index, 'renamed')).toHaveLength(renamed.length)
  })
})
