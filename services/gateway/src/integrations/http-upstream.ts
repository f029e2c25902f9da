// HTTP upstream: sends requests to a service in another process with deadlines, retries of requests without effect, and a circuit breaker.
import { setTimeout as delay } from 'node:timers/promises'
import { type CircuitBreaker, createCircuitBreaker, waitAtMost } from '@cartwright/concurrency'
import { AppError } from '@cartwright/contracts'
import { idleConnectionMs } from '@cartwright/service-kit'
import { type Dispatcher, Pool } from 'undici'
import { clientHeaders } from '../domain/headers.ts'
import type { BufferedResponse, Exchange, Upstream } from '../domain/upstream.ts'
import { streamResponse } from './response-streaming.ts'

/** No connection was opened, so no request was sent. */
const connectErrorCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
])
/** The service closed a kept-alive connection just as the request was sent. */
const brokenConnectionCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
/** The service accepted the connection and did not respond in time. */
const timeoutCodes = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
const retryDelaysMs = [40, 160]
/** Requests with a longer deadline use a pool of their own, and streams another, so that they never occupy the connections of short requests. */
const maxShortTimeoutMs = 10_000
/** Milliseconds that requests under way have left when the gateway stops. */
const closeTimeoutMs = 2000

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const unavailable = (detail: string): AppError => new AppError('upstream_unavailable', { detail, retryAfterSec: 1 })

const asAppError = (name: string, error: unknown): AppError => {
  if (error instanceof AppError) return error
  const isTimeout = timeoutCodes.has(codeOf(error)) || (error instanceof Error && error.name === 'TimeoutError')
  return unavailable(isTimeout ? `${name} did not answer in time` : `${name} does not answer right now`)
}

const dispatchOptionsOf = ({ request, headers, body, timeoutMs }: Exchange): Dispatcher.DispatchOptions => ({
  path: request.url ?? '/',
  method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
  headers,
  body,
  headersTimeout: timeoutMs,
  bodyTimeout: timeoutMs,
})

/** Runs one request of a method; `hasStarted` says whether the client has received a part of the response. */
type Attempt = <T>(method: string, hasStarted: () => boolean, send: () => Promise<T>) => Promise<T>

/** Creates the retry policy of one service. Only failed connections count: a slow or failing response proves that the service runs. */
const createRetryPolicy =
  (name: string, breaker: CircuitBreaker): Attempt =>
  async (method, hasStarted, send) => {
    for (let tries = 0; ; tries++) {
      if (!breaker.canCall()) throw unavailable(`${name} does not answer right now`)
      try {
        const result = await send()
        breaker.recordSuccess()
        return result
      } catch (error) {
        const code = codeOf(error)
        if (connectErrorCodes.has(code)) breaker.recordFailure()
        const delayMs = retryDelaysMs[tries]
        const isUnsent = connectErrorCodes.has(code)
        const isRepeatable = brokenConnectionCodes.has(code) && method === 'GET' && !hasStarted()
        if (delayMs === undefined || !(isUnsent || isRepeatable)) throw asAppError(name, error)
        await delay(delayMs * (0.5 + Math.random()))
      }
    }
  }

const readBuffered = async (pool: Pool, exchange: Exchange): Promise<BufferedResponse> => {
  // Several clients may wait for this response, so the request does not end when the first of them disconnects.
  const answer = await pool.request({
    ...dispatchOptionsOf(exchange),
    method: 'GET',
    signal: AbortSignal.timeout(exchange.timeoutMs),
  })
  return {
    status: answer.statusCode,
    headers: clientHeaders(answer.headers),
    body: Buffer.from(await answer.body.arrayBuffer()),
  }
}

interface HttpUpstreamOptions {
  name: string
  /** Origin of the service. */
  url: string
  /** Largest number of connections for requests with a short deadline. */
  connections?: number
  /** Largest number of connections for long polls and other requests with a long deadline. */
  slowConnections?: number
  /** Largest number of connections for streams of server-sent events. */
  streamConnections?: number
}

/** Opens the connection pools to a service; the first request connects. */
export const createHttpUpstream = ({
  name,
  url,
  connections = 128,
  slowConnections = 2048,
  streamConnections = 4096,
}: HttpUpstreamOptions): Upstream => {
  const open = (count: number) =>
    new Pool(url, {
      connections: count,
      connect: { timeout: 1000 },
      keepAliveTimeout: idleConnectionMs,
      keepAliveMaxTimeout: idleConnectionMs,
      pipelining: 1,
    })
  const shortPool = open(connections)
  const longPool = open(slowConnections)
  const streamPool = open(streamConnections)
  const poolFor = ({ timeoutMs, isStream }: Exchange): Pool =>
    isStream ? streamPool : timeoutMs > maxShortTimeoutMs ? longPool : shortPool
  const breaker = createCircuitBreaker({ failureThreshold: 5, openMs: 1000 })
  const attempt = createRetryPolicy(name, breaker)

  return {
    forward: async (exchange) => {
      const { request, response } = exchange
      try {
        await attempt(
          request.method ?? 'GET',
          () => response.headersSent,
          () => streamResponse(poolFor(exchange), dispatchOptionsOf(exchange), response, exchange),
        )
      } catch (error) {
        if (response.headersSent || response.destroyed) response.destroy()
        else throw error
      }
    },
    read: (exchange) =>
      attempt(
        'GET',
        () => false,
        () => readBuffered(poolFor(exchange), exchange),
      ),
    isCircuitOpen: breaker.isOpen,
    close: async () => {
      const pools = [shortPool, longPool, streamPool]
      await waitAtMost(closeTimeoutMs, Promise.all(pools.map((pool) => pool.close())))
      await Promise.all(pools.map((pool) => pool.destroy()))
    },
  }
}
