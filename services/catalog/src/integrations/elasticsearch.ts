// Elasticsearch client: one connection, the names of index and aliases, and a circuit breaker for searches.
import { type CircuitBreaker, createCircuitBreaker } from '@cartwright/concurrency'
import type { Client, ClientOptions, estypes } from '@elastic/elasticsearch'

export type { estypes }

export interface ElasticsearchIndex {
  client: Client
  /** Alias that searches read from and writes go to. */
  live: string
  /** Alias of the index that is being built; writes go to both. */
  building: string
  /** A new index is named `<indexStem><build>`. */
  indexStem: string
  /** Guards searches only; jobs have their own backoff. */
  breaker: CircuitBreaker
  searchTimeoutMs: number
}

interface EngineOptions {
  url: string | null
  /** Credentials and certificate authorities. */
  access?: Pick<ClientOptions, 'auth' | 'tls'>
  prefix: string
  searchTimeoutMs: number
  nowMs: () => number
}

/** Milliseconds that a bulk or administrative call may take. */
const writeTimeoutMs = 20_000

/** Opens the client; null when none is configured. The library is loaded only then, because it costs memory. */
export const openElasticsearch = async ({
  url,
  access,
  prefix,
  searchTimeoutMs,
  nowMs,
}: EngineOptions): Promise<ElasticsearchIndex | null> => {
  if (url === null) return null
  const { Client: Elasticsearch } = await import('@elastic/elasticsearch')
  return {
    client: new Elasticsearch({ node: url, ...access, maxRetries: 0, requestTimeout: writeTimeoutMs }),
    live: `${prefix}-products`,
    building: `${prefix}-products-building`,
    indexStem: `${prefix}-products-`,
    breaker: createCircuitBreaker({ failureThreshold: 3, openMs: 2000, nowMs }),
    searchTimeoutMs,
  }
}

/**
 * Reserves the names of the aliases. Elasticsearch ignores `require_alias` for deletions: one that arrives while an alias moves would
 * create an index of that name, and no index could be built after that.
 */
export const reserveNames = async ({ client, live, building }: ElasticsearchIndex): Promise<void> => {
  await client.indices.putIndexTemplate({
    name: `${live}-names`,
    index_patterns: [live, building],
    allow_auto_create: false,
    priority: 500,
  })
}

/** HTTP status of a failed call; undefined when there was no response. */
export const statusOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined
