// Connection lifecycle of a server: closes connections at shutdown, after a response that ends the connection, and after unread bodies.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Milliseconds after which callers of a service close an idle connection. Shorter than SHUTDOWN_DELAY_MS in a cluster: a draining service
 * answers with `connection: close`, so at its end it closes no connection on which a request may be on its way.
 */
export const idleConnectionMs = 4000
const sweepMs = 20
/** Milliseconds in which a client may finish a body that is not read. */
const lingerMs = 1000

export interface Connections {
  /**
   * From now on every response ends its connection, also that of a request in progress. A client that kept such a connection would send its
   * next request into the close.
   */
  drain(): void
  /** Ends the connection after the response in progress. @returns whether there is one */
  endAfterAnswer(socket: Socket): boolean
}

/**
 * Ends every connection at shutdown when no request is in progress. Node does not count a connection as idle that was just opened or has an
 * unread body, so such a connection would delay the close until it times out.
 */
const closeWhenServed = (app: FastifyInstance, hasRequests: () => boolean): void => {
  app.addHook('preClose', (done) => {
    const sweep = setInterval(() => {
      if (hasRequests()) app.server.closeIdleConnections()
      else app.server.closeAllConnections()
    }, sweepMs)
    app.server.once('close', () => clearInterval(sweep))
    done()
  })
}

/** Tracks the connections of an instance. Call it before other hooks are added. */
export const followConnections = (app: FastifyInstance): Connections => {
  const busy = new Map<Socket, ServerResponse>()
  let serving = 0
  let isDraining = false
  closeWhenServed(app, () => serving > 0)
  app.addHook('onRequest', (request, reply, done) => {
    serving += 1
    busy.set(request.socket, reply.raw)
    if (isDraining) reply.raw.shouldKeepAlive = false
    const { socket } = request
    // Fastify's onResponse hook does not run when the client disconnects before the response ends.
    reply.raw.once('close', () => {
      serving -= 1
      if (busy.get(socket) === reply.raw) busy.delete(socket)
    })
    done()
  })
  app.addHook('onResponse', ({ raw }, _, done) => {
    // A client that got its response before it had sent its whole body may finish sending, or it would not read the response.
    if (!raw.complete) setTimeout(() => raw.complete || raw.socket.destroy(), lingerMs).unref()
    done()
  })
  return {
    drain: () => {
      isDraining = true
      for (const response of busy.values()) response.shouldKeepAlive = false
    },
    endAfterAnswer: (socket) => {
      const response = busy.get(socket)
      response?.once('close', () => socket.destroySoon())
      return response !== undefined
    },
  }
}
