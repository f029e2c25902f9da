// Proxied routes: mounts every endpoint of the contracts that is not internal. A request passes authentication, rate limit, cache and upstream.
import { AppError, apis, type Endpoint, isPersonal, type UpstreamName } from '@cartwright/contracts'
import { authorize, hasBody, recordSecurityEvent } from '@cartwright/service-kit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GatewayDeps } from '../../deps.ts'
import { clientIp, replyHeaders, upstreamHeaders } from '../../domain/headers.ts'
import { createCookieCheck } from '../../domain/origins.ts'
import { type Limit, rateClassOf } from '../../domain/rate-classes.ts'
import type { Exchange, Upstream } from '../../domain/upstream.ts'
import { type CachedReads, createCachedReads } from './serve-cached.ts'

interface ProxiedEndpoint {
  service: UpstreamName
  endpoint: Endpoint
}

/** Allowlist of the endpoints that the gateway forwards, derived from the contracts. */
export const proxiedEndpoints: readonly ProxiedEndpoint[] = (Object.keys(apis) as UpstreamName[]).flatMap((service) =>
  Object.values(apis[service])
    .filter((endpoint) => endpoint.auth !== 'internal')
    .map((endpoint) => ({ service, endpoint })),
)

const defaultTimeoutMs = 10_000

/** Milliseconds until the first byte: the contract's timeout, or the wait of a long poll plus five seconds. */
export const timeoutOf = (endpoint: Endpoint, url: string): number => {
  const waitSec = Number(/[?&]waitSec=(\d{1,3})(?:&|$)/.exec(url)?.[1] ?? 0)
  return Math.max(endpoint.timeoutMs ?? defaultTimeoutMs, waitSec > 0 ? (waitSec + 5) * 1000 : 0)
}

export const clientIpOf = (request: FastifyRequest, deps: GatewayDeps): string =>
  clientIp(request.raw.socket.remoteAddress, request.headers['x-forwarded-for'], deps.config.trustedHops)

const isStream = ({ produces }: Endpoint): boolean => produces === 'text/event-stream'

const rejectInternalTokens = {
  sign: async () => '',
  verify: async (): Promise<never> => {
    throw new AppError('unauthenticated')
  },
}

/** Creates the hook that authenticates and limits a request. A call with an invalid token counts for the client's address. */
const createGuard = (endpoint: Endpoint, limit: Limit, deps: GatewayDeps) => {
  const rateClass = rateClassOf(endpoint)
  const context = { verify: deps.verifyAccess, internal: rejectInternalTokens, security: deps }
  const { cookieSession, operationId } = endpoint
  const mayUseCookie = createCookieCheck(deps)
  return async (request: FastifyRequest, reply: FastifyReply) => {
    if (isPersonal(endpoint)) void reply.header('cache-control', 'no-store')
    const refusal = await authorize(endpoint, request, context, clientIpOf(request, deps)).then(
      (principal) => {
        request.principal = principal
        return null
      },
      (error: unknown) => ({ error }),
    )
    await limit(request, reply, rateClass)
    if (refusal) throw refusal.error
    if (cookieSession === undefined || mayUseCookie(cookieSession, request.headers)) return
    const clientAddress = clientIpOf(request, deps)
    recordSecurityEvent(deps, 'access_denied', { operation: operationId, reason: 'csrf_refused', clientAddress })
    throw new AppError('csrf_refused')
  }
}

const exchangeOf = (
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: GatewayDeps,
  body: Buffer | null,
): Exchange => ({
  request: request.raw,
  response: reply.raw,
  headers: upstreamHeaders(
    request.headers,
    {
      ip: clientIpOf(request, deps),
      host: request.headers.host ?? '',
      scheme: deps.shared.publicUrl.startsWith('https:') ? 'https' : 'http',
      requestId: request.id,
      traceparent: request.trace.traceparent,
    },
    body?.length ?? 0,
  ),
  body,
  responseHeaders: replyHeaders(reply),
  timeoutMs: timeoutOf(endpoint, request.url),
  isStream: isStream(endpoint),
  ...(deps.crash ? { onResponse: () => deps.crash?.('before-answer', endpoint.operationId) } : {}),
})

const upstreamOf = (service: UpstreamName, deps: GatewayDeps): Upstream => {
  const upstream = deps.upstreams[service]
  if (upstream === null) throw new AppError('upstream_unavailable', { detail: `${service} is not connected`, retryAfterSec: 1 })
  return upstream
}

/** Reads the whole body before the gateway takes an upstream connection, so that slow uploads occupy none. */
const readBody = async ({ raw, server }: FastifyRequest): Promise<Buffer | null> => {
  if (raw.method === 'GET' || raw.method === 'HEAD' || !hasBody(raw)) return null
  const body = await server.uploads.read(raw)
  return body.length === 0 ? null : body
}

const createForwarder =
  ({ service, endpoint }: ProxiedEndpoint, deps: GatewayDeps) =>
  async (request: FastifyRequest, reply: FastifyReply) => {
    const body = await readBody(request)
    deps.crash?.('before-forward', endpoint.operationId)
    if (isStream(endpoint)) deps.streams.add(reply.raw)
    await upstreamOf(service, deps).forward(exchangeOf(endpoint, request, reply, deps, body))
    reply.hijack()
  }

/** Request headers that make a response specific to one client. Cached reads go upstream without them. */
const perClientHeaders = [
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-range',
  'range',
  'accept-encoding',
  'authorization',
  'cookie',
]

const createCachedForwarder = (
  { service, endpoint }: ProxiedEndpoint,
  cacheSec: number,
  reads: CachedReads,
  deps: GatewayDeps,
) => {
  const forward = createForwarder({ service, endpoint }, deps)
  const rules = { cacheSec, isList: !endpoint.path.includes(':') }
  return async (request: FastifyRequest, reply: FastifyReply) => {
    if (!reads.serve(request, reply)) {
      if (request.method !== 'GET') return forward(request, reply)
      await reads.fetchOnce(request, reply, rules, () => {
        const exchange = exchangeOf(endpoint, request, reply, deps, null)
        for (const name of perClientHeaders) delete exchange.headers[name]
        return upstreamOf(service, deps).read(exchange)
      })
    }
    reply.hijack()
  }
}

/** Mounts the routes. Authentication and rate limit come before the body is read; the upstream receives its bytes unchanged. */
export const mountProxiedRoutes = (app: FastifyInstance, deps: GatewayDeps, limit: Limit): void => {
  const { cacheReads } = deps.counters
  const reads = createCachedReads(deps.cache, deps.clock, (outcome) => cacheReads.inc({ cache: 'responses', outcome }))
  for (const proxied of proxiedEndpoints) {
    const { endpoint } = proxied
    const isCached =
      endpoint.cacheSec !== undefined && endpoint.method === 'GET' && endpoint.auth === 'public' && deps.config.cacheEntries > 0
    app.route({
      method: endpoint.method,
      url: endpoint.path,
      config: { operationId: endpoint.operationId },
      onRequest: [
        createGuard(endpoint, limit, deps),
        isCached ? createCachedForwarder(proxied, endpoint.cacheSec ?? 0, reads, deps) : createForwarder(proxied, deps),
      ],
      handler: async () => {
        throw new Error('proxied routes: the onRequest hook must respond before the handler runs')
      },
    })
  }
}
