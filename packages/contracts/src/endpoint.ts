// What an HTTP endpoint is: one object from which types, validation, serialization, OpenAPI and the typed client come.
import type { Static, TSchema } from 'typebox'
import type { ErrorCode } from './errors.ts'

/** Who may call: `shopper` is a guest or a customer; `internal` never passes the gateway. */
export type AuthLevel = 'public' | 'shopper' | 'customer' | 'admin' | 'internal'

/** Class of the rate limit; the limits per class are gateway configuration. */
export type RateClass = 'read' | 'write' | 'auth' | 'checkout' | 'code' | 'webhook'

/** The status of an answer that did what was asked. */
type SuccessStatus = 200 | 201 | 202 | 204

/** One call as a client makes it. A test validates each part against its schema. */
interface EndpointExamples {
  params?: Readonly<Record<string, unknown>>
  query?: Readonly<Record<string, unknown>>
  body?: unknown
  /** The answer with the status `success`; left out when that is empty. */
  response?: unknown
}

export interface Endpoint {
  /** Stable name, unique in the whole surface: the OpenAPI operationId and the typed client's label. */
  operationId: string
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Fastify syntax: `/v1/orders/:orderId`. */
  path: string
  /** Title of the operation in documents: at most five words. */
  summary: string
  /** One to three sentences: what the call does, what it needs, what to know. Internal calls may do without. */
  description?: string
  auth: AuthLevel
  /** Also takes a token that reads one order, the one named by `orderId` in the path. */
  orderToken?: true
  /**
   * With the header `X-Session` the refresh token is a cookie: the call `opens` such a session and sets it, or `uses` it. Neither the body
   * nor the response then holds the token.
   */
  cookieSession?: 'opens' | 'uses'
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
  /** The status that a handler answers with unless it names another one. */
  success: SuccessStatus
  /** Success answers by status. An empty answer is `Type.Null()`; other content types are named in `produces`. */
  response: Record<number, TSchema>
  produces?: 'text/html' | 'application/json' | 'application/pdf' | 'image/svg+xml' | 'text/event-stream'
  errors: readonly ErrorCode[]
  /** Every public call has them. */
  examples?: EndpointExamples
}

/** Declares an endpoint; keeps literal types for the typed client and handlers. */
export const endpoint = <const E extends Endpoint>(spec: E): E => spec

/** Whether the answers hold tokens or personal data, so that no cache may store them: all but reads that are the same for every caller. */
export const isPersonal = ({ auth, method, path }: Pick<Endpoint, 'auth' | 'method' | 'path'>): boolean =>
  auth !== 'public' || method !== 'GET' || path.startsWith('/v1/auth/')

type Part<E extends Endpoint, K extends 'params' | 'query' | 'body'> = E[K] extends TSchema ? Static<E[K]> : undefined

export type ParamsOf<E extends Endpoint> = Part<E, 'params'>
export type QueryOf<E extends Endpoint> = Part<E, 'query'>
export type BodyOf<E extends Endpoint> = Part<E, 'body'>
export type ResponseOf<E extends Endpoint> = Static<E['response'][keyof E['response']] & TSchema>
