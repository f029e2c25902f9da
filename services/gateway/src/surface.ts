// The public surface: every endpoint of the contracts that is not internal, through limits, sign-in, cache and upstream, in this order.
import { AppError, apis, type Endpoint, isPersonal, type UpstreamName } from '@cartwright/contracts'
import { authorize, hasBody } from '@cartwright/service-kit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type CachedReads, cachedReads } from './cache-answers/cached.ts'
import type { GatewayDeps } from './deps.ts'
import { clientIp, replyHeaders, upstreamHeaders } from './headers.ts'
import type { Limit } from './limit-rate/limiter.ts'
import { rateClassOf } from './limit-rate/rates.ts'
import type { Exchange, Upstream } from './upstream.ts'

export interface Mounted {
  service: UpstreamName
  endpoint: Endpoint
}

/** What the gateway lets through: an allowlist straight from the contracts. */
export const mountedEndpoints: readonly Mounted[] = (Object.keys(apis) as UpstreamName[]).flatMap((service) =>
  Object.values(apis[service])
    .filter((endpoint) => endpoint.auth !== 'internal')
    .map((endpoint) => ({ service, endpoint })),
)

const defaultTimeoutMs = 10_000

/** Milliseconds until the first byte: the contract's, or what a long poll asks for and five seconds. */
export const timeoutOf = (endpoint: Endpoint, url: string): number => {
  const waitSec = Number(/[?&]waitSec=(\d{1,3})(?:&|$)/.exec(url)?.[1] ?? 0)
  return Math.max(endpoint.timeoutMs ?? defaultTimeoutMs, waitSec > 0 ? (waitSec + 5) * 1000 : 0)
}

export const ipOf = (request: FastifyRequest, deps: GatewayDeps): string =>
  clientIp(request.raw.socket.remoteAddress, request.headers['x-forwarded-for'], deps.config.trustedHops)

const noInternal = {
  sign: async () => '',
  verify: async (): Promise<never> => {
    throw new AppError('unauthenticated')
  },
}

/** Counts the call for whoever makes it, then lets pass who may. A wrong token counts for the address it came from. */
const guardOf = (endpoint: Endpoint, limit: Limit, deps: GatewayDeps) => {
  const rateClass = rateClassOf(endpoint)
  const context = { verify: deps.verifyAccess, internal: noInternal, security: deps }
  return async (request: FastifyRequest, reply: FastifyReply) => {
    if (isPersonal(endpoint)) void reply.header('cache-control', 'no-store')
    const refusal = await authorize(endpoint, request, context, ipOf(request, deps)).then(
      (principal) => {
        request.principal = principal
        return null
      },
      (error: unknown) => ({ error }),
    )
    await limit(request, reply, rateClass)
    if (refusal) throw refusal.error
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
      ip: ipOf(request, deps),
      host: request.headers.host ?? '',
      scheme: deps.shared.publicUrl.startsWith('https:') ? 'https' : 'http',
      requestId: request.id,
      traceparent: request.trace.traceparent,
    },
    body?.length ?? 0,
  ),
  body,
  answerHeaders: replyHeaders(reply),
  timeoutMs: timeoutOf(endpoint, request.url),
  ...(deps.crash ? { onAnswer: () => deps.crash?.('before-answer', endpoint.operationId) } : {}),
})

const upstreamOf = (service: UpstreamName, deps: GatewayDeps): Upstream => {
  const upstream = deps.upstreams[service]
  if (upstream === null) throw new AppError('upstream_unavailable', `${service} is not connected`, {}, 1)
  return upstream
}

/** The body, read before a connection to a service is taken: a slow client holds up nobody but itself. */
const bodyOf = async ({ raw, server }: FastifyRequest): Promise<Buffer | null> => {
  if (raw.method === 'GET' || raw.method === 'HEAD' || !hasBody(raw)) return null
  const body = await server.uploads.read(raw)
  return body.length === 0 ? null : body
}

const forwarder =
  ({ service, endpoint }: Mounted, deps: GatewayDeps) =>
  async (request: FastifyRequest, reply: FastifyReply) => {
    const body = await bodyOf(request)
    deps.crash?.('before-forward', endpoint.operationId)
    await upstreamOf(service, deps).forward(exchangeOf(endpoint, request, reply, deps, body))
    reply.hijack()
  }

/** What would make an answer another client's business: conditions, ranges and codings are settled here. */
const personal = [
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-range',
  'range',
  'accept-encoding',
  'authorization',
  'cookie',
]

const cachedForwarder = ({ service, endpoint }: Mounted, cacheSec: number, reads: CachedReads, deps: GatewayDeps) => {
  const forward = forwarder({ service, endpoint }, deps)
  const rules = { cacheSec, isList: !endpoint.path.includes(':') }
  return async (request: FastifyRequest, reply: FastifyReply) => {
    if (!reads.answer(request, reply)) {
      if (request.method !== 'GET') return forward(request, reply)
      await reads.fill(request, reply, rules, () => {
        const exchange = exchangeOf(endpoint, request, reply, deps, null)
        for (const name of personal) delete exchange.headers[name]
        return upstreamOf(service, deps).read(exchange)
      })
    }
    reply.hijack()
  }
}

/** Mounts the surface. Who calls and how often is settled before a body is read; the upstream gets its bytes as they came. */
export const mountSurface = (app: FastifyInstance, deps: GatewayDeps, limit: Limit): void => {
  const reads = cachedReads(deps.cache, deps.clock)
  for (const mounted of mountedEndpoints) {
    const { endpoint } = mounted
    const caching =
      endpoint.cacheSec !== undefined && endpoint.method === 'GET' && endpoint.auth === 'public' && deps.config.cacheEntries > 0
    app.route({
      method: endpoint.method,
      url: endpoint.path,
      config: { operationId: endpoint.operationId },
      onRequest: [
        guardOf(endpoint, limit, deps),
        caching ? cachedForwarder(mounted, endpoint.cacheSec ?? 0, reads, deps) : forwarder(mounted, deps),
      ],
      handler: async () => {
        throw new Error('the request was answered before')
      },
    })
  }
}
