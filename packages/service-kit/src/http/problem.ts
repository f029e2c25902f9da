// Error responses as RFC 9457 problem+json with a stable code. An unknown error is 500 without detail, and is logged once.

import {
  AppError,
  acceptedLocales,
  chooseLocale,
  type ErrorCode,
  errorKinds,
  errorTextOf,
  type Language,
  languageOf,
  type Problem,
  type ProblemExtras,
  problemType,
} from '@cartwright/contracts'
import { ConflictError, CursorError, errnoOf, isTransient } from '@cartwright/db'
import { runInTrace, type Trace, traceIdOf } from '@cartwright/telemetry'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { KnownRoutes } from './known-routes.ts'
import { errorEntry, maxErrors } from './validation-errors.ts'
import { validationMessage } from './validation-messages.ts'

type Body = Problem & Record<string, unknown>

/** Characters of the path in a response, at most. */
const maxInstanceLength = 300

/** What problems of a service need beside the error. */
export interface ProblemSettings {
  /** Address of the gateway, which has a page for each code. */
  publicUrl: string
  /** Locale of the shop, for readers whose language it does not write. */
  locale: string
}

declare module 'fastify' {
  interface FastifyInstance {
    problems: ProblemSettings
  }
}

/** Language of a problem: by `Accept-Language`, else the shop's. */
const languageFor = (accepted: string | undefined, { locale }: ProblemSettings): Language =>
  languageOf(chooseLocale(acceptedLocales(accepted), locale))

interface ProblemParts {
  code: ErrorCode
  /** About this occurrence. The English title of the code stands for none, and is translated. */
  detail?: string | undefined
  /** Path that was called. */
  instance: string
  extras?: ProblemExtras
  trace?: Trace
  language: Language
  publicUrl: string
}

/** Creates a problem document. `type` is the address of the page about the code. */
export const problemOf = ({ code, detail, instance, extras = {}, trace, language, publicUrl }: ProblemParts): Body => {
  const { title } = errorTextOf(code, language)
  return {
    ...extras,
    ...(extras.errors ? { errors: extras.errors.slice(0, maxErrors) } : {}),
    type: problemType(code, publicUrl),
    title,
    status: errorKinds[code].status,
    code,
    instance: instance.slice(0, maxInstanceLength),
    ...(detail === undefined ? {} : { detail: detail === errorKinds[code].title ? title : detail }),
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

const validationErrors = (error: FastifyError, language: Language) => {
  const items = error.validation ?? []
  // Text without a normal form fails other checks too: one message is enough.
  const abnormal = new Set(items.flatMap(({ keyword, instancePath }) => (keyword === 'normalize' ? [instancePath] : [])))
  return items
    .filter(({ keyword, instancePath }) => keyword === 'normalize' || !abnormal.has(instancePath))
    .map((item) =>
      errorEntry(
        pathOf({ instancePath: item.instancePath, params: item.params, keyword: item.keyword }),
        validationMessage(item, language),
      ),
    )
}

const errorsInDetail = 5

/**
 * The error that the client gets: an AppError as it is, a known failure by its code, any other as `internal`.
 * @param language of the messages about fields
 */
export const asAppError = (error: unknown, language: Language): AppError => {
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
    const errors = validationErrors(known, language)
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
  const { problems } = request.server
  const language = languageFor(request.headers['accept-language'], problems)
  const app = asAppError(error, language)
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
  void reply.header('cache-control', 'no-store').header('content-language', language)
  void reply.header('vary', ['Accept-Language', reply.getHeader('vary')].flat().filter(Boolean).join(', '))
  const detail = app.code === 'internal' ? undefined : app.message
  const instance = request.url.split('?')[0] ?? request.url
  const { code, extra: extras } = app
  return reply
    .code(app.status)
    .type('application/problem+json')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problemOf({ code, detail, instance, extras, trace: request.trace, language, publicUrl: problems.publicUrl }))
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
