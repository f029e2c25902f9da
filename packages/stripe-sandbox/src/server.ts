// HTTP server of the sandbox: keys, bodies, latency and errors as at Stripe, the API, the hosted pages and the control paths.
import { setTimeout as delay } from 'node:timers/promises'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { mountApi } from './api.ts'
import { type ControlParts, mountControl } from './control.ts'
import { refuseForeignHosts } from './own-host.ts'
import { mountPages } from './pages.ts'
import type { RefundMode } from './refunds.ts'
import { apiVersion } from './render.ts'
import { newId } from './state.ts'
import { invalid, StripeFailure } from './stripe-error.ts'
import type { Validate } from './validator.ts'

interface ServerParts extends Omit<ControlParts, 'setRefundMode'> {
  /** Accepts only this key; any key when null. */
  secretKey: string | null
  /** Milliseconds that every API response takes. */
  latencyMs: number
  validate: Validate | null
  /** Host names that are accepted besides loopback. */
  hosts: readonly string[]
}

const keyOf = (authorization: string | undefined): string | null => {
  const [, scheme, credentials] = /^(Bearer|Basic) (\S+)$/.exec(authorization ?? '') ?? []
  if (credentials === undefined) return null
  return scheme === 'Bearer' ? credentials : (Buffer.from(credentials, 'base64').toString().split(':')[0] ?? null)
}

const assertKey = (request: FastifyRequest, secretKey: string | null): void => {
  const given = keyOf(request.headers.authorization)
  if (!given)
    throw new StripeFailure(
      401,
      'invalid_request_error',
      'You did not provide an API key. You need to provide your API key in the Authorization header.',
    )
  if (secretKey !== null && given !== secretKey)
    throw new StripeFailure(401, 'invalid_request_error', `Invalid API Key provided: ${given.slice(0, 7)}****`)
}

const assertVersion = (request: FastifyRequest): void => {
  const version = request.headers['stripe-version']
  if (version !== undefined && !/^\d{4}-\d{2}-\d{2}(\.\w+)?$/.test(String(version)))
    throw invalid(`Invalid Stripe API version: ${String(version)}`)
}

const useErrors = (app: FastifyInstance): void => {
  app.setErrorHandler((error, _, reply) => {
    if (error instanceof StripeFailure) return reply.code(error.status).send(error.body)
    const status =
      error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
    return reply.code(status).send({
      error: {
        type: status < 500 ? 'invalid_request_error' : 'api_error',
        message: error instanceof Error ? error.message : 'unknown',
      },
    })
  })
  app.setNotFoundHandler((request, reply) => {
    const message = `Unrecognized request URL (${request.method}: ${request.url.split('?')[0]}).`
    return reply.code(404).send({ error: { type: 'invalid_request_error', message } })
  })
}

/** Builds the server; it does not listen yet. */
export const createServer = (parts: ServerParts): FastifyInstance => {
  const app = Fastify({ bodyLimit: 1024 * 1024, forceCloseConnections: true })
  refuseForeignHosts(app, parts.hosts)
  let refundMode: RefundMode = 'succeed'
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) => done(null, body))
  app.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/v1/')) return
    // Stripe's clock: a shop with a wrong clock can read the time from the response.
    void reply.headers({
      date: new Date(parts.context.now() * 1000).toUTCString(),
      'request-id': newId('req'),
      'stripe-version': String(request.headers['stripe-version'] ?? apiVersion),
    })
    assertKey(request, parts.secretKey)
    assertVersion(request)
  })
  useErrors(app)
  mountApi(app, {
    context: parts.context,
    refundMode: () => refundMode,
    beforeRequest: async (request) => {
      if (parts.latencyMs > 0) await delay(parts.latencyMs)
      await parts.validate?.(request)
    },
  })
  mountPages(app, parts.context)
  const setRefundMode = (mode: RefundMode) => {
    refundMode = mode
  }
  mountControl(app, { ...parts, setRefundMode })
  return app
}
