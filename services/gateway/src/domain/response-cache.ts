// Response cache in memory: holds public responses until an event purges one of their tags. A response read before a purge is not stored after it.
import type { OutgoingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import { etagOf } from './etag.ts'

export interface CachedResponse {
  headers: OutgoingHttpHeaders
  /** The body's bytes as latin1: Node sends such a string together with the head in one write, and a buffer in two. */
  bytes: string
  etag: string
}

interface Entry extends CachedResponse {
  expiresAtMs: number
  size: number
  tags: readonly string[]
}

/** Tags besides product ids: responses that any product may enter or leave, and those that any SKU's stock may change. */
export const listTag = '*list'
export const stockTag = '*stock'

export interface ResponseCache {
  find(key: string, nowMs: number): CachedResponse | null
  /** Number of purges so far. Read it before the response that `store` receives. */
  generation(): number
  /** @returns the response to send; it is stored only when no purge has hit one of its tags since `generation` */
  store(
    key: string,
    response: { headers: OutgoingHttpHeaders; body: Buffer; tags: readonly string[]; expiresAtMs: number; generation: number },
  ): CachedResponse
  purge(tags: readonly string[]): void
  size(): { entries: number; bytes: number }
}

/** Estimated size of an entry beside its body: key, headers, index. */
const overheadBytes = 1024
const maxRememberedPurges = 20_000

/** Ids of the products that a body mentions: a change of one of them makes the response stale. */
export const productsIn = (body: string): string[] => [...new Set(body.match(/prd_[0-9a-z]{6,40}/g))]

/** Cache key of a URL and language; the order of the query's members does not matter. */
export const cacheKey = (url: string, language: string | undefined): string => {
  const start = url.indexOf('?')
  const sorted =
    start < 0
      ? url
      : `${url.slice(0, start)}?${url
          .slice(start + 1)
          .split('&')
          .sort()
          .join('&')}`
  return language === undefined ? sorted : `${sorted}\n${language.slice(0, 60)}`
}

/** Index of cache keys by tag. */
const createTagIndex = () => {
  const keysByTag = new Map<string, Set<string>>()
  return {
    add: (key: string, tags: readonly string[]): void => {
      for (const tag of tags) {
        const keys = keysByTag.get(tag)
        if (keys) keys.add(key)
        else keysByTag.set(tag, new Set([key]))
      }
    },
    remove: (key: string, tags: readonly string[]): void => {
      for (const tag of tags) {
        const keys = keysByTag.get(tag)
        keys?.delete(key)
        if (keys?.size === 0) keysByTag.delete(tag)
      }
    },
    list: (tag: string): string[] => [...(keysByTag.get(tag) ?? [])],
  }
}

/** Log of purges: says whether a response that was read at some generation is stale. */
const createPurgeLog = () => {
  const purgedAt = new Map<string, number>()
  let generation = 0
  /** Purges up to this generation are forgotten, so every response that was read before it counts as stale. */
  let forgottenUntil = 0
  return {
    generation: () => generation,
    record: (tags: readonly string[]): void => {
      generation += 1
      if (purgedAt.size >= maxRememberedPurges) {
        purgedAt.clear()
        forgottenUntil = generation
      }
      for (const tag of tags) purgedAt.set(tag, generation)
    },
    isStale: (tags: readonly string[], since: number): boolean =>
      since < forgottenUntil || tags.some((tag) => (purgedAt.get(tag) ?? 0) > since),
  }
}

export const createResponseCache = ({ maxEntries, maxBytes }: { maxEntries: number; maxBytes: number }): ResponseCache => {
  const index = createTagIndex()
  const purges = createPurgeLog()
  // The library reads 0 as "no limit".
  const entries = new LRUCache<string, Entry>({
    max: Math.max(1, maxEntries),
    maxSize: Math.max(1, maxBytes),
    sizeCalculation: ({ size }) => size,
    dispose: ({ tags }, key) => index.remove(key, tags),
  })
  const insert = (key: string, entry: Entry): void => {
    entries.set(key, entry)
    if (entries.has(key)) index.add(key, entry.tags)
  }

  return {
    find: (key, nowMs) => {
      const entry = entries.get(key)
      if (entry === undefined) return null
      if (entry.expiresAtMs > nowMs) return entry
      entries.delete(key)
      return null
    },
    generation: purges.generation,
    store: (key, { headers, body, tags, expiresAtMs, generation }) => {
      const etag = etagOf(body)
      const response: CachedResponse = {
        headers: { 'cache-control': 'no-cache', ...headers, 'content-length': body.length, etag },
        bytes: body.toString('latin1'),
        etag,
      }
      if (maxEntries > 0 && !purges.isStale(tags, generation))
        insert(key, { ...response, expiresAtMs, size: body.length + overheadBytes, tags })
      return response
    },
    purge: (tags) => {
      purges.record(tags)
      for (const key of tags.flatMap(index.list)) entries.delete(key)
    },
    size: () => ({ entries: entries.size, bytes: entries.calculatedSize }),
  }
}
