// Asks a service in another process: deadlines from the contract, retries only where nothing can have happened yet, a circuit breaker.
import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@cartwright/contracts'
import { Pool } from 'undici'
import { clientHeaders } from '../headers.ts'
import type { Exchange, Upstream, WholeAnswer } from '../upstream.ts'
import { circuit } from './circuit.ts'

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
const retryPausesMs = [40, 160]

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const asAppError = (name: string, error: unknown): AppError => {
  if (error instanceof AppError) return error
  const late = codeOf(error) === 'UND_ERR_HEADERS_TIMEOUT' || codeOf(error) === 'UND_ERR_BODY_TIMEOUT'
  return new AppError(
    'upstream_unavailable',
    late ? `${name} did not answer in time` : `${name} does not answer right now`,
    {},
    1,
  )
}

/** Refuses a body whose length is only known once it has come. */
const limited = (request: IncomingMessage, limitBytes: number): Transform => {
  let seen = 0
  const gate = new Transform({
    transform: (chunk: Buffer, _, done) => {
      seen += chunk.length
      if (seen > limitBytes) done(new AppError('payload_too_large'))
      else done(null, chunk)
    },
  })
  request.once('error', (error) => gate.destroy(error))
  return request.pipe(gate)
}

const bodyless = (method: string | undefined): boolean => method === 'GET' || method === 'HEAD'

const bodyOf = ({ request, bodyLimitBytes }: Exchange): IncomingMessage | Transform | null => {
  if (bodyless(request.method)) return null
  if (request.headers['transfer-encoding'] !== undefined) return limited(request, bodyLimitBytes)
  const length = request.headers['content-length']
  return length === undefined || length === '0' ? null : request
}

interface Attempt {
  path: string
  method: string
  headers: Record<string, string | string[]>
  body: IncomingMessage | Transform | null
  signal: AbortSignal
  headersTimeout: number
  bodyTimeout: number
}

const attemptOf = (exchange: Exchange, signal: AbortSignal): Attempt => {
  const { 'transfer-encoding': _, 'content-length': length, ...rest } = exchange.headers
  const headers = length === undefined || bodyless(exchange.request.method) ? rest : { ...rest, 'content-length': length }
  return {
    path: exchange.request.url ?? '/',
    method: exchange.request.method ?? 'GET',
    headers,
    body: bodyOf(exchange),
    signal,
    headersTimeout: exchange.timeoutMs,
    bodyTimeout: exchange.timeoutMs,
  }
}

export interface RemoteOptions {
  name: string
  /** Origin of the service. */
  url: string
  connections?: number
}

/** Opens a pool of connections to a service; the first request connects. */
export const remote = ({ name, url, connections = 128 }: RemoteOptions): Upstream => {
  const pool = new Pool(url, { connections, connect: { timeout: 1000 }, keepAliveTimeout: 30_000, pipelining: 1 })
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

  const read = (exchange: Exchange): Promise<WholeAnswer> =>
    attempt(
      'GET',
      () => false,
      async () => {
        // Several clients may wait for this answer: that the first of them leaves ends nothing.
        const answer = await pool.request({
          ...attemptOf(exchange, AbortSignal.timeout(exchange.timeoutMs)),
          body: null,
          method: 'GET',
        })
        return {
          status: answer.statusCode,
          headers: clientHeaders(answer.headers),
          body: Buffer.from(await answer.body.arrayBuffer()),
        }
      },
    )

  return {
    forward: async (exchange) => {
      const { request, response } = exchange
      const gone = new AbortController()
      response.once('close', () => gone.abort())
      try {
        await attempt(
          request.method ?? 'GET',
          () => response.headersSent,
          () =>
            pool.stream({ ...attemptOf(exchange, gone.signal), method: request.method as 'GET' }, ({ statusCode, headers }) =>
              response.writeHead(statusCode, clientHeaders(headers)),
            ),
        )
      } catch (error) {
        if (response.headersSent || gone.signal.aborted) response.destroy()
        else throw error
      }
    },
    read,
    close: () => pool.close(),
  }
}
