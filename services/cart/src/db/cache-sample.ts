// Looks at what Redis holds of carts, variants and stock, a stretch of keys at a time: to compare it with MySQL, never to answer from it.
import type { Redis } from 'ioredis'
import type { CartState, StockLevel, Variant } from '../cart.ts'

interface Held {
  /** Milliseconds until Redis forgets it; −1: never. */
  expiresMs: number
  version: number
}
export type Copy =
  | (Held & { kind: 'cart'; principalId: string; value: CartState | null })
  | (Held & { kind: 'variant'; sku: string; value: Variant | null })
  | (Held & { kind: 'stock'; sku: string; value: StockLevel | null })

const scanned = 1000
const steps = 5

const parse = (key: string, held: string, expiresMs: number): Copy | null => {
  const space = held.indexOf(' ')
  const rank = Number(held.slice(0, space))
  // Only the cache writes these keys, so what is read has the shape that was written.
  const value = JSON.parse(held.slice(space + 1))
  const [, kind, ...rest] = key.split(':')
  const name = rest.join(':')
  // Two ranks per version of a cart: as it was, and that it is closed.
  if (kind === 'open') return { kind: 'cart', principalId: name, version: Math.floor(rank / 2), value, expiresMs }
  if (kind === 'variant' || kind === 'stock') return { kind, sku: name, version: rank, value, expiresMs }
  return null
}

/** @returns a function that looks at up to `limit` copies and goes on at the next call where it stopped */
export const cacheSampler = (redis: Redis): ((limit: number) => Promise<Copy[]>) => {
  let cursor = '0'
  return async (limit) => {
    const keys = new Set<string>()
    for (let step = 0; step < steps && keys.size < limit; step++) {
      const [next, found] = await redis.scan(cursor, 'MATCH', 'cart:*', 'COUNT', scanned)
      for (const key of found) keys.add(key)
      cursor = next
      if (cursor === '0') break
    }
    const sample = [...keys].slice(0, limit)
    if (sample.length === 0) return []
    const commands = redis.pipeline()
    for (const key of sample) commands.get(key).pttl(key)
    const answers = (await commands.exec()) ?? []
    return sample.flatMap((key, index) => {
      const [held, expiresMs] = [answers[index * 2]?.[1], answers[index * 2 + 1]?.[1]]
      return typeof held === 'string' && typeof expiresMs === 'number' ? (parse(key, held, expiresMs) ?? []) : []
    })
  }
}
