// Upstream: the interface of a service behind the gateway, in another process or in this one.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** A response that was read to its end, as the cache stores it. */
export interface BufferedResponse {
  status: number
  headers: OutgoingHttpHeaders
  body: Buffer
}

/** One request with everything an upstream needs to respond to it. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  /** Request headers for the upstream, in place of those the client sent. */
  headers: Record<string, string | string[]>
  /** The whole request body; null without one. */
  body: Buffer | null
  /** Headers that every response of the gateway carries: request id, CORS, limits. An upstream's header of the same name wins. */
  responseHeaders: OutgoingHttpHeaders
  /** Milliseconds until the first byte of the response. */
  timeoutMs: number
  /** The response is a stream that stays open for minutes; then `timeoutMs` is also the longest silence between two of its pieces. */
  isStream: boolean
  /** Called when the upstream has responded and before the client receives a byte. Fault tests crash the process here. */
  onResponse?: () => void
}

export interface Upstream {
  /**
   * Sends the upstream's response on `exchange.response`.
   * @throws AppError upstream_unavailable; only before the first byte of a response was sent
   */
  forward(exchange: Exchange): Promise<void>
  /** Reads the whole response to a GET, for the cache, and writes nothing to the client. @throws AppError upstream_unavailable */
  read(exchange: Exchange): Promise<BufferedResponse>
  /** Whether requests are refused at once, because the service has not been reachable. */
  isCircuitOpen(): boolean
  close(): Promise<void>
}
