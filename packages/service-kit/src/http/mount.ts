// Mounts a route on Fastify: validation, authorization, idempotency and serialization come from the contract.
import { AppError, type Endpoint, isPersonal } from '@cartwright/contracts'
import type { Database } from '@cartwright/db'
import { runInTrace } from '@cartwright/telemetry'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { IsOptional } from 'typebox'
import type { CrashingTransactions } from '../lifecycle/crashing-transactions.ts'
import type { AdmissionQueue } from './admission-queue.ts'
import { type AuthContext, authorize } from './authorize.ts'
import { clientAddressOf } from './client-address.ts'
import { findReplay, type KeyedRequest, once, readKey, requestHash } from './idempotency.ts'
import { runForOperator } from './operator-address.ts'
import { isReply, type Reply, reply } from './reply.ts'
import type { AnyRouteContext, Route } from './route.ts'

interface MountContext extends AuthContext {
  /** Null for a service without a schema. */
  db: Database | null
  /** For fault tests: gets the operation that is being answered. */
  during?: CrashingTransactions['during']
}

const keyedRequest = (endpoint: Endpoint, request: FastifyRequest): KeyedRequest => ({
  scope: `${request.principal?.id ?? 'anonymous'}:${endpoint.operationId}`,
  key: readKey(request.headers['idempotency-key']),
  hash: requestHash(request.url.split('?')[0] ?? '', request.body),
})

const toReply = (value: unknown, status: number): Reply => (isReply(value) ? value : reply(status, value))

const send = (fastifyReply: FastifyReply, { status, body, headers }: Reply): FastifyReply => {
  void fastifyReply.code(status).headers(headers)
  return body === null || body === undefined ? fastifyReply.send() : fastifyReply.send(body)
}

const databaseOf = ({ db }: MountContext, { operationId }: Endpoint): Database => {
  if (db === null) throw new Error(`${operationId} is idempotent, but its service has no schema to keep keys in`)
  return db
}

const notIdempotent = async (): Promise<never> => {
  throw new Error('the contract of this endpoint is not idempotent: open the transaction with deps.db.tx')
}

type Answer = (context: Omit<AnyRouteContext<never>, 'deps' | 'idempotentTx'>) => Promise<FastifyReply>

const answerPlain = <Deps>({ endpoint, handle }: Route<Deps>, deps: Deps): Answer => {
  return async ({ request, fastifyReply }) => {
    const value = await handle({ request, fastifyReply, deps, idempotentTx: notIdempotent })
    return fastifyReply.sent ? fastifyReply : send(fastifyReply, toReply(value, endpoint.success))
  }
}

const answerIdempotent = <Deps>({ endpoint, handle }: Route<Deps>, deps: Deps, db: Database): Answer => {
  return async ({ request, fastifyReply }) => {
    const keyed = keyedRequest(endpoint, request)
    const stored = await findReplay(db, keyed)
    if (stored) return send(fastifyReply, stored)
    const idempotentTx: AnyRouteContext<Deps>['idempotentTx'] = (work) =>
      once(db, keyed, async (tx) => toReply(await work(tx), endpoint.success))
    const value = await handle({ request, fastifyReply, deps, idempotentTx }).catch(async (error: unknown) => {
      // While this request was deciding, the first request with its key may have committed: then its reply holds.
      const known = error instanceof AppError ? await findReplay(db, keyed) : null
      if (known === null) throw error
      return known
    })
    return fastifyReply.sent ? fastifyReply : send(fastifyReply, toReply(value, endpoint.success))
  }
}

const responseSchemas = (endpoint: Endpoint): Record<string, unknown> =>
  endpoint.produces === undefined || endpoint.produces === 'application/json' ? { ...endpoint.response } : {}

/** Whether the contract lets callers leave the body out: TypeBox marks such a schema. */
const hasOptionalBody = ({ body }: Endpoint): boolean => body !== undefined && IsOptional(body)

/** Replaces a missing body by an empty object, so that the contract's schema and the handler see an object either way. */
const fillBody = async (request: FastifyRequest): Promise<void> => {
  if (request.body === undefined) request.body = {}
}

/** Answers when the request is admitted. A request whose client has left meanwhile is dropped. */
const whenAdmitted =
  (queue: AdmissionQueue, answer: Answer): Answer =>
  (context) =>
    queue.run(() => {
      if (context.fastifyReply.raw.destroyed)
        throw new AppError('conflict', { detail: 'the client closed the connection before the request was admitted' })
      return answer(context)
    })

const answerOf = <Deps>(declared: Route<Deps>, deps: Deps, context: MountContext): Answer => {
  const { endpoint } = declared
  const answer = endpoint.idempotent
    ? answerIdempotent(declared, deps, databaseOf(context, endpoint))
    : answerPlain(declared, deps)
  const queue = declared.admission?.(deps)
  const admitted = queue ? whenAdmitted(queue, answer) : answer
  const { during } = context
  return during ? (request) => during('request', endpoint.operationId, () => admitted(request)) : admitted
}

/** Mounts a route. */
export const mount = <Deps>(app: FastifyInstance, declared: Route<Deps>, deps: Deps, context: MountContext): void => {
  const { endpoint } = declared
  const answer = answerOf(declared, deps, context)
  app.route({
    method: endpoint.method,
    url: endpoint.path,
    config: { operationId: endpoint.operationId, rawBody: endpoint.rawBody === true },
    schema: {
      ...(endpoint.params ? { params: endpoint.params } : {}),
      ...(endpoint.query ? { querystring: endpoint.query } : {}),
      ...(endpoint.body ? { body: endpoint.body } : {}),
      response: responseSchemas(endpoint),
    },
    ...(hasOptionalBody(endpoint) ? { preValidation: fillBody } : {}),
    onRequest: async (request, fastifyReply) => {
      if (isPersonal(endpoint)) void fastifyReply.header('cache-control', 'no-store')
      request.principal = await runInTrace(request.trace, () => authorize(endpoint, request, context))
    },
    handler: (request, fastifyReply) =>
      runInTrace(request.trace, () =>
        endpoint.auth === 'admin'
          ? runForOperator(clientAddressOf(request), () => answer({ request, fastifyReply }))
          : answer({ request, fastifyReply }),
      ),
  })
}
