// Mounts the gateway's hooks and routes on its Fastify instance, in the order in which a request passes them.
import { adminOpsApi, type RateClass } from '@cartwright/contracts'
import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GatewayDeps } from './deps.ts'
import { type Limit, rateClassOf, ratesPerMin } from './domain/rate-classes.ts'
import { mountErrorPages } from './features/error-pages/routes.ts'
import { mountPages } from './features/pages/routes.ts'
import { clientIpOf, mountProxiedRoutes } from './features/proxy/routes.ts'
import { openLimiter, windowMs } from './features/rate-limit/limiter.ts'
import { mountPreflights } from './features/response-headers/cors.ts'
import { mountWithdrawal } from './features/withdrawal-pages/routes.ts'
import { createSharedCounter } from './integrations/redis-counter.ts'

const warningIntervalMs = 60_000

/** Warns at most once a minute that Redis is unavailable. */
const throttledWarning = ({ log }: GatewayDeps) => {
  let nextMs = 0
  return (error: unknown) => {
    if (performance.now() < nextMs) return
    nextMs = performance.now() + warningIntervalMs
    log.warn({ err: error }, 'rate limiter: Redis is unavailable, limiting per instance')
  }
}

/** Limits by client address what no route limits: pages, documents, unknown paths, wrong methods and OPTIONS. */
const limitUnroutedRequests = (app: FastifyInstance, limit: Limit): void => {
  app.addHook('onRequest', async (request, reply) => {
    const { operationId } = request.routeOptions.config
    if (operationId !== undefined && !request.is404) return
    await limit(request, reply, ['GET', 'HEAD', 'OPTIONS'].includes(request.method) ? 'read' : 'write')
  })
}

/** Limits the gateway's own routes by principal: service-kit has authenticated the caller before. */
const limitOwnRoutes = (app: FastifyInstance, limit: Limit): void => {
  const classes = new Map(
    Object.values(adminOpsApi).map((endpoint): [string, RateClass] => [endpoint.operationId, rateClassOf(endpoint)]),
  )
  app.addHook('preHandler', async (request: FastifyRequest, reply: FastifyReply) => {
    const rateClass = classes.get(request.routeOptions.config.operationId ?? '')
    if (rateClass !== undefined) await limit(request, reply, rateClass)
  })
}

/** One person can have many guests, so the codes that guests try are counted by address. */
const callerIn =
  (deps: GatewayDeps) =>
  (request: FastifyRequest, rateClass: RateClass): string => {
    const { principal } = request
    const byAddress = rateClass === 'code' && principal?.role === 'guest'
    // IPv6 addresses are counted by /64 network, because one subscriber has a whole /64.
    return principal && !byAddress ? principal.id : normalizeIP(clientIpOf(request, deps))
  }

export const mountGateway = async (app: FastifyInstance, deps: GatewayDeps): Promise<void> => {
  const { config, shared } = deps
  const limit = await openLimiter(app, {
    perMin: ratesPerMin(shared.environment, {
      read: config.readPerMin,
      write: config.writePerMin,
      auth: config.authPerMin,
      checkout: config.checkoutPerMin,
      code: config.codePerMin,
      webhook: config.webhookPerMin,
    }),
    shared: deps.redis && createSharedCounter(deps.redis, windowMs, shared.internalAuthSecret),
    callerOf: callerIn(deps),
    warn: throttledWarning(deps),
    refused: (rateClass) => deps.counters.rateLimited.inc({ class: rateClass }),
  })
  limitUnroutedRequests(app, limit)
  mountPreflights(app)
  limitOwnRoutes(app, limit)
  mountPages(app, deps)
  mountErrorPages(app, deps)
  mountWithdrawal(app, deps, limit)
  mountProxiedRoutes(app, deps, limit)
}
