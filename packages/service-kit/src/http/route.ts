// Route of a service: a contract and the handler that answers it.
import type { BodyOf, Endpoint, ParamsOf, QueryOf, ResponseOf } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import type { Trace } from '@cartwright/telemetry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../auth/principal.ts'
import type { AdmissionQueue } from './admission-queue.ts'
import type { Reply } from './reply.ts'

type PrincipalOf<E extends Endpoint> = E['auth'] extends 'public' | 'internal' ? Principal | null : Principal

/** Fastify's request, typed by the contract, with the caller. */
export type RouteRequest<E extends Endpoint> = Omit<FastifyRequest, 'params' | 'query' | 'body' | 'principal'> & {
  params: ParamsOf<E>
  query: QueryOf<E>
  body: BodyOf<E>
  /** The caller; for internal endpoints, the principal on whose behalf the service calls. Null for a public endpoint. */
  principal: PrincipalOf<E>
  /** The exact bytes, for contracts with `rawBody`. */
  rawBody: Buffer
}

type Result<E extends Endpoint> = ResponseOf<E> | Reply<ResponseOf<E>>

/** Claims the idempotency key, runs `work` and stores its reply, all in one transaction. Later requests with the key get the stored reply. */
type IdempotentTx<E extends Endpoint> = (work: (tx: Tx) => Promise<Result<E>>) => Promise<Reply<ResponseOf<E>>>

/**
 * What a route handler gets. A route opens its transaction in one of two ways: an idempotent endpoint calls `idempotentTx`,
 * every other endpoint calls `deps.db.tx`.
 */
type RouteContext<E extends Endpoint, Deps> = {
  request: RouteRequest<E>
  /** For handlers that stream or set cookies. */
  fastifyReply: FastifyReply
  deps: Deps
} & (E['idempotent'] extends true ? { idempotentTx: IdempotentTx<E> } : object)

/** Returns the body of the contract's success status, or `reply(status, body, headers)`. A handler of a stream writes the response itself. */
export type RouteHandler<E extends Endpoint, Deps> = (
  context: RouteContext<E, Deps>,
) => Promise<E['produces'] extends 'text/event-stream' ? void : Result<E>>

export interface RouteOptions<Deps> {
  /** Queue in which requests wait before the database is asked anything for them. Without it each request is handled at once. */
  admission?: (deps: Deps) => AdmissionQueue
}

/** What `mount` passes to the handler of any route; `idempotentTx` fails for endpoints that are not idempotent. */
export interface AnyRouteContext<Deps> {
  request: FastifyRequest
  fastifyReply: FastifyReply
  deps: Deps
  idempotentTx(work: (tx: Tx) => Promise<unknown>): Promise<Reply>
}

/** A route whose contract is not known to the type checker any more. */
export interface Route<Deps> extends RouteOptions<Deps> {
  endpoint: Endpoint
  handle(context: AnyRouteContext<Deps>): Promise<unknown>
}

/** Binds a handler to a contract. */
export const route = <E extends Endpoint, Deps>(
  endpoint: E,
  handle: RouteHandler<E, Deps>,
  options: RouteOptions<Deps> = {},
): Route<Deps> => ({
  endpoint,
  // Safe, since Fastify validates the request against this contract before `mount` calls the handler.
  handle: handle as never,
  ...options,
})

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null
    trace: Trace
    rawBody: Buffer
  }
  interface FastifyContextConfig {
    operationId?: string
    rawBody?: boolean
  }
}
