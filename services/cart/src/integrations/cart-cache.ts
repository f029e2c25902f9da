// Cache of cart reads in Redis. Only a newer entry replaces an entry, so a slow reader cannot undo a write. MySQL answers without Redis.
import { createCircuitBreaker } from '@cartwright/concurrency'
import { logEngineErrors } from '@cartwright/service-kit'
import type { Logger } from '@cartwright/telemetry'
import { Redis } from 'ioredis'
import type { CartState, StockLevel, Variant, View } from '../db/stored-cart.ts'
import type { Views } from '../domain/cart.ts'
import { type CachedCopy, cacheSampler } from './cart-cache-sample.ts'

interface CachedCart {
  cart: CartState
  views: Views
}

export interface CartCache {
  /** The cart with the projection of its SKUs; null when MySQL has to answer. */
  read(principalId: string): Promise<CachedCart | null>
  /** Call after COMMIT and before the answer, so that writers read their own writes. */
  putCart(principalId: string, cart: CartState): Promise<void>
  /** Marks the cart of this version as closed, so that a reader that is late cannot write it back. */
  putClosed(principalId: string, version: number): Promise<void>
  /** Writes the variants of a product version; withdrawn SKUs are read from MySQL. */
  putVariants(version: number, variants: readonly Variant[], withdrawnSkus: readonly string[]): Promise<void>
  putStock(sku: string, level: StockLevel): Promise<void>
  /** Writes what a reader has found in MySQL. */
  fill(principalId: string, found: CachedCart): Promise<void>
  /** Reads some entries to compare them with MySQL, others at each call. @throws Error when Redis does not answer */
  sample(atLeast: number, again: readonly string[]): Promise<CachedCopy[]>
  close(): void
}

interface Entry {
  key: string
  /** Version of the entry; grows with every change of its subject. */
  rank: number
  /** null marks a removed subject: readers use MySQL. */
  value: unknown
}

/** Milliseconds that the circuit stays open, so that a hanging Redis does not slow every request down. */
const openMs = 1000

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

// Two ranks per version: open and closed. Versions grow from one cart of a principal to the next.
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

/** Rows that were read from catalog have no version to compare, so they are not cached. */
const viewEntries = (views: Views): Entry[] =>
  [...views].flatMap(([sku, { variant, stock }]) => [
    ...(variant && variant.version >= 0 ? [variantEntry(variant)] : []),
    ...(stock && stock.version >= 0 ? [stockEntry(sku, stock)] : []),
  ])

// Only this file writes these keys, so a value has the shape that it wrote.
const storedValueOf = <T>(stored: string | null | undefined): T | null =>
  stored ? (JSON.parse(stored.slice(stored.indexOf(' ') + 1)) as T | null) : null

const readFrom = async (redis: Redis, principalId: string): Promise<CachedCart | null> => {
  const cart = storedValueOf<CartState>(await redis.get(cartKey(principalId)))
  // An older version of this service wrote the cart without its destination or codes: MySQL answers.
  if (cart === null || cart.destination === undefined || cart.codes === undefined) return null
  const skus = cart.lines.map((line) => line.sku)
  const stored = skus.length === 0 ? [] : await redis.mget(skus.flatMap((sku) => [variantKey(sku), stockKey(sku)]))
  const views = new Map<string, View>()
  for (const [index, sku] of skus.entries()) {
    const variant = storedValueOf<Variant>(stored[index * 2])
    const stock = storedValueOf<StockLevel>(stored[index * 2 + 1])
    if (variant === null || stock === null) return null
    views.set(sku, { variant, stock })
  }
  return { cart, views }
}

const connect = ({ url, tls, log }: CacheOptions & { url: string }): Redis => {
  const redis = new Redis(url, {
    ...tls,
    connectTimeout: 500,
    commandTimeout: 250,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
  })
  redis.on('error', logEngineErrors(log, 'cart cache: Redis', 'REDIS_URL and REDIS_TLS_CA_FILE'))
  return redis
}

interface CacheOptions {
  /** null disables the cache. */
  url: string | null
  /** TLS options of the client, for certificate authorities of one's own. */
  tls?: { tls?: { ca: string } }
  /** Seconds until an entry expires, and so the longest time that a missed overwrite is visible. */
  ttlSec: number
  log: Logger
  /** Counts reads by outcome. */
  count?: (outcome: 'hit' | 'miss' | 'bypass') => void
}

/** Opens the cache. Failures of Redis are not thrown: MySQL answers instead. */
export const openCache = (options: CacheOptions): CartCache => {
  const { url, ttlSec, log, count = () => undefined } = options
  const redis = url === null ? null : connect({ ...options, url })
  const ttlMs = ttlSec * 1000
  const breaker = createCircuitBreaker({ failureThreshold: 1, openMs })
  // After an overwrite that did not reach Redis, its entries may be outdated until they have expired.
  let bypassUntil = 0

  const bypassReads = (error: unknown): void => {
    bypassUntil = performance.now() + ttlMs
    log.debug({ err: error }, 'cart cache: Redis did not store an entry; reads use MySQL until outdated entries have expired')
  }

  const put = async (entries: readonly Entry[]): Promise<void> => {
    if (redis === null || entries.length === 0) return
    if (!breaker.canCall()) return bypassReads(new Error('the circuit breaker of Redis is open'))
    try {
      const values = entries.flatMap(({ rank, value }) => [rank, JSON.stringify(value)])
      await redis.eval(putIfNewer, entries.length, ...entries.map(({ key }) => key), ttlMs, ...values)
      breaker.recordSuccess()
    } catch (error) {
      breaker.recordFailure()
      bypassReads(error)
    }
  }

  const read = async (principalId: string): Promise<CachedCart | null> => {
    if (redis === null || performance.now() < bypassUntil || !breaker.canCall()) {
      count('bypass')
      return null
    }
    try {
      const found = await readFrom(redis, principalId)
      breaker.recordSuccess()
      count(found ? 'hit' : 'miss')
      return found
    } catch (error) {
      breaker.recordFailure()
      count('bypass')
      log.debug({ err: error }, 'cart cache: Redis does not answer; MySQL answers')
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
