// Hands the request over to a service in this process: no socket, no copy, and the service's own chain of checks runs as ever.
import { IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import { AppError } from '@cartwright/contracts'
import { clientHeaders, joinHeaders } from '../headers.ts'
import type { Exchange, Upstream, WholeAnswer } from '../upstream.ts'

type Routing = (request: IncomingMessage, response: ServerResponse) => void

/** What the service answers: the headers it set before, and those among `writeHead`'s arguments. */
const answeredHeaders = (response: ServerResponse, args: readonly unknown[]): OutgoingHttpHeaders => {
  const last = args.at(-1)
  const named = typeof last === 'object' && last !== null && !Array.isArray(last) ? (last as OutgoingHttpHeaders) : {}
  const before = response.getHeaderNames()
  if (before.length === 0) return clientHeaders(named)
  const all = { ...response.getHeaders(), ...named }
  for (const name of before) response.removeHeader(name)
  return clientHeaders(all)
}

const asBuffer = (chunk: unknown): Buffer => {
  if (typeof chunk === 'string') return Buffer.from(chunk)
  return chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.alloc(0)
}

const late = () => new AppError('upstream_unavailable', 'the service did not answer in time', {}, 1)

/** A service that answers after its time writes to a response that has been sent: nothing comes of it. */
const silenceAfter = (response: ServerResponse): void => {
  response.once('close', () => {
    const writeNothing = () => response
    Object.assign(response, { writeHead: writeNothing, setHeader: writeNothing, end: writeNothing, write: () => true })
  })
}

/**
 * Adds our headers as the service writes its own: all at once, which costs less than setting them one by one before.
 * Resolves when the service has begun its answer, or the client is gone. @throws AppError upstream_unavailable after the deadline
 */
const answering = ({ response, answerHeaders, timeoutMs, onAnswer }: Exchange): Promise<void> =>
  new Promise((resolve, reject) => {
    const { writeHead } = response
    const done = () => {
      clearTimeout(limit)
      response.off('close', done)
      response.writeHead = writeHead
      resolve()
    }
    const limit = setTimeout(() => {
      reject(late())
      done()
      silenceAfter(response)
    }, timeoutMs)
    response.once('close', done)
    response.writeHead = (code: number, ...rest: unknown[]) => {
      done()
      onAnswer?.()
      return response.writeHead(code, joinHeaders(answerHeaders, answeredHeaders(response, rest)))
    }
  })

/**
 * Collects what the service writes instead of sending it. The response gets its own methods back before the answer is given,
 * so whoever asked writes it as any other.
 */
const captured = (response: ServerResponse, timeoutMs: number): Promise<WholeAnswer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const own = { writeHead: response.writeHead, write: response.write, end: response.end }
    // Others may wait for this answer, whose own client may be gone.
    const limit = setTimeout(() => {
      Object.assign(response, own)
      silenceAfter(response)
      reject(late())
    }, timeoutMs)
    let status = 0
    let headers: OutgoingHttpHeaders = {}
    response.writeHead = (code: number, ...rest: unknown[]) => {
      status = code
      headers = answeredHeaders(response, rest)
      return response
    }
    response.write = (chunk: unknown) => {
      if (status === 0) response.writeHead(response.statusCode)
      chunks.push(asBuffer(chunk))
      return true
    }
    response.end = (chunk?: unknown) => {
      response.write(chunk)
      clearTimeout(limit)
      Object.assign(response, own)
      resolve({ status, headers, body: Buffer.concat(chunks) })
      return response
    }
  })

/** The request as the service is to see it: with our headers, and with the body that has been read. */
const requestFor = ({ request, headers, body }: Exchange): IncomingMessage => {
  if (body === null) {
    request.headers = headers
    return request
  }
  const again = new IncomingMessage(request.socket)
  const { method, url, httpVersion, httpVersionMajor, httpVersionMinor } = request
  Object.assign(again, { method, url, httpVersion, httpVersionMajor, httpVersionMinor, headers, complete: true })
  again.push(body)
  again.push(null)
  return again
}

/** @param routing the service's entry for raw requests */
export const handOver = (routing: Routing): Upstream => ({
  forward: (exchange) => {
    const answered = answering(exchange)
    routing(requestFor(exchange), exchange.response)
    return answered
  },
  read: (exchange) => {
    const answer = captured(exchange.response, exchange.timeoutMs)
    routing(requestFor(exchange), exchange.response)
    return answer
  },
  close: async () => undefined,
})
