// Keeps public answers in memory until an event says that they are old. An answer that was read before a purge is never kept after it.
import type { OutgoingHttpHeaders } from 'node:http'
import { etagOf } from '../etag.ts'

export interface KeptAnswer {
  headers: OutgoingHttpHeaders
  /** The body's bytes as latin1: Node sends such a string together with the head in one write, and a buffer in two. */
  bytes: string
  etag: string
}

interface Entry extends KeptAnswer {
  expiresAtMs: number
  size: number
  tags: readonly string[]
}

/** Tags besides product ids: answers that any product may enter or leave, and those that any SKU's stock may change. */
export const listTag = '*list'
export const stockTag = '*stock'

export interface AnswerCache {
  find(key: string, nowMs: number): KeptAnswer | null
  /** Counts purges. Take it before reading what you mean to keep. */
  generation(): number
  /** @returns the answer as it is to be sent; it is kept only when nothing purged one of its tags since `generation` */
  keep(
    key: string,
    answer: { headers: OutgoingHttpHeaders; body: Buffer; tags: readonly string[]; expiresAtMs: number; generation: number },
  ): KeptAnswer
  purge(tags: readonly string[]): void
  size(): { entries: number; bytes: number }
}

/** What an entry costs beside its body: key, headers, index. */
const overheadBytes = 1024
const rememberedPurges = 20_000

/** Products that an answer mentions: a change of one of them makes it old. */
export const productsIn = (body: string): string[] => [...new Set(body.match(/prd_[0-9a-z]{6,40}/g))]

/** One answer, whatever the order of the query's members. */
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

export const answerCache = ({ maxEntries, maxBytes }: { maxEntries: number; maxBytes: number }): AnswerCache => {
  const entries = new Map<string, Entry>()
  const keysByTag = new Map<string, Set<string>>()
  const purgedAt = new Map<string, number>()
  let generation = 0
  /** Purges up to this one are forgotten, so what began before it is not kept. */
  let forgotten = 0
  let bytes = 0

  const drop = (key: string): void => {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    bytes -= entry.size
    for (const tag of entry.tags) {
      const keys = keysByTag.get(tag)
      keys?.delete(key)
      if (keys?.size === 0) keysByTag.delete(tag)
    }
  }
  const insert = (key: string, entry: Entry): void => {
    drop(key)
    entries.set(key, entry)
    bytes += entry.size
    for (const tag of entry.tags) {
      const keys = keysByTag.get(tag)
      if (keys) keys.add(key)
      else keysByTag.set(tag, new Set([key]))
    }
    for (const oldest of entries.keys()) {
      if (entries.size <= maxEntries && bytes <= maxBytes) return
      drop(oldest)
    }
  }
  return {
    find: (key, nowMs) => {
      const entry = entries.get(key)
      if (entry === undefined) return null
      if (entry.expiresAtMs > nowMs) return entry
      drop(key)
      return null
    },
    generation: () => generation,
    keep: (key, { headers, body, tags, expiresAtMs, generation: since }) => {
      const etag = etagOf(body)
      const answer: KeptAnswer = {
        headers: { 'cache-control': 'no-cache', ...headers, 'content-length': body.length, etag },
        bytes: body.toString('latin1'),
        etag,
      }
      const old = since < forgotten || tags.some((tag) => (purgedAt.get(tag) ?? 0) > since)
      if (!old) insert(key, { ...answer, expiresAtMs, size: body.length + overheadBytes, tags })
      return answer
    },
    purge: (tags) => {
      generation += 1
      if (purgedAt.size >= rememberedPurges) {
        purgedAt.clear()
        forgotten = generation
      }
      for (const tag of tags) {
        purgedAt.set(tag, generation)
        for (const key of [...(keysByTag.get(tag) ?? [])]) drop(key)
      }
    },
    size: () => ({ entries: entries.size, bytes }),
  }
}
