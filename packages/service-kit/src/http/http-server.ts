// Fastify instance of a service: parsing, tracing, problem+json, probes.

import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { type IncomingHttpHeaders, METHODS } from 'node:http'
import type { Socket } from 'node:net'
import { AppError, labelsOf } from '@cartwright/contracts'
import { type Logger, labelTrace, type Trace, type Tracer, traceIdOf } from '@cartwright/telemetry'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify'
import { logRequest } from '../operations/activity-log.ts'
import type { Metrics } from '../operations/kit-metrics.ts'
import { followConnections } from './connections.ts'
import { watchRoutes } from './known-routes.ts'
import { createRefusals, type ParserError, refusalOf } from './parser-refusals.ts'
import { type ProblemSettings, sendProblem, useProblems } from './problem.ts'
import { requireIdentityCoding, requireReadableHead } from './request-head.ts'
import { recordRequest, traceOfRequest } from './request-trace.ts'
import { createUploads, hasBody, type Uploads } from './uploads.ts'
import { useValidation } from './validation.ts'

const requestIdOf = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w.:-]{1,80}$/.test(given) ? given : `req_${randomUUID()}`

/** Headers that every response of a service carries beside request id and trace, by the headers of the request. */
export type ResponseHeaders = (incoming: IncomingHttpHeaders) => Record<string, string>

interface HttpOptions {
  log: Logger
  metrics: Metrics
  /** Null while tracing is off. */
  tracer: Tracer | null
  /** Null when the service is ready for traffic; otherwise the reason why it is not. */
  ready: () => Promise<string | null>
  bodyLimitBytes: number
  /** Milliseconds in which the head of a request, and after it the body, must arrive. */
  uploadTimeoutMs: number
  responseHeaders?: ResponseHeaders
  problems: ProblemSettings
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Reads request bodies for handlers that bypass the content type parser, such as the proxy. */
    uploads: Uploads
    /** Lets every response from now on end its connection. */
    drainConnections(): void
  }
}

const useBodies = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error')
  const parseJson = (request: FastifyRequest, bytes: Buffer, done: (error: Error | null, body?: unknown) => void): void => {
    if (request.routeOptions.config.rawBody) request.rawBody = bytes
    // An empty body counts as none: clients often send the content type without a body.
    if (bytes.length === 0) done(null, undefined)
    else if (isUtf8(bytes)) parse(request, bytes.toString('utf8'), done)
    else
      done(
        new AppError('validation_failed', {
          detail: 'the body is not UTF-8',
          extra: { errors: [{ path: '/', message: 'must be UTF-8' }] },
        }),
      )
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

/** Milliseconds after `uploadTimeoutMs` at which Node itself ends the connection. */
const graceMs = 2000

const identifierOf =
  (responseHeaders: ResponseHeaders | undefined) =>
  (
    incoming: Pick<FastifyRequest, 'headers' | 'id'>,
    trace: Trace = traceOfRequest(incoming),
  ): { trace: Trace; headers: Record<string, string> } => {
    return {
      trace,
      headers: { ...responseHeaders?.(incoming.headers), 'x-request-id': incoming.id, 'x-trace-id': traceIdOf(trace) },
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
    // A logger per request costs more than a small request, and every line has trace and request id anyway.
    childLoggerFactory: (logger) => logger,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    forceCloseConnections: 'idle',
    // A request on a connection that was accepted before the close is still served.
    return503OnClosing: false,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: uploadTimeoutMs + graceMs,
    http: {
      headersTimeout: uploadTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, uploadTimeoutMs / 4),
      // A hook refuses a missing Host, so that the response carries the usual headers.
      requireHostHeader: false,
    },
    ...options,
  })

const useHooks = (
  app: FastifyInstance,
  { log, metrics, tracer }: HttpOptions,
  identify: ReturnType<typeof identifierOf>,
): void => {
  app.decorateRequest('principal', null)
  app.decorateRequest('trace')
  app.decorateRequest('rawBody')
  app.addHook('onRequest', (request, reply, done) => {
    const { trace, headers } = identify(request, recordRequest(tracer, request, reply))
    request.trace = trace
    labelTrace(trace, labelsOf(request.params))
    void reply.headers(headers)
    requireReadableHead(request.raw)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched'
    metrics.http.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000)
    logRequest(log, request, reply)
    done()
  })
}

const useProbes = (app: FastifyInstance, ready: HttpOptions['ready']): void => {
  app.get('/livez', { config: { operationId: 'livez' } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { config: { operationId: 'readyz' } }, async (_, reply) => {
    const reason = await ready()
    return reason === null ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason })
  })
}

/** A label must not hold what a caller made up: each value is a series that is kept. */
const knownMethods = new Set(METHODS)

/** Creates the instance; nothing listens yet. */
export const createHttp = (options: HttpOptions): FastifyInstance => {
  const { metrics } = options
  const identify = identifierOf(options.responseHeaders)
  const uploads = createUploads({ limitBytes: options.bodyLimitBytes, timeoutMs: options.uploadTimeoutMs })
  const app: FastifyInstance = createApp(options, {
    // Fastify runs no hooks for such a request.
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
    problems: options.problems,
    identify: (headers) => identify({ headers, id: requestIdOf(headers['x-request-id']) }),
    count: (method, status) =>
      metrics.http.observe({ method: knownMethods.has(method) ? method : 'other', route: 'unparsed', status: String(status) }, 0),
  })
  app.server.on('connect', refusals.connect)
  // A server may ignore an expectation that it does not know.
  app.server.on('checkExpectation', (request, response) => app.routing(request, response))
  app.decorate('problems', options.problems)
  app.decorate('uploads', uploads)
  app.decorate('drainConnections', connections.drain)
  useHooks(app, options, identify)
  useBodies(app)
  useValidation(app)
  useProblems(app, routes)
  useProbes(app, options.ready)
  return app
}
