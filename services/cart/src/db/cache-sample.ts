// Looks at what Redis holds of carts, variants and stock, a stretch of keys at a time: to compare it with MySQL, never to answer from it.
import type { Redis } from 'ioredis'
import type { CartState, StockLevel, Variant } from '../cart.ts'

interface Held {
  /** Its name in Redis. */
  key: string
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
  const common = { key, expiresMs }
  const space = held.indexOf(' ')
  const rank = Number(held.slice(0, space))
  // Only the cache writes these keys, so what is read has the shape that was written.
  const value = JSON.parse(held.slice(space + 1))
  const [, kind, ...rest] = key.split(':')
  const name = rest.join(':')
  // Two ranks per version of a cart: as it was, and that it is closed.
  if (kind === 'open') return { kind: 'cart', principalId: name, version: Math.floor(rank / 2), value, ...common }
  if (kind === 'variant' || kind === 'stock') return { kind, sku: name, version: rank, value, ...common }
  return null
}

/** @returns a function that looks at some copies, about `atLeast` where there are so many, and those of `again`; it goes on at the next call where it stopped */
export const cacheSampler = (redis: Redis): ((atLeast: number, again: readonly string[]) => Promise<Copy[]>) => {
  let cursor = '0'
  return async (atLeast, again) => {
    const keys = new Set<string>()
    for (let step = 0; step < steps && keys.size < atLeast; step++) {
      const [next, found] = await redis.scan(cursor, 'MATCH', 'cart:*', 'COUNT', scanned)
      for (const key of found) keys.add(key)
      cursor = next
      if (cursor === '0') break
    }
    // Whatever a step has found: Redis does not tell of it a second time before the walk begins again.
    const sample = [...new Set([...again, ...keys])]
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
