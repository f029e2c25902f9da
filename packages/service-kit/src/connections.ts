// Life of the connections of a server: they end as soon as nobody is served, after an answer that cannot be followed, and after unread bodies.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

const sweepMs = 20
/** Milliseconds in which a client may finish a body that nobody wanted. */
const lingerMs = 1000

export interface Connections {
  /** Ends the connection after the answer it is busy with. @returns whether there is one */
  endAfterAnswer(socket: Socket): boolean
}

/**
 * Ends every connection as soon as nobody is being served. To Node a connection is not idle that was just opened, or whose body
 * nobody has read to its end, so one of these would hold the close up until it times out.
 */
const closeWhenServed = (app: FastifyInstance, isServing: () => boolean): void => {
  app.addHook('preClose', (done) => {
    const sweep = setInterval(() => {
      if (isServing()) app.server.closeIdleConnections()
      else app.server.closeAllConnections()
    }, sweepMs)
    app.server.once('close', () => clearInterval(sweep))
    done()
  })
}

/** Follows the connections of an instance. Call it before other hooks are added. */
export const followConnections = (app: FastifyInstance): Connections => {
  const busy = new WeakMap<Socket, ServerResponse>()
  let serving = 0
  closeWhenServed(app, () => serving > 0)
  app.addHook('onRequest', (request, reply, done) => {
    serving += 1
    busy.set(request.socket, reply.raw)
    done()
  })
  app.addHook('onResponse', ({ raw, socket }, reply, done) => {
    serving -= 1
    if (busy.get(socket) === reply.raw) busy.delete(socket)
    // Who was answered before the whole body had come may finish it, so as to see the answer; then the connection ends.
    if (!raw.complete) setTimeout(() => raw.complete || raw.socket.destroy(), lingerMs).unref()
    done()
  })
  return {
    endAfterAnswer: (socket) => {
      const response = busy.get(socket)
      response?.once('close', () => socket.destroySoon())
      return response !== undefined
    },
  }
}
