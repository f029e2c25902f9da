// Puts the gateway's hooks and routes on its Fastify instance, in the order in which a request meets them.
import { adminOpsApi, type RateClass } from '@cartwright/contracts'
import cors from '@fastify/cors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GatewayDeps } from './deps.ts'
import { openLimiter } from './limit-rate/limiter.ts'
import { rateClassOf, ratesPerMin } from './limit-rate/rates.ts'
import { mountPages } from './show-pages/routes.ts'
import { ipOf, mountSurface } from './surface.ts'

const loopback = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/
const exposed = [
  'X-Request-Id',
  'Idempotent-Replayed',
  'Retry-After',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'ETag',
  'Allow',
]
const complainEveryMs = 60_000

const safetyHeaders = (publicUrl: string): Record<string, string> => ({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
})

const useCors = async (app: FastifyInstance, { config, shared }: GatewayDeps): Promise<void> => {
  const development = shared.environment === 'production' ? [] : [loopback]
  await app.register(cors, {
    origin: [...config.corsOrigins, ...development],
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'X-Request-Id',
      'If-None-Match',
      'traceparent',
      'tracestate',
    ],
    exposedHeaders: exposed,
    maxAge: 600,
    strictPreflight: false,
  })
}

/** Milliseconds in which a client may finish a body that nobody wanted. */
const lingerMs = 1000

/** Who was answered before the whole body had come may finish it, so as to see the answer; then the connection ends, or it would hold up our own end. */
const linger = (app: FastifyInstance): void => {
  app.addHook('onResponse', ({ raw }, _, done) => {
    if (!raw.complete) setTimeout(() => raw.complete || raw.socket.destroy(), lingerMs).unref()
    done()
  })
}

/** Says at most once a minute that Redis does not count. */
const complainer = ({ log }: GatewayDeps) => {
  let nextMs = 0
  return (error: unknown) => {
    if (performance.now() < nextMs) return
    nextMs = performance.now() + complainEveryMs
    log.warn({ err: error }, 'redis does not count: limits hold per instance')
  }
}

export const mountGateway = async (app: FastifyInstance, deps: GatewayDeps): Promise<void> => {
  const { config, shared } = deps
  const safety = safetyHeaders(shared.publicUrl)
  app.addHook('onRequest', (_, reply, done) => {
    void reply.headers(safety)
    done()
  })
  linger(app)
  await useCors(app, deps)
  const limit = await openLimiter(app, {
    perMin: ratesPerMin(shared.environment, {
      read: config.readPerMin,
      write: config.writePerMin,
      auth: config.authPerMin,
      checkout: config.checkoutPerMin,
      webhook: config.webhookPerMin,
    }),
    redis: deps.redis,
    callerOf: (request) => request.principal?.id ?? ipOf(request, deps),
    warn: complainer(deps),
  })
  const limited = (rateClass: RateClass) => (request: FastifyRequest, reply: FastifyReply) => limit(request, reply, rateClass)
  // The routes that the gateway answers itself come through the kit, which has checked who calls.
  const ownClasses = new Map(
    Object.values(adminOpsApi).map((endpoint): [string, RateClass] => [endpoint.operationId, rateClassOf(endpoint)]),
  )
  app.addHook('preHandler', async (request, reply) => {
    const rateClass = ownClasses.get(request.routeOptions.config.operationId ?? '')
    if (rateClass !== undefined) await limit(request, reply, rateClass)
  })
  await mountPages(app, deps, limited('read'))
  mountSurface(app, deps, limit)
}
