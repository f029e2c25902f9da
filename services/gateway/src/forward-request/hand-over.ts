// Hands the raw request to a service in this process: no socket, no copy, and the service's own chain of checks runs as ever.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { AppError } from '@cartwright/contracts'
import type { Exchange, Upstream, WholeAnswer } from '../upstream.ts'

type Routing = (request: IncomingMessage, response: ServerResponse) => void

/** Anything in `writeHead`'s arguments that holds headers. */
const headersIn = (args: readonly unknown[]): OutgoingHttpHeaders => {
  const last = args.at(-1)
  return typeof last === 'object' && last !== null && !Array.isArray(last) ? (last as OutgoingHttpHeaders) : {}
}

const asBuffer = (chunk: unknown): Buffer => {
  if (typeof chunk === 'string') return Buffer.from(chunk)
  return chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.alloc(0)
}

/** Adds our headers as the service writes its own: all at once, which costs less than setting them one by one before. */
const joined = (response: ServerResponse, answerHeaders: OutgoingHttpHeaders): void => {
  const writeHead = response.writeHead.bind(response)
  response.writeHead = (code: number, ...rest: unknown[]) => writeHead(code, { ...answerHeaders, ...headersIn(rest) })
}

/**
 * Collects what the service writes instead of sending it. The response gets its own methods back before the answer is given,
 * so whoever asked writes it as any other.
 */
const captured = (response: ServerResponse, timeoutMs: number): Promise<WholeAnswer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    // Others may wait for this answer, whose own client may be gone.
    const limit = setTimeout(
      () => reject(new AppError('upstream_unavailable', 'the service did not answer in time', {}, 1)),
      timeoutMs,
    )
    const own = { writeHead: response.writeHead, write: response.write, end: response.end }
    let status = 0
    let headers: OutgoingHttpHeaders = {}
    response.writeHead = (code: number, ...rest: unknown[]) => {
      status = code
      headers = headersIn(rest)
      return response
    }
    response.write = (chunk: unknown) => {
      chunks.push(asBuffer(chunk))
      return true
    }
    response.end = (chunk?: unknown) => {
      chunks.push(asBuffer(chunk))
      clearTimeout(limit)
      Object.assign(response, own)
      resolve({ status: status || response.statusCode, headers, body: Buffer.concat(chunks) })
      return response
    }
  })

/** @param routing the service's entry for raw requests */
export const handOver = (routing: Routing): Upstream => {
  const give = ({ request, response, headers }: Exchange) => {
    request.headers = headers
    routing(request, response)
  }
  return {
    forward: async (exchange) => {
      joined(exchange.response, exchange.answerHeaders)
      give(exchange)
    },
    read: (exchange) => {
      const answer = captured(exchange.response, exchange.timeoutMs)
      give(exchange)
      return answer
    },
    close: async () => undefined,
  }
}
