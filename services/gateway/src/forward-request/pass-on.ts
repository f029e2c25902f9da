// Passes an upstream's answer on as it comes: no copy is kept, a slow client slows the upstream, a client that leaves ends the request there.
import type { ServerResponse } from 'node:http'
import type { Dispatcher, Pool } from 'undici'
import { clientHeaders, joinHeaders } from '../headers.ts'
import type { Exchange } from '../upstream.ts'

/** The client went away before the answer was whole. */
export class ClientGone extends Error {
  constructor() {
    super('the client went away')
    this.name = 'ClientGone'
  }
}

interface Open {
  controller: Dispatcher.DispatchController | null
  /** Announced length of the body, when there is one. */
  length: number
  ended: boolean
}

/**
 * Asks and passes on.
 * @throws ClientGone, and undici's errors; nothing was sent to the client unless `response.headersSent`
 */
export const passOn = (
  pool: Pool,
  options: Dispatcher.DispatchOptions,
  response: ServerResponse,
  { answerHeaders, onAnswer }: Pick<Exchange, 'answerHeaders' | 'onAnswer'>,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const open: Open = { controller: null, length: -1, ended: false }
    const leave = () => open.controller?.abort(new ClientGone())
    const drained = () => open.controller?.resume()
    response.once('close', leave)
    pool.dispatch(options, {
      onRequestStart: (controller) => {
        open.controller = controller
        if (response.destroyed) leave()
      },
      onResponseStart: (_, status, headers) => {
        if (status < 200) return
        onAnswer?.()
        open.length = Number(headers['content-length'] ?? -1)
        response.writeHead(status, joinHeaders(answerHeaders, clientHeaders(headers)))
        response.on('drain', drained)
      },
      onResponseData: (controller, chunk) => {
        if (chunk.length === open.length) {
          open.ended = true
          // One string of single bytes leaves together with the head; a buffer would be a second write.
          response.end(chunk.toString('latin1'), 'latin1')
        } else if (!response.write(chunk)) controller.pause()
      },
      onResponseEnd: () => {
        response.off('close', leave)
        if (!open.ended) response.end()
        resolve()
      },
      onResponseError: (_, error) => {
        response.off('close', leave)
        reject(error)
      },
    })
  })
