// What an HTTP endpoint is: one object from which types, validation, serialization, OpenAPI and the typed client come.
import type { Static, TSchema } from 'typebox'
import type { ErrorCode } from './errors.ts'

/** Who may call: `shopper` is a guest or a customer; `internal` never passes the gateway. */
export type AuthLevel = 'public' | 'shopper' | 'customer' | 'admin' | 'internal'

/** How fast a caller may be: limits per class are gateway configuration. */
export type RateClass = 'read' | 'write' | 'auth' | 'checkout' | 'webhook'

export interface Endpoint {
  /** Stable name, unique in the whole surface: the OpenAPI operationId and the typed client's label. */
  operationId: string
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Fastify syntax: `/v1/orders/:orderId`. */
  path: string
  summary: string
  auth: AuthLevel
  /** Also takes a token that reads one order, the one named by `orderId` in the path. */
  orderToken?: true
  /** Requires an Idempotency-Key; the effect happens once per principal, route and key. */
  idempotent?: true
  rate?: RateClass
  params?: TSchema
  query?: TSchema
  body?: TSchema
  /** The handler needs the exact bytes (webhook signatures). */
  rawBody?: true
  /** Milliseconds the gateway waits for the first byte; 10 000 when left out. */
  timeoutMs?: number
  /** Public answers the gateway may keep; purged by the events of the catalog. Seconds as a backstop. */
  cacheSec?: number
  /** Success answers by status. An empty answer is `Type.Null()`; other content types are named in `produces`. */
  response: Record<number, TSchema>
  produces?: 'text/html' | 'application/json' | 'image/svg+xml'
  errors: readonly ErrorCode[]
}

/** Declares an endpoint; keeps literal types for the typed client and handlers. */
export const endpoint = <const E extends Endpoint>(spec: E): E => spec

/** Whether its answers hold tokens or are one person's business, so that no cache may keep them: all but reads that are the same for everybody. */
export const isPersonal = ({ auth, method, path }: Pick<Endpoint, 'auth' | 'method' | 'path'>): boolean =>
  auth !== 'public' || method !== 'GET' || path.startsWith('/v1/auth/')

type Part<E extends Endpoint, K extends 'params' | 'query' | 'body'> = E[K] extends TSchema ? Static<E[K]> : undefined

export type ParamsOf<E extends Endpoint> = Part<E, 'params'>
export type QueryOf<E extends Endpoint> = Part<E, 'query'>
export type BodyOf<E extends Endpoint> = Part<E, 'body'>
export type ResponseOf<E extends Endpoint> = Static<E['response'][keyof E['response']] & TSchema>
