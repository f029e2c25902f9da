// Asks a service in another process: deadlines from the contract, retries only where nothing can have happened yet, a circuit breaker.
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@cartwright/contracts'
import { type Dispatcher, Pool } from 'undici'
import { clientHeaders } from '../headers.ts'
import type { Exchange, Upstream } from '../upstream.ts'
import { circuit } from './circuit.ts'
import { passOn } from './pass-on.ts'

const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
])
/** A kept-alive connection that the service closed just as the request was sent. */
const brokenCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
/** The service is there and does not answer. */
const lateCodes = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
const retryPausesMs = [40, 160]
/** Who may wait longer than this takes connections of its own, so that a crowd of long waits never stands before the quick ones. */
const quickMs = 10_000
/** Milliseconds that requests under way have left when the gateway stops. */
const closeMs = 2000

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const asAppError = (name: string, error: unknown): AppError => {
  if (error instanceof AppError) return error
  const late = lateCodes.has(codeOf(error)) || (error instanceof Error && error.name === 'TimeoutError')
  return new AppError(
    'upstream_unavailable',
    late ? `${name} did not answer in time` : `${name} does not answer right now`,
    {},
    1,
  )
}

type Method = Dispatcher.HttpMethod

const dispatchOf = ({ request, headers, body, timeoutMs }: Exchange): Dispatcher.DispatchOptions => ({
  path: request.url ?? '/',
  method: (request.method ?? 'GET') as Method,
  headers,
  body,
  headersTimeout: timeoutMs,
  bodyTimeout: timeoutMs,
})

export interface RemoteOptions {
  name: string
  /** Origin of the service. */
  url: string
  /** Connections at most for quick requests. */
  connections?: number
  /** The same for long polls and whatever else may wait. */
  patientConnections?: number
}

/** Opens the pools of connections to a service; the first request connects. */
export const remote = ({ name, url, connections = 128, patientConnections = 2048 }: RemoteOptions): Upstream => {
  const open = (count: number) =>
    new Pool(url, { connections: count, connect: { timeout: 1000 }, keepAliveTimeout: 30_000, pipelining: 1 })
  const quick = open(connections)
  const patient = open(patientConnections)
  const poolFor = ({ timeoutMs }: Exchange): Pool => (timeoutMs > quickMs ? patient : quick)
  const breaker = circuit({ threshold: 5, openMs: 1000 })

  const attempt = async <T>(method: string, started: () => boolean, work: () => Promise<T>): Promise<T> => {
    for (let tries = 0; ; tries++) {
      if (!breaker.admits(performance.now()))
        throw new AppError('upstream_unavailable', `${name} does not answer right now`, {}, 1)
      try {
        const result = await work()
        breaker.connected()
        return result
      } catch (error) {
        const code = codeOf(error)
        if (connectCodes.has(code)) breaker.refused(performance.now())
        const pauseMs = retryPausesMs[tries]
        const harmless = method === 'GET' && !started() && (connectCodes.has(code) || brokenCodes.has(code))
        if (!harmless || pauseMs === undefined) throw asAppError(name, error)
        await delay(pauseMs * (0.5 + Math.random()))
      }
    }
  }

  return {
    forward: async (exchange) => {
      const { request, response } = exchange
      try {
        await attempt(
          request.method ?? 'GET',
          () => response.headersSent,
          () => passOn(poolFor(exchange), dispatchOf(exchange), response, exchange),
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
        async () => {
          // Several clients may wait for this answer: that the first of them leaves ends nothing.
          const answer = await poolFor(exchange).request({
            ...dispatchOf(exchange),
            method: 'GET',
            signal: AbortSignal.timeout(exchange.timeoutMs),
          })
          return {
            status: answer.statusCode,
            headers: clientHeaders(answer.headers),
            body: Buffer.from(await answer.body.arrayBuffer()),
          }
        },
      ),
    // What is still under way gets a moment, then it ends with us.
    close: async () => {
      const pools = [quick, patient]
      await Promise.race([Promise.all(pools.map((pool) => pool.close())), delay(closeMs, undefined, { ref: false })])
      await Promise.all(pools.map((pool) => pool.destroy()))
    },
  }
}
