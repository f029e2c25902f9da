// Answers to requests that the HTTP parser refuses: written by hand, since there is no request yet, with the headers of any other answer.
import { type IncomingHttpHeaders, type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '@cartwright/contracts'
import type { Trace } from '@cartwright/messaging'
import type { KnownRoutes } from './known-routes.ts'
import { problemOf } from './problem.ts'

/** What the parser says: its own code, and the bytes that it stumbled over. */
export type ParserError = Error & { code?: string | undefined; rawPacket?: unknown }

/** The beginning of a request as far as it can be read. */
interface Head {
  method: string
  path: string
  headers: IncomingHttpHeaders
}

const longestHead = 16 * 1024
/** Headers that an answer depends on. */
const wanted = /^(x-request-id|traceparent|origin):[ \t]*([\x21-\x7e]{1,200})[ \t]*$/i

/** Reads what can be read; a head that came in several packets is only known in part. */
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

/** What the client did wrong, in words of the API. */
export const refusalOf = (error: ParserError, head: Head | null, { methodsAt }: KnownRoutes): AppError => {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new AppError('request_head_too_large')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError('request_timeout')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new AppError('payload_too_large')
    case 'HPE_INVALID_METHOD': {
      // The method is a word, but none that the parser knows.
      if (head === null || !head.path.startsWith('/')) break
      const allowed = methodsAt(head.path)
      return allowed.length === 0 ? new AppError('not_found') : new AppError('method_not_allowed', undefined, { allowed })
    }
  }
  return new AppError('validation_failed', 'this is not a well-formed HTTP request')
}

export interface RefusalOptions {
  routes: KnownRoutes
  /** The headers of every answer, with the trace that they name. */
  identify: (headers: IncomingHttpHeaders) => { headers: Record<string, string>; trace: Trace }
  /** Told of every refusal. */
  count: (method: string, status: number) => void
}

/** Milliseconds in which a client may read its refusal and stop sending. */
const lingerMs = 1000

const end = (socket: Socket, text: string): void => {
  socket.end(text)
  const giveUp = setTimeout(() => socket.destroy(), lingerMs).unref()
  socket.once('close', () => clearTimeout(giveUp))
}

/** Creates the writer of refusals. It ends the connection: what follows on it cannot be told from what was refused. */
export const createRefusals = ({ routes, identify, count }: RefusalOptions) => {
  const write = (socket: Socket, refusal: AppError, head: Head | null): void => {
    const { headers, trace } = identify(head?.headers ?? {})
    const body = JSON.stringify(problemOf(refusal.code, refusal.message, head?.path ?? '/', refusal.extras, trace))
    const { allowed } = refusal.extras
    const lines = Object.entries({
      ...headers,
      ...(Array.isArray(allowed) ? { allow: allowed.join(', ') } : {}),
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
    /** Bytes that are no HTTP, a head that is too large, a request that does not arrive. */
    parserError: (socket: Socket, error: ParserError): void => {
      if (!socket.writable) return
      const head = headOf(error.rawPacket)
      write(socket, refusalOf(error, head, routes), head)
    },
    /** CONNECT asks for a tunnel; there is none. */
    connect: ({ headers, url = '' }: IncomingMessage, socket: Socket): void => {
      socket.on('error', () => undefined)
      write(socket, new AppError('method_not_allowed', undefined, { allowed: routes.methodsAt(url) }), {
        method: 'CONNECT',
        path: url,
        headers,
      })
    },
  }
}
