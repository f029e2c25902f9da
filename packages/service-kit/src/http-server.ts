// The Fastify instance of a service: parsing, tracing, problems, probes. Nothing here knows what a shop is.
import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '@cartwright/contracts'
import { type Trace, traceIdOf } from '@cartwright/messaging'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify'
import { followConnections } from './connections.ts'
import { watchRoutes } from './known-routes.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { createRefusals, type ParserError, refusalOf } from './parser-refusals.ts'
import { sendProblem, useProblems } from './problem.ts'
import { requireIdentityCoding, requireReadableHead } from './request-head.ts'
import { traceOfRequest } from './route.ts'
import { createUploads, hasBody, type Uploads } from './uploads.ts'
import { useValidation } from './validation.ts'

const requestIdOf = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w.:-]{1,80}$/.test(given) ? given : `req_${randomUUID()}`

/** Headers that every answer of a service carries beside request id and trace, by what the request says. */
export type AnswerHeaders = (incoming: IncomingHttpHeaders) => Record<string, string>

export interface HttpOptions {
  log: Logger
  metrics: Metrics
  /** Whether the service is ready for traffic; the text says why not. */
  ready: () => Promise<string | null>
  /** The service is about to end: keep-alive connections are closed with their next answer. */
  isDraining?: () => boolean
  bodyLimitBytes: number
  /** Milliseconds in which a head, and after it a body, must have arrived. */
  uploadTimeoutMs: number
  answerHeaders?: AnswerHeaders
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Reads request bodies for whoever does not leave that to the content type parser. */
    uploads: Uploads
  }
}

const useBodies = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error')
  const parseJson = (request: FastifyRequest, bytes: Buffer, done: (error: Error | null, body?: unknown) => void): void => {
    if (request.routeOptions.config.rawBody) request.rawBody = bytes
    // An empty body is no body: calls without one often carry the content type all the same.
    if (bytes.length === 0) done(null, undefined)
    else if (isUtf8(bytes)) parse(request, bytes.toString('utf8'), done)
    else done(new AppError('validation_failed', 'the body is not UTF-8', { errors: [{ path: '/', message: 'must be UTF-8' }] }))
  }
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', (request, _, done) => {
    app.uploads.read(request.raw).then((bytes) => parseJson(request, bytes, done), done)
  })
  app.addHook('preParsing', (request, reply, _, done) => {
    if (hasBody(request.raw)) requireIdentityCoding(request.headers, reply)
    done()
  })
}

/** Beyond what an upload may take, Node ends the connection itself. */
const graceMs = 2000

const identifierOf =
  (answerHeaders: AnswerHeaders | undefined) =>
  (incoming: Pick<FastifyRequest, 'headers' | 'id'>): { trace: Trace; headers: Record<string, string> } => {
    const trace = traceOfRequest(incoming)
    return {
      trace,
      headers: { ...answerHeaders?.(incoming.headers), 'x-request-id': incoming.id, 'x-trace-id': traceIdOf(trace) },
    }
  }

const createApp = (
  { log, bodyLimitBytes, uploadTimeoutMs }: HttpOptions,
  options: Pick<FastifyServerOptions, 'clientErrorHandler' | 'frameworkErrors'>,
): FastifyInstance =>
  Fastify({
    loggerInstance: log.child({}, { level: log.level === 'info' ? 'warn' : log.level }) as FastifyBaseLogger,
    bodyLimit: bodyLimitBytes,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    requestIdHeader: false,
    // A logger of its own for each request costs more than a small request; trace and request id are in every line anyway.
    childLoggerFactory: (logger) => logger,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    forceCloseConnections: 'idle',
    // Whoever got in before the door closed is served.
    return503OnClosing: false,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: uploadTimeoutMs + graceMs,
    http: {
      headersTimeout: uploadTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, uploadTimeoutMs / 4),
      // Refused by a hook, whose answer carries the headers of every answer.
      requireHostHeader: false,
    },
    ...options,
  })

const useHooks = (
  app: FastifyInstance,
  { metrics, isDraining }: HttpOptions,
  identify: ReturnType<typeof identifierOf>,
): void => {
  app.decorateRequest('principal', null)
  app.decorateRequest('trace')
  app.decorateRequest('rawBody')
  app.decorateRequest('once')
  app.addHook('onRequest', (request, reply, done) => {
    const { trace, headers } = identify(request)
    request.trace = trace
    void reply.headers(headers)
    if (isDraining?.()) void reply.header('connection', 'close')
    requireReadableHead(request.raw)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched'
    metrics.http.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000)
    done()
  })
}

const useProbes = (app: FastifyInstance, ready: HttpOptions['ready']): void => {
  app.get('/livez', { config: { operationId: 'livez' } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { config: { operationId: 'readyz' } }, async (_, reply) => {
    const trouble = await ready()
    return trouble === null ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason: trouble })
  })
}

/** Builds the instance; nothing listens yet. */
export const createHttp = (options: HttpOptions): FastifyInstance => {
  const { metrics } = options
  const identify = identifierOf(options.answerHeaders)
  const uploads = createUploads({ limitBytes: options.bodyLimitBytes, timeoutMs: options.uploadTimeoutMs })
  const app: FastifyInstance = createApp(options, {
    // Such a request meets no hook.
    frameworkErrors: (error, request, reply) => {
      const { trace, headers } = identify(request)
      request.trace = trace
      return sendProblem(request, reply.headers(headers), error)
    },
    clientErrorHandler: (error: ParserError, socket: Socket) => {
      if (error.code === 'ECONNRESET' || socket.destroyed) return
      if (uploads.fail(socket, refusalOf(error, null, routes)) || connections.endAfterAnswer(socket)) return
      refusals.parserError(socket, error)
    },
  })
  const connections = followConnections(app)
  const routes = watchRoutes(app)
  const refusals = createRefusals({
    routes,
    identify: (headers) => identify({ headers, id: requestIdOf(headers['x-request-id']) }),
    count: (method, status) => metrics.http.observe({ method, route: 'unparsed', status: String(status) }, 0),
  })
  app.server.on('connect', refusals.connect)
  // An expectation that is not known may be passed over.
  app.server.on('checkExpectation', (request, response) => app.routing(request, response))
  app.decorate('uploads', uploads)
  useHooks(app, options, identify)
  useBodies(app)
  useValidation(app)
  useProblems(app, routes)
  useProbes(app, options.ready)
  return app
}
