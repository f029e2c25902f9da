// Response streaming from an undici upstream to the client: applies backpressure, and aborts the request when the client disconnects.
// A client that reads a stream of server-sent events too slowly is disconnected.
import type { ServerResponse } from 'node:http'
import type { Dispatcher, Pool } from 'undici'
import { clientHeaders, joinHeaders } from '../domain/headers.ts'
import type { Exchange } from '../domain/upstream.ts'

/** The client disconnected before the response was complete. */
class ClientDisconnectedError extends Error {
  constructor() {
    super('the client disconnected before the response was complete')
    this.name = 'ClientDisconnectedError'
  }
}

/**
 * Bytes of a stream of server-sent events that the client has not read, at most. Backpressure would not do: a paused connection does not
 * notice that the service has cut it.
 */
const maxUnreadBytes = 64 * 1024

interface StreamState {
  controller: Dispatcher.DispatchController | null
  /** Content-Length of the response; -1 without one. */
  length: number
  ended: boolean
}

/**
 * Sends the request and streams its response.
 * @throws ClientDisconnectedError, and undici's errors; the client has received nothing unless `response.headersSent`
 */
export const streamResponse = (
  pool: Pool,
  options: Dispatcher.DispatchOptions,
  response: ServerResponse,
  {
    responseHeaders: answerHeaders,
    onResponse: onAnswer,
    isStream,
  }: Pick<Exchange, 'responseHeaders' | 'onResponse' | 'isStream'>,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const stream: StreamState = { controller: null, length: -1, ended: false }
    const abort = () => stream.controller?.abort(new ClientDisconnectedError())
    const resume = () => stream.controller?.resume()
    response.once('close', abort)
    pool.dispatch(options, {
      onRequestStart: (controller) => {
        stream.controller = controller
        if (response.destroyed) abort()
      },
      onResponseStart: (_, status, headers) => {
        if (status < 200) return
        onAnswer?.()
        stream.length = Number(headers['content-length'] ?? -1)
        response.writeHead(status, joinHeaders(answerHeaders, clientHeaders(headers)))
        response.on('drain', resume)
      },
      onResponseData: (controller, chunk) => {
        // The gateway has ended this stream because it stops.
        if (response.writableEnded) abort()
        else if (isStream && response.writableLength > maxUnreadBytes) response.destroy()
        else if (chunk.length === stream.length) {
          stream.ended = true
          // Node sends a latin1 string together with the head in one write, and a buffer in two.
          response.end(chunk.toString('latin1'), 'latin1')
        } else if (!response.write(chunk) && !isStream) controller.pause()
      },
      onResponseEnd: () => {
        response.off('close', abort)
        if (!stream.ended && !response.writableEnded) response.end()
        resolve()
      },
      onResponseError: (_, error) => {
        response.off('close', abort)
        reject(error)
      },
    })
  })
