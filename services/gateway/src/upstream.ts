// What stands behind the gateway: something that answers a request, in another process or in this one.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** A whole answer, as the cache keeps it. */
export interface WholeAnswer {
  status: number
  headers: OutgoingHttpHeaders
  body: Buffer
}

export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  /** What the upstream is told, instead of what the client sent. */
  headers: Record<string, string | string[]>
  /** The body, read to its end; null without one. */
  body: Buffer | null
  /** What every answer of the gateway carries: request id, CORS, limits. An upstream's header of the same name wins. */
  answerHeaders: OutgoingHttpHeaders
  /** Milliseconds until the first byte of the answer. */
  timeoutMs: number
  /** For fault tests: the upstream has answered, and the client knows nothing of it yet. */
  onAnswer?: () => void
}

export interface Upstream {
  /**
   * Lets the upstream answer on `exchange.response`.
   * @throws AppError upstream_unavailable as long as no byte of an answer was sent
   */
  forward(exchange: Exchange): Promise<void>
  /** Reads the whole answer to a GET, for the cache. Nothing has been written to the client when it resolves. @throws AppError upstream_unavailable */
  read(exchange: Exchange): Promise<WholeAnswer>
  close(): Promise<void>
}
