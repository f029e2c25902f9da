// Table of contents of the gateway: configuration, upstreams, cache, what it mounts. It owns no data.
import type { UpstreamName } from '@cartwright/contracts'
import { type BaseDeps, defineService, type Service } from '@cartwright/service-kit'
import { Redis } from 'ioredis'
import { answerCache } from './cache-answers/answer-cache.ts'
import { onProductChanged, onStockChanged } from './cache-answers/on-catalog-changed.ts'
import { config } from './config.ts'
import { deadLetterRoutes } from './dead-letters/routes.ts'
import type { GatewayDeps, Own } from './deps.ts'
import { remote } from './forward-request/remote.ts'
import { gatewayAnswerHeaders, mountGateway } from './mount-gateway.ts'
import { listOpenIssues } from './open-issues/route.ts'
import type { Upstream } from './upstream.ts'

export type Upstreams = Readonly<Partial<Record<UpstreamName, Upstream>>>

const upstreamsOf = (given: Upstreams, { shared }: BaseDeps<typeof config>): Own['upstreams'] => {
  const at = (name: UpstreamName, url: string | null) => given[name] ?? (url === null ? null : remote({ name, url }))
  return {
    identity: at('identity', shared.identityUrl),
    catalog: at('catalog', shared.catalogUrl),
    cart: at('cart', shared.cartUrl),
    order: at('order', shared.orderUrl),
    payment: at('payment', shared.paymentUrl),
    notification: at('notification', shared.notificationUrl),
  }
}

/** Fails at once while Redis is away: each instance then counts for itself. */
const openRedis = ({ shared, log }: BaseDeps<typeof config>): Redis | null => {
  if (shared.redisUrl === null) return null
  const redis = new Redis(shared.redisUrl, {
    connectTimeout: 500,
    commandTimeout: 250,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
  })
  redis.on('error', (error) => log.debug({ err: error }, 'redis is away'))
  return redis
}

/** Makes the gateway. @param given services in this process; the others are reached at their URLs */
export const createGateway = (given: Upstreams = {}): Service =>
  defineService({
    name: 'gateway',
    prefix: 'GATEWAY_',
    config,
    deps: async (base): Promise<Own> => ({
      upstreams: upstreamsOf(given, base),
      cache: answerCache({ maxEntries: base.config.cacheEntries, maxBytes: base.config.cacheMaxBytes }),
      redis: openRedis(base),
    }),
    routes: [...deadLetterRoutes, listOpenIssues],
    answerHeaders: gatewayAnswerHeaders,
    listeners: [onProductChanged, onStockChanged],
    http: (app, deps: GatewayDeps) => mountGateway(app, deps),
    close: async (deps: GatewayDeps) => {
      deps.redis?.disconnect()
      await Promise.all(Object.values(deps.upstreams).map((upstream) => upstream?.close()))
    },
  })
