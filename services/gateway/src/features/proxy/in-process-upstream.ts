// In-process upstream: passes the raw request to the Fastify instance of a service in this process, without a socket or a copy.
import { IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import { AppError } from '@cartwright/contracts'
import { clientHeaders, joinHeaders } from '../../domain/headers.ts'
import type { BufferedResponse, Exchange, Upstream } from '../../domain/upstream.ts'

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void

/** Headers of the service's response: those it set before, and those among the arguments of `writeHead`. */
const serviceHeaders = (response: ServerResponse, args: readonly unknown[]): OutgoingHttpHeaders => {
  const last = args.at(-1)
  const given = typeof last === 'object' && last !== null && !Array.isArray(last) ? (last as OutgoingHttpHeaders) : {}
  const names = response.getHeaderNames()
  if (names.length === 0) return clientHeaders(given)
  const all = { ...response.getHeaders(), ...given }
  for (const name of names) response.removeHeader(name)
  return clientHeaders(all)
}

const asBuffer = (chunk: unknown): Buffer => {
  if (typeof chunk === 'string') return Buffer.from(chunk)
  return chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.alloc(0)
}

const timeoutError = () =>
  new AppError('upstream_unavailable', { detail: 'the service did not answer in time', retryAfterSec: 1 })

/** Discards what the service writes after its deadline, when the gateway has sent and closed the response. */
const discardLateWrites = (response: ServerResponse): void => {
  response.once('close', () => {
    const ignore = () => response
    Object.assign(response, { writeHead: ignore, setHeader: ignore, end: ignore, write: () => true })
  })
}

/**
 * Adds the gateway's headers in the service's call of `writeHead`: one write is cheaper than setting each header before.
 * Resolves when the service begins its response or the client disconnects. @throws AppError upstream_unavailable after the deadline
 */
const responseStarted = ({ response, responseHeaders, timeoutMs, onResponse }: Exchange): Promise<void> =>
  new Promise((resolve, reject) => {
    const { writeHead } = response
    const done = () => {
      clearTimeout(deadline)
      response.off('close', done)
      response.writeHead = writeHead
      resolve()
    }
    const deadline = setTimeout(() => {
      reject(timeoutError())
      done()
      discardLateWrites(response)
    }, timeoutMs)
    response.once('close', done)
    response.writeHead = (code: number, ...rest: unknown[]) => {
      done()
      onResponse?.()
      return response.writeHead(code, joinHeaders(responseHeaders, serviceHeaders(response, rest)))
    }
  })

/**
 * Buffers what the service writes instead of sending it. The response gets its own methods back before the promise resolves,
 * so the caller can send the result on it.
 */
const bufferResponse = (response: ServerResponse, timeoutMs: number): Promise<BufferedResponse> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const original = { writeHead: response.writeHead, write: response.write, end: response.end }
    // The deadline also holds when this client disconnects: other clients may wait for the same read.
    const deadline = setTimeout(() => {
      Object.assign(response, original)
      discardLateWrites(response)
      reject(timeoutError())
    }, timeoutMs)
    let status = 0
    let headers: OutgoingHttpHeaders = {}
    response.writeHead = (code: number, ...rest: unknown[]) => {
      status = code
      headers = serviceHeaders(response, rest)
      return response
    }
    response.write = (chunk: unknown) => {
      if (status === 0) response.writeHead(response.statusCode)
      chunks.push(asBuffer(chunk))
      return true
    }
    response.end = (chunk?: unknown) => {
      response.write(chunk)
      clearTimeout(deadline)
      Object.assign(response, original)
      resolve({ status, headers, body: Buffer.concat(chunks) })
      return response
    }
  })

/** The request with the gateway's headers, and with the body that the gateway has read. */
const upstreamRequest = ({ request, headers, body }: Exchange): IncomingMessage => {
  if (body === null) {
    request.headers = headers
    return request
  }
  const copy = new IncomingMessage(request.socket)
  const { method, url, httpVersion, httpVersionMajor, httpVersionMinor } = request
  Object.assign(copy, { method, url, httpVersion, httpVersionMajor, httpVersionMinor, headers, complete: true })
  copy.push(body)
  copy.push(null)
  return copy
}

/** @param listener the service's listener for raw requests */
export const createInProcessUpstream = (listener: RequestListener): Upstream => ({
  forward: (exchange) => {
    const started = responseStarted(exchange)
    listener(upstreamRequest(exchange), exchange.response)
    return started
  },
  read: (exchange) => {
    const response = bufferResponse(exchange.response, exchange.timeoutMs)
    listener(upstreamRequest(exchange), exchange.response)
    return response
  },
  isCircuitOpen: () => false,
  close: async () => undefined,
})
