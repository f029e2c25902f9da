// Typed client for calls between services: a deadline, the caller's internal token, no retries.

import { AppError, type BodyOf, type Endpoint, type ParamsOf, type QueryOf, type ResponseOf } from '@cartwright/contracts'
import { currentTrace, describeSpan, inSpan } from '@cartwright/telemetry'
import { type Agent, request } from 'undici'
import type { InternalAuth } from '../auth/internal-auth.ts'
import type { Principal } from '../auth/principal.ts'
import { createAdmissionQueue } from './admission-queue.ts'

export interface CallOptions {
  onBehalfOf?: Principal
  /** Milliseconds until the call counts as failed, from when it is admitted; 2000 when left out. */
  deadlineMs?: number
}
type Input<E extends Endpoint> = (ParamsOf<E> extends undefined ? { params?: undefined } : { params: ParamsOf<E> }) &
  (QueryOf<E> extends undefined ? { query?: undefined } : { query: QueryOf<E> }) &
  (BodyOf<E> extends undefined ? { body?: undefined } : { body: BodyOf<E> })

/** What a service answered: a success, or a refusal with its problem. */
export interface Answer {
  status: number
  body: unknown
}

/** Client for calls to one other service. */
export interface ServiceClient {
  /**
   * @returns the answer, or null for 404
   * @throws AppError upstream_unavailable when the service does not answer in time or answers with a failure
   */
  read<E extends Endpoint>(endpoint: E, input: Input<E>, options?: CallOptions): Promise<ResponseOf<E> | null>
  /**
   * Calls an endpoint whose refusals the caller explains itself.
   * @throws AppError upstream_unavailable when the service does not answer in time or fails
   */
  call<E extends Endpoint>(endpoint: E, input: Input<E>, options?: CallOptions): Promise<Answer>
}

const pathOf = (endpoint: Endpoint, params: Record<string, unknown> = {}, query: Record<string, unknown> = {}): string => {
  const path = endpoint.path.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  const text = search.toString()
  return text === '' ? path : `${path}?${text}`
}

/** Calls to one service at the same time: fewer than there are connections, so that a call's deadline never counts waiting for one. */
const maxConcurrent = 48
/** Calls that may wait, and for how long: less than any caller waits for its answer. */
const queueLimits = { maxWaiting: 5000, maxWaitMs: 5000, stallTimeoutMs: 2000 }

/** Creates a client for one service. @param baseUrl read at each call, since services in one process get their addresses late */
export const serviceClient = (
  callee: string,
  baseUrl: () => string | null,
  internal: InternalAuth,
  agent: Agent,
): ServiceClient => {
  const queue = createAdmissionQueue({ maxConcurrent, ...queueLimits })
  const failed = (status: number) => new AppError('upstream_unavailable', { detail: `${callee} answered ${status}` })
  const ask = async <E extends Endpoint>(endpoint: E, input: Input<E>, options: CallOptions): Promise<Answer> => {
    const base = baseUrl()
    if (base === null) throw new AppError('upstream_unavailable', { detail: `the address of ${callee} is not configured` })
    const { traceparent, correlationId } = currentTrace()
    try {
      const response = await request(
        base + pathOf(endpoint, input.params as Record<string, unknown>, input.query as Record<string, unknown>),
        {
          method: endpoint.method as 'GET',
          dispatcher: agent,
          signal: AbortSignal.timeout(options.deadlineMs ?? 2000),
          headers: {
            authorization: `Bearer ${await internal.sign(callee, options.onBehalfOf)}`,
            traceparent,
            'x-request-id': correlationId,
            ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          body: input.body === undefined ? null : JSON.stringify(input.body),
        },
      )
      describeSpan({ 'http.response.status_code': response.statusCode })
      const body = await response.body.text()
      if (response.statusCode >= 500) throw failed(response.statusCode)
      return { status: response.statusCode, body: body === '' ? null : JSON.parse(body) }
    } catch (error) {
      if (error instanceof AppError) throw error
      throw new AppError('upstream_unavailable', { detail: `${callee} does not answer right now` })
    }
  }
  const spanOf = ({ method, path }: Endpoint) =>
    ({
      name: `${method} ${path}`,
      kind: 'client',
      attributes: { 'http.request.method': method, 'url.template': path, 'peer.service': callee },
    }) as const
  const call: ServiceClient['call'] = (endpoint, input, options = {}) =>
    queue.run(() => inSpan(spanOf(endpoint), () => ask(endpoint, input, options)))
  return {
    call,
    read: async <E extends Endpoint>(endpoint: E, input: Input<E>, options?: CallOptions) => {
      const { status, body } = await call(endpoint, input, options)
      if (status === 404) return null
      if (status >= 300) throw failed(status)
      return body as ResponseOf<E>
    },
  }
}
