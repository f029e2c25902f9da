// What the gateway's handlers are given: the kit's dependencies, the upstreams and the cache of answers.
import type { UpstreamName } from '@cartwright/contracts'
import type { BaseDeps } from '@cartwright/service-kit'
import type { AnswerCache } from './cache-answers/answer-cache.ts'
import type { config } from './config.ts'
import type { Limit } from './limit-rate/limiter.ts'
import type { Upstream } from './upstream.ts'

export interface Own {
  upstreams: Readonly<Record<UpstreamName, Upstream | null>>
  cache: AnswerCache
  limit: { open(app: import('fastify').FastifyInstance): Promise<Limit>; close(): void }
  /** Closes the connections that the gateway itself opened. */
  closeUpstreams(): Promise<void>
}

export type GatewayDeps = BaseDeps<typeof config> & Own
