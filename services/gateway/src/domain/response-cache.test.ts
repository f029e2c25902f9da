// Response cache: capacity, expiry, purges, keys.
import { describe, expect, test } from 'vitest'
import { cacheKey, createResponseCache, productsIn } from './response-cache.ts'

const body = Buffer.from('0123456789')
const keep = (cache: ReturnType<typeof createResponseCache>, key: string, tags: string[] = []) =>
  cache.store(key, { headers: {}, body, tags, expiresAtMs: 1000, generation: cache.generation() })

describe('the response cache', () => {
  test('evicts the oldest entry when it is full', () => {
    const cache = createResponseCache({ maxEntries: 2, maxBytes: 1e6 })
    for (const key of ['a', 'b', 'c']) keep(cache, key)
    expect(['a', 'b', 'c'].map((key) => cache.find(key, 0) !== null)).toEqual([false, true, true])
    const narrow = createResponseCache({ maxEntries: 100, maxBytes: 2200 })
    for (const key of ['a', 'b', 'c']) keep(narrow, key)
    expect(narrow.size()).toEqual({ entries: 2, bytes: 2 * (10 + 1024) })
  })
  test('does not return an expired entry', () => {
    const cache = createResponseCache({ maxEntries: 2, maxBytes: 1e6 })
    keep(cache, 'a')
    expect([cache.find('a', 999) !== null, cache.find('a', 1000), cache.size().entries]).toEqual([true, null, 0])
  })
  test('removes every entry with a purged tag and frees its bytes', () => {
    const cache = createResponseCache({ maxEntries: 10, maxBytes: 1e6 })
    keep(cache, 'a', ['x', 'y'])
    keep(cache, 'b', ['y'])
    keep(cache, 'c', ['z'])
    cache.purge(['y'])
    expect(cache.size()).toEqual({ entries: 1, bytes: 1034 })
  })
  test('does not store a response that was read before the remembered purges', () => {
    const cache = createResponseCache({ maxEntries: 10, maxBytes: 1e6 })
    const generation = cache.generation()
    for (let n = 0; n <= 20_000; n++) cache.purge([`tag${n}`])
    cache.store('a', { headers: {}, body, tags: ['untouched'], expiresAtMs: 1000, generation })
    expect(cache.find('a', 0)).toBeNull()
  })
})

describe('cache keys and product ids', () => {
  test('a cache key does not depend on the order of the query', () => {
    expect(cacheKey('/v1/products?b=2&a=1', undefined)).toBe(cacheKey('/v1/products?a=1&b=2', undefined))
    expect(cacheKey('/v1/products', 'de')).not.toBe(cacheKey('/v1/products', 'en'))
  })
  test('a product id is found once in a body that mentions it twice', () => {
    expect(productsIn('{"id":"prd_0000aa","x":["prd_0000bb","prd_0000aa"]}')).toEqual(['prd_0000aa', 'prd_0000bb'])
  })
})
