// The Fastify instance of a service: parsing, tracing, problems, probes. Nothing here knows what a shop is.
import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { useProblems } from './problem.ts'
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

export interface HttpOptions {
  log: Logger
  metrics: Metrics
  routes: readonly { method: string; path: string }[]
  /** Whether the service is ready for traffic; the text says why not. */
  ready: () => Promise<string | null>
  bodyLimit?: number
}

/** Builds the instance; nothing listens yet. */
export const createHttp = (options: HttpOptions): FastifyInstance => {
  const { log, metrics } = options
  const app = Fastify({
    loggerInstance: log.child({}, { level: log.level === 'debug' || log.level === 'trace' ? log.level : 'warn' }) as FastifyBaseLogger,
    bodyLimit: options.bodyLimit ?? 1024 * 1024,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    requestIdHeader: false,
    // A logger of its own for each request costs more than a small request; trace and request id are in every line anyway.
    childLoggerFactory: (logger) => logger,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    forceCloseConnections: 'idle',
    disableRequestLogging: true,
  })
  app.decorateRequest('principal', null)
  app.decorateRequest('trace')
  app.decorateRequest('rawBody')
  app.decorateRequest('once')
  app.addHook('onRequest', (request, reply, done) => {
    request.trace = traceOfRequest(request)
    void reply.header('x-request-id', request.id)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched'
    metrics.http.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000)
    done()
  })
  useBodies(app)
  useValidation(app)
  const probes = [{ method: 'GET', path: '/livez' }, { method: 'GET', path: '/readyz' }]
  useProblems(app, [...options.routes, ...probes])
  app.get('/livez', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_, reply) => {
    const trouble = await options.ready()
    return trouble === null ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason: trouble })
  })
  return app
}
