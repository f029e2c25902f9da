// The Fastify instance of a service: parsing, tracing, problems, probes. Nothing here knows what a shop is.
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { problemOf, sendProblem, useProblems } from './problem.ts'
import { traceOfRequest } from './route.ts'
import { useValidation } from './validation.ts'

const requestIdOf = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w.:-]{1,80}$/.test(given) ? given : `req_${randomUUID()}`

const useBodies = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body)
    if (request.routeOptions.config.rawBody) request.rawBody = bytes
    // An empty body is no body: calls without one often carry the content type all the same.
    if (bytes.length === 0) done(null, undefined)
    else parse(request, bytes.toString('utf8'), done)
  })
}

/** Bytes that are no HTTP get a problem document as well, by hand: there is no request yet. */
const refuseGarbage = (error: Error & { code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const body = JSON.stringify(problemOf('validation_failed', 'this is not a well-formed HTTP request', '/'))
  if (socket.writable)
    socket.end(
      `HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    )
}

const sweepMs = 20

/**
 * Ends every connection as soon as nobody is being served. To Node a connection is not idle that was just opened, or whose body
 * nobody has read to its end, so one of these would hold the close up until it times out.
 */
const closeWhenServed = (app: FastifyInstance) => {
  let serving = 0
  app.addHook('preClose', (done) => {
    const sweep = setInterval(() => {
      if (serving === 0) app.server.closeAllConnections()
      else app.server.closeIdleConnections()
    }, sweepMs)
    app.server.once('close', () => clearInterval(sweep))
    done()
  })
  const begin = () => {
    serving += 1
  }
  const end = () => {
    serving -= 1
  }
  return { begin, end }
}

export interface HttpOptions {
  log: Logger
  metrics: Metrics
  routes: readonly { method: string; path: string }[]
  /** Whether the service is ready for traffic; the text says why not. */
  ready: () => Promise<string | null>
  /** The service is about to end: keep-alive connections are closed with their next answer. */
  isDraining?: () => boolean
  bodyLimit?: number
}

/** Builds the instance; nothing listens yet. */
export const createHttp = (options: HttpOptions): FastifyInstance => {
  const { log, metrics } = options
  const app = Fastify({
    loggerInstance: log.child({}, { level: log.level === 'info' ? 'warn' : log.level }) as FastifyBaseLogger,
    bodyLimit: options.bodyLimit ?? 1024 * 1024,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    requestIdHeader: false,
    // A logger of its own for each request costs more than a small request; trace and request id are in every line anyway.
    childLoggerFactory: (logger) => logger,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    forceCloseConnections: 'idle',
    // Whoever got in before the door closed is served.
    return503OnClosing: false,
    clientErrorHandler: refuseGarbage,
    frameworkErrors: (error, request, reply) => sendProblem(request, reply, error),
    logController: new LogController({ disableRequestLogging: true }),
  })
  const active = closeWhenServed(app)
  app.decorateRequest('principal', null)
  app.decorateRequest('trace')
  app.decorateRequest('rawBody')
  app.decorateRequest('once')
  app.addHook('onRequest', (request, reply, done) => {
    active.begin()
    request.trace = traceOfRequest(request)
    void reply.header('x-request-id', request.id)
    if (options.isDraining?.()) void reply.header('connection', 'close')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched'
    metrics.http.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000)
    active.end()
    done()
  })
  useBodies(app)
  useValidation(app)
  const probes = [
    { method: 'GET', path: '/livez' },
    { method: 'GET', path: '/readyz' },
  ]
  useProblems(app, [...options.routes, ...probes])
  app.get('/livez', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_, reply) => {
    const trouble = await options.ready()
    return trouble === null ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason: trouble })
  })
  return app
}
