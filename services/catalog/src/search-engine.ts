// The way to Elasticsearch: one client, the names of our indices, and a circuit breaker so that a dead engine costs nothing.
import type { Client } from '@elastic/elasticsearch'
import { type CircuitBreaker, circuitBreaker } from './circuit-breaker.ts'

export interface SearchEngine {
  client: Client
  /** Alias that searches read and writes go to. */
  live: string
  /** Alias of the index that is being built; writes go to both. */
  building: string
  /** A new index is called `<indexStem><build>`. */
  indexStem: string
  /** For searches; jobs have their own backoff. */
  breaker: CircuitBreaker
  searchTimeoutMs: number
}

export interface EngineOptions {
  url: string | null
  prefix: string
  searchTimeoutMs: number
  nowMs: () => number
}

/** Milliseconds that a bulk or administrative call may take. */
export const writeTimeoutMs = 20_000

/** Opens the engine; null when none is configured. The client library is loaded only when there is one: it costs memory. */
export const openSearchEngine = async ({ url, prefix, searchTimeoutMs, nowMs }: EngineOptions): Promise<SearchEngine | null> => {
  if (url === null) return null
  const { Client: Elasticsearch } = await import('@elastic/elasticsearch')
  return {
    client: new Elasticsearch({ node: url, maxRetries: 0, requestTimeout: writeTimeoutMs }),
    live: `${prefix}-products`,
    building: `${prefix}-products-building`,
    indexStem: `${prefix}-products-`,
    breaker: circuitBreaker({ failures: 3, openMs: 2000, nowMs }),
    searchTimeoutMs,
  }
}

/**
 * Keeps the aliases' names for aliases. A deletion that comes when an alias has just moved would otherwise make an index of that name, since
 * Elasticsearch creates one for it whatever `require_alias` says, and no index could be built any more.
 */
export const reserveNames = async ({ client, live, building }: SearchEngine): Promise<void> => {
  await client.indices.putIndexTemplate({
    name: `${live}-names`,
    index_patterns: [live, building],
    allow_auto_create: false,
    priority: 500,
  })
}

/** HTTP status of an answer that reports a failure; undefined when there was no answer at all. */
export const statusOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined
