// CORS headers and preflights: which origins may call the gateway, and which response headers their pages may read.
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { GatewayDeps } from '../../deps.ts'
import { createOriginCheck } from '../../domain/origins.ts'

const exposedHeaders = [
  'X-Request-Id',
  'X-Trace-Id',
  'Idempotent-Replayed',
  'Retry-After',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'ETag',
  'Allow',
].join(', ')
const allowedHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'X-Request-Id',
  'X-Session',
  'If-None-Match',
  'Last-Event-ID',
  'traceparent',
  'tracestate',
].join(', ')
const allowedMethods = ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE'].join(', ')
const maxAgeSec = 600

/** Creates the CORS headers that every response carries, by the request's origin. */
export const createCorsHeaders = (deps: Pick<GatewayDeps, 'config' | 'shared'>) => {
  const isAllowed = createOriginCheck(deps)
  return ({ origin }: IncomingHttpHeaders): Record<string, string> =>
    origin !== undefined && isAllowed(origin)
      ? {
          'access-control-allow-origin': origin,
          // For the cookie of a cookie session, the only one there is.
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': exposedHeaders,
          vary: 'Origin',
        }
      : { vary: 'Origin' }
}

/** Responds to preflights, also on unknown paths, so that a page can read the 404 of the call itself. */
export const mountPreflights = (app: FastifyInstance): void => {
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return
    await reply
      .code(204)
      .headers({
        'access-control-allow-methods': allowedMethods,
        'access-control-allow-headers': allowedHeaders,
        'access-control-max-age': maxAgeSec,
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      })
      .send()
  })
}
