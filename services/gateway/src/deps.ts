// What the gateway's handlers are given: the kit's dependencies, the upstreams, the cache of answers and the shared counters.
import type { UpstreamName } from '@cartwright/contracts'
import type { BaseDeps } from '@cartwright/service-kit'
import type { Redis } from 'ioredis'
import type { AnswerCache } from './cache-answers/answer-cache.ts'
import type { config } from './config.ts'
import type { Upstream } from './upstream.ts'

export interface Own {
  /** Null where neither an address nor a service in this process is known. */
  upstreams: Readonly<Record<UpstreamName, Upstream | null>>
  cache: AnswerCache
  /** Counts limits for all instances; null without Redis. */
  redis: Redis | null
}

export type GatewayDeps = BaseDeps<typeof config> & Own
