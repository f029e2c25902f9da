// Redis in front of cart reads. An entry is only ever replaced by a newer one, so a slow reader cannot undo a writer; without Redis nothing is lost.
import type { Logger } from '@cartwright/service-kit'
import { Redis } from 'ioredis'
import type { CartState, StockLevel, Variant, View, Views } from '../cart.ts'
import { type Copy, cacheSampler } from './cache-sample.ts'

export interface CachedCart {
  cart: CartState
  views: Views
}

export interface CartCache {
  /** The cart with everything it takes to price it, or null: then MySQL answers. */
  read(principalId: string): Promise<CachedCart | null>
  /** Call after COMMIT and before answering: the writer then reads what she wrote. */
  putCart(principalId: string, cart: CartState): Promise<void>
  /** The cart of this version is closed: whoever read it earlier cannot put it back. */
  putClosed(principalId: string, version: number): Promise<void>
  /** The variants of a product version; of those it no longer has, readers learn from MySQL. */
  putVariants(version: number, variants: readonly Variant[], withdrawnSkus: readonly string[]): Promise<void>
  putStock(sku: string, level: StockLevel): Promise<void>
  /** What a reader found in MySQL. */
  fill(principalId: string, found: CachedCart): Promise<void>
  /** Some of what Redis holds, to compare with MySQL; other copies at each call. @throws Error when Redis does not answer */
  sample(atLeast: number, again: readonly string[]): Promise<Copy[]>
  close(): void
}

interface Entry {
  key: string
  /** Grows with every change of what the key stands for. */
  rank: number
  /** null marks what is gone: readers go to MySQL. */
  value: unknown
}

/** Milliseconds for which a Redis that failed is left alone, so that one that hangs does not slow every request down. */
const pauseMs = 1000

const putIfNewer = `for i, key in ipairs(KEYS) do
  local held = redis.call('GET', key)
  local rank = ARGV[i * 2]
  if not held or tonumber(string.match(held, '^%d+')) <= tonumber(rank) then
    redis.call('SET', key, rank .. ' ' .. ARGV[i * 2 + 1], 'PX', ARGV[1])
  end
end`

const cartKey = (principalId: string) => `cart:open:${principalId}`
const variantKey = (sku: string) => `cart:variant:${sku}`
const stockKey = (sku: string) => `cart:stock:${sku}`

// Two ranks per version: the cart as it was, and the fact that it is closed. Versions grow from one cart of a principal to the next.
const cartEntry = (principalId: string, cart: CartState): Entry => ({
  key: cartKey(principalId),
  rank: cart.version * 2,
  value: cart,
})
const closedEntry = (principalId: string, version: number): Entry => ({
  key: cartKey(principalId),
  rank: version * 2 + 1,
  value: null,
})
const variantEntry = (variant: Variant): Entry => ({ key: variantKey(variant.sku), rank: variant.version, value: variant })
const stockEntry = (sku: string, level: StockLevel): Entry => ({ key: stockKey(sku), rank: level.version, value: level })

/** What was read from catalog has no version to compare, so it is not kept. */
const viewEntries = (views: Views): Entry[] =>
  [...views].flatMap(([sku, { variant, stock }]) => [
    ...(variant && variant.version >= 0 ? [variantEntry(variant)] : []),
    ...(stock && stock.version >= 0 ? [stockEntry(sku, stock)] : []),
  ])

// Only this file writes these keys, so what is read has the shape that was written.
const heldValue = <T>(held: string | null | undefined): T | null =>
  held ? (JSON.parse(held.slice(held.indexOf(' ') + 1)) as T | null) : null

const readFrom = async (redis: Redis, principalId: string): Promise<CachedCart | null> => {
  const cart = heldValue<CartState>(await redis.get(cartKey(principalId)))
  if (cart === null) return null
  const skus = cart.lines.map((line) => line.sku)
  const held = skus.length === 0 ? [] : await redis.mget(skus.flatMap((sku) => [variantKey(sku), stockKey(sku)]))
  const views = new Map<string, View>()
  for (const [index, sku] of skus.entries()) {
    const variant = heldValue<Variant>(held[index * 2])
    const stock = heldValue<StockLevel>(held[index * 2 + 1])
    if (variant === null || stock === null) return null
    views.set(sku, { variant, stock })
  }
  return { cart, views }
}

const connect = (url: string, log: Logger): Redis => {
  const redis = new Redis(url, { connectTimeout: 500, commandTimeout: 250, maxRetriesPerRequest: 0, enableOfflineQueue: false })
  redis.on('error', (error) => log.debug({ err: error }, 'redis is away'))
  return redis
}

export interface CacheOptions {
  /** null bypasses the cache for good. */
  url: string | null
  /** How long a missed overwrite can show. */
  ttlSec: number
  log: Logger
  /** Counts reads by where the answer came from. */
  count?: (outcome: 'hit' | 'miss' | 'bypass') => void
}

/** Opens the cache. Redis that fails is passed over: the caller never learns of it. */
export const openCache = ({ url, ttlSec, log, count = () => undefined }: CacheOptions): CartCache => {
  const redis = url === null ? null : connect(url, log)
  const ttlMs = ttlSec * 1000
  let pausedUntil = 0
  // After an overwrite that did not reach Redis, what it holds may be old until it has expired.
  let distrustedUntil = 0

  const put = async (entries: readonly Entry[]): Promise<void> => {
    if (redis === null || entries.length === 0) return
    try {
      if (performance.now() < pausedUntil) throw new Error('redis is left alone for a moment')
      const values = entries.flatMap(({ rank, value }) => [rank, JSON.stringify(value)])
      await redis.eval(putIfNewer, entries.length, ...entries.map(({ key }) => key), ttlMs, ...values)
    } catch (error) {
      const now = performance.now()
      if (now >= pausedUntil) pausedUntil = now + pauseMs
      distrustedUntil = now + ttlMs
      log.debug({ err: error }, 'redis did not take an entry; reads go to the database until old ones have expired')
    }
  }

  const read = async (principalId: string): Promise<CachedCart | null> => {
    if (redis === null || performance.now() < Math.max(pausedUntil, distrustedUntil)) {
      count('bypass')
      return null
    }
    try {
      const found = await readFrom(redis, principalId)
      count(found ? 'hit' : 'miss')
      return found
    } catch (error) {
      pausedUntil = performance.now() + pauseMs
      count('bypass')
      log.debug({ err: error }, 'redis does not answer; the database does')
      return null
    }
  }

  return {
    read,
    putCart: (principalId, cart) => put([cartEntry(principalId, cart)]),
    putClosed: (principalId, version) => put([closedEntry(principalId, version)]),
    putVariants: (version, variants, withdrawnSkus) =>
      put([...variants.map(variantEntry), ...withdrawnSkus.map((sku) => ({ key: variantKey(sku), rank: version, value: null }))]),
    putStock: (sku, level) => put([stockEntry(sku, level)]),
    fill: (principalId, { cart, views }) => put([cartEntry(principalId, cart), ...viewEntries(views)]),
    sample: redis === null ? async () => [] : cacheSampler(redis),
    close: () => redis?.disconnect(),
  }
}
