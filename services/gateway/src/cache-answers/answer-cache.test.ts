// The cache by itself: room, keys, tags.
import { describe, expect, test } from 'vitest'
import { answerCache, cacheKey, productsIn } from './answer-cache.ts'

const body = Buffer.from('0123456789')
const keep = (cache: ReturnType<typeof answerCache>, key: string, tags: string[] = []) =>
  cache.keep(key, { headers: {}, body, tags, expiresAtMs: 1000, generation: cache.generation() })

describe('the cache', () => {
  test('holds no more than it has room for and drops what came first', () => {
    const cache = answerCache({ maxEntries: 2, maxBytes: 1e6 })
    for (const key of ['a', 'b', 'c']) keep(cache, key)
    expect(['a', 'b', 'c'].map((key) => cache.find(key, 0) !== null)).toEqual([false, true, true])
    const narrow = answerCache({ maxEntries: 100, maxBytes: 2200 })
    for (const key of ['a', 'b', 'c']) keep(narrow, key)
    expect(narrow.size()).toEqual({ entries: 2, bytes: 2 * (10 + 1024) })
  })
  test('forgets what has expired', () => {
    const cache = answerCache({ maxEntries: 2, maxBytes: 1e6 })
    keep(cache, 'a')
    expect([cache.find('a', 999) !== null, cache.find('a', 1000), cache.size().entries]).toEqual([true, null, 0])
  })
  test('a purge drops every answer with the tag and gives the room back', () => {
    const cache = answerCache({ maxEntries: 10, maxBytes: 1e6 })
    keep(cache, 'a', ['x', 'y'])
    keep(cache, 'b', ['y'])
    keep(cache, 'c', ['z'])
    cache.purge(['y'])
    expect(cache.size()).toEqual({ entries: 1, bytes: 1034 })
  })
  test('what began before more purges than can be remembered is not kept', () => {
    const cache = answerCache({ maxEntries: 10, maxBytes: 1e6 })
    const generation = cache.generation()
    for (let n = 0; n <= 20_000; n++) cache.purge([`tag${n}`])
    cache.keep('a', { headers: {}, body, tags: ['untouched'], expiresAtMs: 1000, generation })
    expect(cache.find('a', 0)).toBeNull()
  })
})

describe('keys and products', () => {
  test('a key does not depend on the order of the query', () => {
    expect(cacheKey('/v1/products?b=2&a=1', undefined)).toBe(cacheKey('/v1/products?a=1&b=2', undefined))
    expect(cacheKey('/v1/products', 'de')).not.toBe(cacheKey('/v1/products', 'en'))
  })
  test('products are found in a body once each', () => {
    expect(productsIn('{"id":"prd_0000aa","x":["prd_0000bb","prd_0000aa"]}')).toEqual(['prd_0000aa', 'prd_0000bb'])
  })
})
