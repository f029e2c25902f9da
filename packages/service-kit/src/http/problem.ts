// Error responses as RFC 9457 problem+json with a stable code. An unknown error is 500 without detail, and is logged once.

import {
  AppError,
  type ErrorCode,
  errorKinds,
  imageAddress,
  notBlank,
  oneLine,
  type Problem,
  type ProblemExtras,
} from '@cartwright/contracts'
import { ConflictError, CursorError, errnoOf, isTransient } from '@cartwright/db'
import { runInTrace, type Trace, traceIdOf } from '@cartwright/telemetry'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { KnownRoutes } from './known-routes.ts'
import { errorEntry, maxErrors } from './validation-errors.ts'

type Body = Problem & Record<string, unknown>

/** Characters of the path in a response, at most. */
const maxInstanceLength = 300

/** Creates a problem document. `type` is a stable URI that names the code. */
export const problemOf = (
  code: ErrorCode,
  detail: string | undefined,
  instance: string,
  extras: ProblemExtras = {},
  trace?: Trace,
): Body => {
  return {
    ...extras,
    ...(extras.errors ? { errors: extras.errors.slice(0, maxErrors) } : {}),
    type: `urn:cartwright:error:${code}`,
    title: errorKinds[code].title,
    status: errorKinds[code].status,
    code,
    instance: instance.slice(0, maxInstanceLength),
    ...(detail === undefined ? {} : { detail }),
    ...(trace ? { traceId: traceIdOf(trace) } : {}),
  }
}

const pathOf = (error: { instancePath: string; params: Record<string, unknown>; keyword: string }): string => {
  const member =
    error.keyword === 'required'
      ? error.params.missingProperty
      : error.keyword === 'additionalProperties'
        ? error.params.additionalProperty
        : undefined
  return typeof member === 'string' ? `${error.instancePath}/${member}` : error.instancePath || '/'
}

const fastifyCodes: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
}

/** Replaces messages of the schema that do not help a reader. */
const messageOf = ({
  keyword,
  params,
  message,
}: {
  keyword: string
  params: Record<string, unknown>
  message?: string
}): string => {
  if (keyword === 'pattern' && params.pattern === notBlank) return 'must not be blank'
  if (keyword === 'pattern' && params.pattern === oneLine) return 'must be one line of visible characters'
  if (keyword === 'pattern' && params.pattern === imageAddress) return 'must be an https address or a path of the shop'
  if (keyword === 'not') return 'must be another value'
  return message ?? 'is not valid'
}

const validationErrors = (error: FastifyError) => {
  const items = error.validation ?? []
  // Text without a normal form fails other checks too: one message is enough.
  const abnormal = new Set(items.flatMap(({ keyword, instancePath }) => (keyword === 'normalize' ? [instancePath] : [])))
  return items
    .filter(({ keyword, instancePath }) => keyword === 'normalize' || !abnormal.has(instancePath))
    .map((item) =>
      errorEntry(pathOf({ instancePath: item.instancePath, params: item.params, keyword: item.keyword }), messageOf(item)),
    )
}

const errorsInDetail = 5

/** The error that the client gets: an AppError as it is, a known failure by its code, any other as `internal`. */
export const asAppError = (error: unknown): AppError => {
  if (error instanceof AppError) return error
  if (error instanceof CursorError)
    return new AppError('validation_failed', {
      detail: error.message,
      extra: { errors: [{ path: '/cursor', message: error.message }] },
    })
  // Prisma's unique-key failures carry the engine's number too.
  if (error instanceof ConflictError || errnoOf(error) === 1062) return new AppError('conflict')
  if (isTransient(error)) return new AppError('upstream_unavailable')
  if (!(error instanceof Error)) return new AppError('internal')
  const known: FastifyError = Object.assign(error, { code: 'code' in error && typeof error.code === 'string' ? error.code : '' })
  if (known.validation) {
    const errors = validationErrors(known)
    const detail = errors.slice(0, errorsInDetail).map((item) => `${item.path} ${item.message}`)
    return new AppError('validation_failed', {
      detail: detail.join('; '),
      extra: {
        errors,
        ...(known.validationContext === undefined ? {} : { in: known.validationContext }),
      },
    })
  }
  const mapped = fastifyCodes[known.code]
  if (mapped) return new AppError(mapped)
  if (known.statusCode !== undefined && known.statusCode >= 400 && known.statusCode < 500) {
    return new AppError('validation_failed', {
      detail: error.message,
      extra: { errors: [{ path: '/', message: error.message }] },
    })
  }
  return new AppError('internal')
}

/** Retry-After of `upstream_unavailable` when the error names no seconds. */
const unavailableRetrySec = 2

/** Sends a problem. */
export const sendProblem = (request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply => {
  const app = asAppError(error)
  runInTrace(request.trace, () => {
    if (app.code === 'internal') request.log.error({ err: error }, 'a request failed unexpectedly')
    else if (app.code === 'upstream_unavailable')
      request.log.warn({ err: error }, 'a request met an engine or service that cannot answer')
  })
  const retryAfterSec = app.retryAfterSec ?? (app.code === 'upstream_unavailable' ? unavailableRetrySec : undefined)
  if (retryAfterSec !== undefined) void reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterSec))))
  if (app.code === 'unauthenticated') void reply.header('www-authenticate', 'Bearer')
  if (app.code === 'request_timeout') void reply.header('connection', 'close')
  if (app.code === 'unsupported_media_type' && !reply.hasHeader('accept-encoding'))
    void reply.header('accept', 'application/json')
  // An error response must not be cached.
  void reply.header('cache-control', 'no-store')
  const detail = app.code === 'internal' ? undefined : app.message
  const path = request.url.split('?')[0] ?? request.url
  return reply
    .code(app.status)
    .type('application/problem+json')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problemOf(app.code, detail, path, app.extra, request.trace))
}

/** Answers every error, unknown path and wrong method as a problem, and OPTIONS with the methods of the path. */
export const useProblems = (app: FastifyInstance, { methodsAt, isShadowed }: KnownRoutes): void => {
  const pathOfUrl = (url: string): string => url.split('?')[0] ?? ''
  const refuse = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const allowed = methodsAt(pathOfUrl(request.url))
    // `reply.callNotFound()` of a known route ends here too.
    if (allowed.length === 0 || (request.method !== 'OPTIONS' && allowed.includes(request.method)))
      return sendProblem(request, reply, new AppError('not_found'))
    void reply.header('allow', allowed.join(', '))
    if (request.method === 'OPTIONS') return reply.code(204).send()
    return sendProblem(request, reply, new AppError('method_not_allowed', { extra: { allowed } }))
  }
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error))
  app.setNotFoundHandler(refuse)
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404 && request.method !== 'OPTIONS' && isShadowed(request.method, pathOfUrl(request.url)))
      refuse(request, reply)
    else done()
  })
  // The body of a request without a route is not read, so it is not validated either.
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (request.is404) refuse(request, reply)
    else done(null, payload)
  })
}
