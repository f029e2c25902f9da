// Samples the cache in Redis, one scan step at a time, so that an invariant can compare it with MySQL.
import type { Redis } from 'ioredis'
import type { CartState, StockLevel, Variant } from '../db/stored-cart.ts'

interface Stored {
  /** Key in Redis. */
  key: string
  /** Milliseconds until the key expires; −1: never. */
  expiresMs: number
  version: number
}
export type CachedCopy =
  | (Stored & { kind: 'cart'; principalId: string; value: CartState | null })
  | (Stored & { kind: 'variant'; sku: string; value: Variant | null })
  | (Stored & { kind: 'stock'; sku: string; value: StockLevel | null })

const scanned = 1000
const steps = 5

const parse = (key: string, stored: string, expiresMs: number): CachedCopy | null => {
  const common = { key, expiresMs }
  const space = stored.indexOf(' ')
  const rank = Number(stored.slice(0, space))
  // Only the cache writes these keys, so a value has the shape that it wrote.
  const value = JSON.parse(stored.slice(space + 1))
  const [, kind, ...rest] = key.split(':')
  const name = rest.join(':')
  // Two ranks per version of a cart: open and closed.
  // An older version of this service writes carts without destination or codes; they cannot be compared.
  if (kind === 'open' && value !== null && (value.destination === undefined || value.codes === undefined)) return null
  if (kind === 'open') return { kind: 'cart', principalId: name, version: Math.floor(rank / 2), value, ...common }
  if (kind === 'variant' || kind === 'stock') return { kind, sku: name, version: rank, value, ...common }
  return null
}

/** @returns a function that reads about `atLeast` entries and the keys in `again`; each call continues the scan of the one before */
export const cacheSampler = (redis: Redis): ((atLeast: number, again: readonly string[]) => Promise<CachedCopy[]>) => {
  let cursor = '0'
  return async (atLeast, again) => {
    const keys = new Set<string>()
    for (let step = 0; step < steps && keys.size < atLeast; step++) {
      const [next, found] = await redis.scan(cursor, 'MATCH', 'cart:*', 'COUNT', scanned)
      for (const key of found) keys.add(key)
      cursor = next
      if (cursor === '0') break
    }
    // All keys of a step are used: the scan does not return them again before it starts over.
    const sample = [...new Set([...again, ...keys])]
    if (sample.length === 0) return []
    const commands = redis.pipeline()
    for (const key of sample) commands.get(key).pttl(key)
    const answers = (await commands.exec()) ?? []
    return sample.flatMap((key, index) => {
      const [stored, expiresMs] = [answers[index * 2]?.[1], answers[index * 2 + 1]?.[1]]
      return typeof stored === 'string' && typeof expiresMs === 'number' ? (parse(key, stored, expiresMs) ?? []) : []
    })
  }
}
