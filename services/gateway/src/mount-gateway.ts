// Puts the gateway's hooks and routes on its Fastify instance, in the order in which a request meets them.
import { adminOpsApi, type RateClass } from '@cartwright/contracts'
import type { AnswerHeaders } from '@cartwright/service-kit'
import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { corsHeaders, usePreflights } from './cors.ts'
import type { GatewayDeps } from './deps.ts'
import { type Limit, openLimiter, windowMs } from './limit-rate/limiter.ts'
import { rateClassOf, ratesPerMin } from './limit-rate/rates.ts'
import { sharedCounter } from './limit-rate/shared-counter.ts'
import { mountPages } from './show-pages/routes.ts'
import { ipOf, mountSurface } from './surface.ts'

const complainEveryMs = 60_000

const safetyHeaders = (publicUrl: string): Record<string, string> => ({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
})

/** What every answer of the gateway carries, also refusals of the HTTP parser. */
export const gatewayAnswerHeaders = (deps: GatewayDeps): AnswerHeaders => {
  const safety = safetyHeaders(deps.shared.publicUrl)
  const cors = corsHeaders(deps)
  return (incoming) => ({ ...safety, ...cors(incoming) })
}

/** Says at most once a minute that Redis does not count. */
const complainer = ({ log }: GatewayDeps) => {
  let nextMs = 0
  return (error: unknown) => {
    if (performance.now() < nextMs) return
    nextMs = performance.now() + complainEveryMs
    log.warn({ err: error }, 'rate limiter: Redis is unavailable, limiting per instance')
  }
}

/** Counts what no other check counts: pages, documents, unknown paths, wrong methods and OPTIONS, by address. */
const useUnclaimedLimit = (app: FastifyInstance, limit: Limit): void => {
  app.addHook('onRequest', async (request, reply) => {
    const { operationId } = request.routeOptions.config
    if (operationId !== undefined && !request.is404) return
    await limit(request, reply, ['GET', 'HEAD', 'OPTIONS'].includes(request.method) ? 'read' : 'write')
  })
}

/** The routes that the gateway answers itself come through the kit, which has checked who calls. */
const useOwnRoutesLimit = (app: FastifyInstance, limit: Limit): void => {
  const classes = new Map(
    Object.values(adminOpsApi).map((endpoint): [string, RateClass] => [endpoint.operationId, rateClassOf(endpoint)]),
  )
  app.addHook('preHandler', async (request: FastifyRequest, reply: FastifyReply) => {
    const rateClass = classes.get(request.routeOptions.config.operationId ?? '')
    if (rateClass !== undefined) await limit(request, reply, rateClass)
  })
}

export const mountGateway = async (app: FastifyInstance, deps: GatewayDeps): Promise<void> => {
  const { config, shared } = deps
  const limit = await openLimiter(app, {
    perMin: ratesPerMin(shared.environment, {
      read: config.readPerMin,
      write: config.writePerMin,
      auth: config.authPerMin,
      checkout: config.checkoutPerMin,
      webhook: config.webhookPerMin,
    }),
    shared: deps.redis && sharedCounter(deps.redis, windowMs, shared.internalAuthSecret),
    // An IPv6 address counts with its /64, which is what one subscriber has.
    callerOf: (request) => request.principal?.id ?? normalizeIP(ipOf(request, deps)),
    warn: complainer(deps),
  })
  useUnclaimedLimit(app, limit)
  usePreflights(app)
  useOwnRoutesLimit(app, limit)
  await mountPages(app, deps)
  mountSurface(app, deps, limit)
}
