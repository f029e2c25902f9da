// From a contract to a Fastify route: validation, auth, idempotency and serialization come from the contract, the handler only decides.
import {
  AppError,
  type BodyOf,
  type Endpoint,
  isPersonal,
  type ParamsOf,
  type QueryOf,
  type ResponseOf,
} from '@cartwright/contracts'
import type { Database, Tx } from '@cartwright/db'
import { currentTrace, newSpanId, newTrace, parseTraceparent, runInTrace, type Trace } from '@cartwright/messaging'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { IsOptional } from 'typebox'
import type { InternalAuth, Principal } from './auth.ts'
import { clientAddressOf } from './client-address.ts'
import type { CrashingRequests } from './crash-requests.ts'
import { type Answer, findReplay, type KeyedRequest, once, readKey, requestHash } from './idempotency.ts'
import { runForOperator } from './operator-address.ts'
import { recordSecurityEvent } from './security-events.ts'
import type { Turns } from './turns.ts'

type PrincipalOf<E extends Endpoint> = E['auth'] extends 'public' | 'internal' ? Principal | null : Principal

/** Fastify's own request, typed by the contract, with who calls. */
export type RouteRequest<E extends Endpoint> = Omit<FastifyRequest, 'params' | 'query' | 'body' | 'principal' | 'once'> & {
  params: ParamsOf<E>
  query: QueryOf<E>
  body: BodyOf<E>
  /** Who calls; for internal endpoints, on whose behalf. Null for a public endpoint without a token. */
  principal: PrincipalOf<E>
  /** The exact bytes, for contracts with `rawBody`. */
  rawBody: Buffer
  /**
   * The one transaction of an idempotent endpoint: claims the key, runs `work`, stores its answer.
   * For other endpoints it is a plain transaction.
   */
  once(work: (tx: Tx) => Promise<ResponseOf<E> | Answer<ResponseOf<E>>>): Promise<Answer<ResponseOf<E>>>
}

type Handle<E extends Endpoint, Deps> = (
  request: RouteRequest<E>,
  deps: Deps,
  reply: FastifyReply,
) => Promise<ResponseOf<E> | Answer<ResponseOf<E>>>

interface RouteOptions<Deps> {
  /** Where requests wait until it is their turn, before anything is looked up for them. Without it each is handled at once. */
  turns?: (deps: Deps) => Turns
}

export interface Route<Deps> extends RouteOptions<Deps> {
  endpoint: Endpoint
  handle: (request: FastifyRequest, deps: Deps, reply: FastifyReply) => Promise<unknown>
}

/** Binds a handler to a contract. Return the body for the contract's first status, or `answer(status, body)`. */
export const route = <E extends Endpoint, Deps>(
  endpoint: E,
  handle: Handle<E, Deps>,
  options: RouteOptions<Deps> = {},
): Route<Deps> => ({
  endpoint,
  // Fastify has validated the request against the contract before the handler runs.
  handle: (request, deps, reply) => handle(request as RouteRequest<E>, deps, reply),
  ...options,
})

const answers = new WeakSet<object>()

/** An answer with a status other than the contract's first, or with headers. */
export const answer = <B>(status: number, body: B, headers: Record<string, string> = {}): Answer<B> => {
  const made = { status, body, headers }
  answers.add(made)
  return made
}
const isAnswer = (value: unknown): value is Answer => typeof value === 'object' && value !== null && answers.has(value)

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null
    trace: Trace
    rawBody: Buffer
    once: (work: (tx: Tx) => Promise<unknown>) => Promise<Answer>
  }
}

export interface RouteContext {
  db: Database | null
  /** Given an `orderId`, takes tokens that read this one order too. */
  verify: (token: string, orderId?: string) => Promise<Principal>
  internal: InternalAuth
  /** Where refusals are logged and counted. */
  security: Parameters<typeof recordSecurityEvent>[0]
  /** For fault tests: told which operation is being answered. */
  during?: CrashingRequests['during']
}

const bearer = (request: FastifyRequest): string | null =>
  /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null

const allowed: Record<'shopper' | 'customer' | 'admin', readonly string[]> = {
  shopper: ['guest', 'customer', 'admin'],
  customer: ['customer', 'admin'],
  admin: ['admin'],
}

/** The order in the path of an endpoint that takes tokens of one order. */
const orderOf = (request: FastifyRequest): string => {
  const { orderId = '' } = request.params as { orderId?: string }
  return orderId
}

type AuthContext = Pick<RouteContext, 'verify' | 'internal' | 'security'>

const authorizeToken = async (
  endpoint: Endpoint,
  request: FastifyRequest,
  token: string,
  context: AuthContext,
): Promise<Principal | null> => {
  if (endpoint.auth === 'internal') return (await context.internal.verify(token)).onBehalfOf ?? null
  const principal = await (endpoint.orderToken ? context.verify(token, orderOf(request)) : context.verify(token))
  if (endpoint.auth !== 'public' && !allowed[endpoint.auth].includes(principal.role)) throw new AppError('forbidden')
  return principal
}

/**
 * Who calls, checked against the contract's auth level. A token that is refused is a security event; a call without one is not.
 * @param clientAddress where the call came from; the connection's own address when left out
 * @throws AppError unauthenticated, forbidden
 */
export const authorize = async (
  endpoint: Endpoint,
  request: FastifyRequest,
  context: AuthContext,
  clientAddress = request.ip,
): Promise<Principal | null> => {
  if (endpoint.auth === 'public') return null
  const token = bearer(request)
  if (token === null) throw new AppError('unauthenticated')
  try {
    return await authorizeToken(endpoint, request, token, context)
  } catch (error) {
    if (error instanceof AppError && (error.code === 'unauthenticated' || error.code === 'forbidden'))
      recordSecurityEvent(context.security, 'access_denied', {
        operation: endpoint.operationId,
        reason: error.code,
        clientAddress,
      })
    throw error
  }
}

const keyedRequest = (endpoint: Endpoint, request: FastifyRequest): KeyedRequest => ({
  scope: `${request.principal?.id ?? 'anonymous'}:${endpoint.operationId}`,
  key: readKey(request.headers['idempotency-key']),
  hash: requestHash(request.url.split('?')[0] ?? '', request.body),
})

const toAnswer = (endpoint: Endpoint, value: unknown): Answer => {
  if (isAnswer(value)) return value
  return { status: Number(Object.keys(endpoint.response)[0] ?? 200), body: value, headers: {} }
}

/** Marks a stored answer as one, so that its status and headers are used. */
const toKnown = (stored: Answer): Answer => {
  answers.add(stored)
  return stored
}

const send = (reply: FastifyReply, result: Answer): FastifyReply => {
  void reply.code(result.status).headers(result.headers)
  return result.body === null || result.body === undefined ? reply.send() : reply.send(result.body)
}

const databaseOf = (context: RouteContext): Database => {
  if (context.db === null) throw new Error('this service has no schema, so it has no transactions')
  return context.db
}

const respond = async <Deps>(
  declared: Route<Deps>,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: Deps,
  context: RouteContext,
) => {
  const { endpoint, handle } = declared
  const keyed = endpoint.idempotent ? keyedRequest(endpoint, request) : null
  if (keyed) {
    const stored = await findReplay(databaseOf(context), keyed)
    if (stored) return send(reply, stored)
    request.once = async (work) => {
      const result = await once(databaseOf(context), keyed, async (tx) => toAnswer(endpoint, await work(tx)))
      answers.add(result)
      return result
    }
  } else {
    request.once = async (work) => {
      const result = toAnswer(endpoint, await databaseOf(context).tx(work))
      answers.add(result)
      return result
    }
  }
  const value = await handle(request, deps, reply).catch(async (error: unknown) => {
    // While this request was deciding, the first one with its key may have committed and so changed what it saw: then that answer holds.
    const stored = keyed && error instanceof AppError ? await findReplay(databaseOf(context), keyed) : null
    if (stored === null) throw error
    return toKnown(stored)
  })
  return reply.sent ? reply : send(reply, toAnswer(endpoint, value))
}

/** The trace of a request: the caller's, with a span of our own, or a new one. */
export const traceOfRequest = (request: Pick<FastifyRequest, 'headers' | 'id'>): Trace => {
  const incoming = parseTraceparent(String(request.headers.traceparent ?? ''))
  const correlationId = request.id
  return incoming ? { traceparent: `00-${incoming.traceId}-${newSpanId()}-01`, correlationId } : newTrace(correlationId)
}

const responseSchemas = (endpoint: Endpoint): Record<string, unknown> =>
  endpoint.produces === undefined || endpoint.produces === 'application/json' ? { ...endpoint.response } : {}

/** Whether the contract lets callers leave the body out: TypeBox marks such a schema. */
const takesNoBody = ({ body }: Endpoint): boolean => body !== undefined && IsOptional(body)

/** A body that was left out is an empty one, so that the contract's schema and the handler see an object either way. */
const giveBody = async (request: FastifyRequest): Promise<void> => {
  if (request.body === undefined) request.body = {}
}

/** Answers when it is the request's turn. Whoever left meanwhile gets nothing done: nobody would learn of it. */
const inTurn = (turn: Turns | undefined, reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> => {
  if (turn === undefined) return work()
  return turn.run(() => {
    if (reply.raw.destroyed) throw new AppError('conflict', 'whoever asked has left')
    return work()
  })
}

/** Mounts a route. */
export const mount = <Deps>(app: FastifyInstance, declared: Route<Deps>, deps: Deps, context: RouteContext): void => {
  const { endpoint } = declared
  const turn = declared.turns?.(deps)
  const { during } = context
  const answerOne = (request: FastifyRequest, reply: FastifyReply) =>
    inTurn(turn, reply, () => respond(declared, request, reply, deps, context))
  const handler = during
    ? (request: FastifyRequest, reply: FastifyReply) => during(endpoint.operationId, () => answerOne(request, reply))
    : answerOne
  app.route({
    method: endpoint.method,
    url: endpoint.path,
    config: { operationId: endpoint.operationId, rawBody: endpoint.rawBody === true },
    schema: {
      ...(endpoint.params ? { params: endpoint.params } : {}),
      ...(endpoint.query ? { querystring: endpoint.query } : {}),
      ...(endpoint.body ? { body: endpoint.body } : {}),
      response: responseSchemas(endpoint),
    },
    ...(takesNoBody(endpoint) ? { preValidation: giveBody } : {}),
    onRequest: async (request, reply) => {
      if (isPersonal(endpoint)) void reply.header('cache-control', 'no-store')
      request.principal = await runInTrace(request.trace, () => authorize(endpoint, request, context))
    },
    handler: (request, reply) =>
      runInTrace(request.trace, () =>
        endpoint.auth === 'admin'
          ? runForOperator(clientAddressOf(request), () => handler(request, reply))
          : handler(request, reply),
      ),
  })
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operationId?: string
    rawBody?: boolean
  }
}

export { currentTrace }
