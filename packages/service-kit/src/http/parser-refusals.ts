// Responses to requests that the HTTP parser refuses. They are written to the socket, since Fastify has no request yet.

import { type IncomingHttpHeaders, type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '@cartwright/contracts'
import type { Trace } from '@cartwright/telemetry'
import type { KnownRoutes } from './known-routes.ts'
import { type ProblemSettings, problemOf } from './problem.ts'

/** Error of the HTTP parser: its code, and the bytes that it could not parse. */
export type ParserError = Error & { code?: string | undefined; rawPacket?: unknown }

/** The readable part of a request's head. */
interface Head {
  method: string
  path: string
  headers: IncomingHttpHeaders
}

const longestHead = 16 * 1024
/** Headers that a response depends on. */
const wanted = /^(x-request-id|traceparent|origin):[ \t]*([\x21-\x7e]{1,200})[ \t]*$/i

/** Reads the head of the failing packet; a head that came in several packets is known in part. */
const headOf = (packet: unknown): Head | null => {
  if (!Buffer.isBuffer(packet)) return null
  const [first = '', ...lines] = packet.toString('latin1', 0, longestHead).split('\r\n')
  const [, method = '', target = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) (\S{1,8000})(?: |$)/.exec(first) ?? []
  const headers: IncomingHttpHeaders = {}
  for (const line of lines) {
    const [, name = '', value = ''] = wanted.exec(line) ?? []
    if (name !== '') headers[name.toLowerCase()] = value
  }
  return method === '' ? null : { method, path: target.split('?')[0] ?? target, headers }
}

/** The error of the API for an error of the parser. */
export const refusalOf = (error: ParserError, head: Head | null, { methodsAt }: KnownRoutes): AppError => {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new AppError('request_head_too_large')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError('request_timeout')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new AppError('payload_too_large')
    case 'HPE_INVALID_METHOD': {
      // The method is a token, but the parser does not know it.
      if (head === null || !head.path.startsWith('/')) break
      const allowed = methodsAt(head.path)
      return allowed.length === 0 ? new AppError('not_found') : new AppError('method_not_allowed', { extra: { allowed } })
    }
  }
  return new AppError('validation_failed', { detail: 'this is not a well-formed HTTP request' })
}

interface RefusalOptions {
  routes: KnownRoutes
  problems: ProblemSettings
  /** The headers of every response, with their trace. */
  identify: (headers: IncomingHttpHeaders) => { headers: Record<string, string>; trace: Trace }
  /** Called for every refusal, for metrics. */
  count: (method: string, status: number) => void
}

/** Milliseconds in which a client may read its refusal and stop sending. */
const lingerMs = 1000

const end = (socket: Socket, text: string): void => {
  socket.end(text)
  const giveUp = setTimeout(() => socket.destroy(), lingerMs).unref()
  socket.once('close', () => clearTimeout(giveUp))
}

/** Creates the writer of refusals. It ends the connection, since the bytes that follow cannot be parsed. */
export const createRefusals = ({ routes, problems, identify, count }: RefusalOptions) => {
  const write = (socket: Socket, refusal: AppError, head: Head | null): void => {
    const { headers, trace } = identify(head?.headers ?? {})
    const { code, message: detail, extra: extras } = refusal
    // The head of such a request is read in part at best, and its language with it.
    const about = { language: 'en', publicUrl: problems.publicUrl } as const
    const body = JSON.stringify(problemOf({ code, detail, instance: head?.path ?? '/', extras, trace, ...about }))
    const allowed = 'allowed' in refusal.extra ? refusal.extra.allowed : undefined
    const lines = Object.entries({
      ...headers,
      ...(allowed === undefined ? {} : { allow: allowed.join(', ') }),
      date: new Date().toUTCString(),
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    }).map(([name, value]) => `${name}: ${value}\r\n`)
    count(head?.method ?? 'unknown', refusal.status)
    end(socket, `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n${lines.join('')}\r\n${body}`)
  }
  return {
    /** For bytes that are not HTTP, a head that is too large, a request that does not arrive. */
    parserError: (socket: Socket, error: ParserError): void => {
      if (!socket.writable) return
      const head = headOf(error.rawPacket)
      write(socket, refusalOf(error, head, routes), head)
    },
    /** Refuses CONNECT: the service has no tunnel. */
    connect: ({ headers, url = '' }: IncomingMessage, socket: Socket): void => {
      socket.on('error', () => undefined)
      write(socket, new AppError('method_not_allowed', { extra: { allowed: routes.methodsAt(url) } }), {
        method: 'CONNECT',
        path: url,
        headers,
      })
    },
  }
}
