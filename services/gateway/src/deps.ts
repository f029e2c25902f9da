// Dependencies of the gateway's handlers: upstreams, response cache and Redis.
import { mapNames, type UpstreamName, upstreamNames } from '@cartwright/contracts'
import { type BaseDeps, forService, redisTls } from '@cartwright/service-kit'
import type { OpenedMetrics } from '@cartwright/telemetry'
import type { config } from './config.ts'
import { createProxiedStreams, type ProxiedStreams } from './domain/proxied-streams.ts'
import { createResponseCache, type ResponseCache } from './domain/response-cache.ts'
import type { Upstream } from './domain/upstream.ts'
import { createHttpUpstream } from './integrations/http-upstream.ts'
import { openRedis, type Redis } from './integrations/redis.ts'
import { metrics as ownMetrics } from './metrics.ts'

interface GatewayResources {
  /** Null for a service without a URL that does not run in this process. */
  upstreams: Readonly<Record<UpstreamName, Upstream | null>>
  cache: ResponseCache
  /** Holds the rate limiter's shared counters; null when no Redis is configured. */
  redis: Redis | null
  /** Open streams of server-sent events. */
  streams: ProxiedStreams
  counters: Omit<OpenedMetrics<typeof ownMetrics>, 'openStreams'>
}
export type GatewayDeps = BaseDeps<typeof config> & GatewayResources

export const { route, subscribeEphemeral, measurement } = forService<GatewayDeps>()

export type Upstreams = Readonly<Partial<Record<UpstreamName, Upstream>>>

const openUpstreams = (given: Upstreams, { shared }: BaseDeps<typeof config>): GatewayResources['upstreams'] => {
  const at = (name: UpstreamName, url: string | null) => given[name] ?? (url === null ? null : createHttpUpstream({ name, url }))
  return mapNames(upstreamNames, (name) => at(name, shared[`${name}Url`]))
}

/** Opens upstreams, cache and Redis. @param given upstreams for services in this process; the others are reached at their URLs */
export const openDeps =
  (given: Upstreams) =>
  async (base: BaseDeps<typeof config>): Promise<GatewayResources> => {
    const { openStreams, ...counters } = base.metrics.open(ownMetrics)
    return {
      upstreams: openUpstreams(given, base),
      cache: createResponseCache({ maxEntries: base.config.cacheEntries, maxBytes: base.config.cacheMaxBytes }),
      redis: openRedis(base.shared.redisUrl, redisTls(base.shared), base.log),
      streams: createProxiedStreams((open) => openStreams.set(open)),
      counters,
    }
  }

/** Ends streams when the gateway drains, so that they do not delay its stop. */
export const drainDeps = async ({ streams }: GatewayResources): Promise<void> => streams.end()

export const closeDeps = async ({ redis, upstreams }: GatewayResources): Promise<void> => {
  redis?.disconnect()
  await Promise.all(Object.values(upstreams).map((upstream) => upstream?.close()))
}
