// The smallest service that has everything the kit does: routes of every kind, a schema, a consumer, ways to fail.
import { fileURLToPath } from 'node:url'
import {
  AppError,
  Closed,
  type DataOf,
  Email,
  type Endpoint,
  type ErrorCode,
  endpoint,
  Nullable,
  publisher,
  Text,
} from '@cartwright/contracts'
import { type Handler, type Invariant, publish } from '@cartwright/messaging'
import { Type } from 'typebox'
import { forService } from '../for-service.ts'
import { reply } from '../http/reply.ts'
import { integer, text } from '../variables.ts'
import type { BaseDeps } from './definition.ts'
import { defineService } from './service.ts'

export const config = {
  port: integer('ORDER_PORT', 'Port to listen on; 0 picks a free one', 0),
  metricsPort: integer('ORDER_METRICS_PORT', 'Port of the metrics', 0),
  databaseUrl: text('ORDER_DATABASE_URL', 'The schema'),
  poolSize: integer('ORDER_POOL_SIZE', 'Database connections at most', 10),
  colour: text('ORDER_COLOUR', 'Needed by nothing'),
  size: integer('ORDER_SIZE', 'A whole number', 1),
}
type Deps = BaseDeps<typeof config> & { steps: string[]; gate: () => Promise<void> }
const { route, on } = forService<Deps>()

export const thingMade = publisher('order', 'order.events')(
  'test.thing-made',
  1,
  { aggregate: 'thing', key: 'thingId' },
  Type.Object({ thingId: Type.String(), name: Type.String() }),
)

const Thing = Type.Object({ id: Type.String(), name: Type.String() })
const Name = Closed({
  name: Text(60),
  count: Type.Optional(Type.Integer({ minimum: 1 })),
  tags: Type.Optional(Type.Array(Type.String())),
})
const errors: readonly ErrorCode[] = []

export const tinyApi = {
  get: endpoint({
    operationId: 'getThing',
    method: 'GET',
    path: '/v1/things/:thingId',
    auth: 'public',
    summary: 'One',
    params: Type.Object({ thingId: Type.String() }),
    success: 200,
    response: { 200: Thing },
    errors,
  }),
  list: endpoint({
    operationId: 'listThings',
    method: 'GET',
    path: '/v1/things',
    auth: 'public',
    summary: 'Some',
    query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })) }),
    success: 200,
    response: { 200: Type.Object({ limit: Type.Integer() }) },
    errors,
  }),
  make: endpoint({
    operationId: 'makeThing',
    method: 'POST',
    path: '/v1/things',
    auth: 'shopper',
    idempotent: true,
    summary: 'Make one',
    body: Name,
    success: 201,
    response: { 201: Thing },
    errors,
  }),
  drop: endpoint({
    operationId: 'dropThing',
    method: 'DELETE',
    path: '/v1/things/:thingId',
    auth: 'customer',
    summary: 'Drop one',
    params: Type.Object({ thingId: Type.String() }),
    success: 204,
    response: { 204: Type.Null() },
    errors,
  }),
  /** Answers what the handler saw of the addresses that were typed. */
  echo: endpoint({
    operationId: 'echoAddresses',
    method: 'POST',
    path: '/v1/addresses/:email',
    auth: 'public',
    summary: 'Spell',
    params: Closed({ email: Email }),
    query: Closed({ email: Type.Optional(Email) }),
    body: Closed({ email: Nullable(Email), others: Type.Optional(Type.Array(Email)) }),
    success: 200,
    response: { 200: Type.Object({ seen: Type.Array(Type.String()) }) },
    errors,
  }),
  words: endpoint({
    operationId: 'readWords',
    method: 'GET',
    path: '/v1/words',
    auth: 'public',
    summary: 'Read back',
    query: Closed({
      q: Type.Optional(Type.String()),
      limit: Type.Optional(Type.Integer({ minimum: -100, maximum: 100 })),
      open: Type.Optional(Type.Boolean()),
      names: Type.Optional(Type.Array(Type.String({ maxLength: 10 }), { maxItems: 3 })),
    }),
    success: 200,
    response: {
      200: Type.Object({
        q: Type.Optional(Type.String()),
        limit: Type.Optional(Type.Integer()),
        open: Type.Optional(Type.Boolean()),
        names: Type.Optional(Type.Array(Type.String())),
      }),
    },
    errors,
  }),
  options: endpoint({
    operationId: 'takeOptions',
    method: 'POST',
    path: '/v1/options',
    auth: 'public',
    summary: 'Take options, or none',
    body: Type.Optional(
      Closed({
        name: Type.Optional(Type.String({ maxLength: 10 })),
        lines: Type.Optional(Type.Array(Closed({ sku: Text(10), quantity: Type.Integer({ minimum: 1 }) }), { maxItems: 50 })),
        names: Type.Optional(
          Type.Record(Type.String({ pattern: '^[a-z]{1,10}$' }), Type.String(), { additionalProperties: false }),
        ),
      }),
    ),
    success: 200,
    response: { 200: Type.Object({ members: Type.Integer() }) },
    errors,
  }),
  fail: endpoint({
    operationId: 'fail',
    method: 'GET',
    path: '/v1/failures/:kind',
    auth: 'public',
    summary: 'Fail',
    params: Type.Object({ kind: Type.String() }),
    success: 200,
    response: { 200: Thing },
    errors,
  }),
  admin: endpoint({
    operationId: 'adminThings',
    method: 'GET',
    path: '/v1/admin/things',
    auth: 'admin',
    summary: 'All',
    success: 200,
    response: { 200: Thing },
    errors,
  }),
  internal: endpoint({
    operationId: 'internalThings',
    method: 'GET',
    path: '/internal/things',
    auth: 'internal',
    summary: 'Inside',
    success: 200,
    response: { 200: Type.Object({ on: Type.Union([Type.String(), Type.Null()]) }) },
    errors,
  }),
} satisfies Record<string, Endpoint>

/** Errors by name, as they come from far below. */
const failures: Record<string, () => unknown> = {
  expected: () => new AppError('cart_limit', { extra: { limit: 3 } }),
  busy: () => new AppError('too_many_attempts', { retryAfterSec: 17.2 }),
  defect: () => new TypeError('secret detail of the code'),
  engine: () => Object.assign(new Error('pool'), { errno: 45028 }),
  prisma: () =>
    Object.assign(new Error('Invalid invocation'), {
      code: 'P2039',
      meta: { driverAdapterError: { cause: { originalCode: '45028' } } },
    }),
  prismaUnique: () =>
    Object.assign(new Error('Unique'), { code: 'P2002', meta: { driverAdapterError: { cause: { originalCode: '1062' } } } }),
  text: () => 'not even an error',
}

/** Consumes its own event: what arrives is written down in `steps`. */
const onMade: Handler<DataOf<typeof thingMade>, Deps> = async ({ tx, message: { data }, deps: { steps } }) => {
  if (data.name === 'poison') throw new AppError('conflict', { detail: 'a poisonous thing' })
  if (data.name === 'killer') process.kill(process.pid, 'SIGKILL')
  await tx.run`UPDATE thing SET heard = heard + 1 WHERE id = ${data.thingId}`
  tx.afterCommit(() => steps.push(`heard ${data.name}`))
}

export const tinyMigrations = fileURLToPath(new URL('../tiny-service.fixture/migrations', import.meta.url))

interface TinyOptions {
  steps?: string[]
  gate?: () => Promise<void>
  invariants?: readonly Invariant<Deps>[]
  /** Folder of the migrations, when it is not `tinyMigrations`. */
  migrations?: string
}

export const makeTiny = (own: TinyOptions = {}) =>
  defineService({
    name: 'order',
    config,
    migrations: own.migrations ?? tinyMigrations,
    deps: async () => ({ steps: own.steps ?? [], gate: own.gate ?? (async () => undefined) }),
    blockAggregateOnDeadLetter: true,
    routes: [
      route(tinyApi.get, async ({ request, deps: { db } }) => {
        const row = await db.one<{
          id: string
          name: string
          owner: string
        }>`SELECT id, name, owner FROM thing WHERE id = ${request.params.thingId}`
        if (row === null) throw new AppError('not_found')
        return row
      }),
      route(tinyApi.list, async ({ request }) => ({ limit: request.query.limit ?? 20 })),
      route(tinyApi.make, async ({ request, deps: { newId, gate }, idempotentTx }) => {
        const thing = { id: newId('thg'), name: request.body.name }
        return idempotentTx(async (tx) => {
          if (request.body.name === 'refused') return reply(409, thing)
          await tx.run`INSERT INTO thing (id, name, owner) VALUES (${thing.id}, ${thing.name}, ${request.principal.id})`
          await publish(tx, thingMade, { thingId: thing.id, name: thing.name })
          await gate()
          if (request.body.name === 'broken') throw new TypeError('broken')
          return thing
        })
      }),
      route(tinyApi.drop, async ({ request, deps: { db } }) => {
        const { affectedRows } =
          await db.run`DELETE FROM thing WHERE id = ${request.params.thingId} AND owner = ${request.principal.id}`
        if (affectedRows === 0) throw new AppError('not_found')
        return null
      }),
      route(tinyApi.echo, async ({ request: { params, query, body } }) => ({
        seen: [params.email, query.email ?? '', body.email ?? '', ...(body.others ?? [])],
      })),
      route(tinyApi.words, async ({ request: { query } }) => query),
      route(tinyApi.options, async ({ request: { body } }) => ({ members: Object.keys(body ?? {}).length })),
      route(tinyApi.fail, async ({ request }) => {
        throw failures[request.params.kind]?.()
      }),
      route(tinyApi.admin, async () => ({ id: 'thg_1', name: 'all' })),
      route(tinyApi.internal, async ({ request }) => ({ on: request.principal?.id ?? null })),
    ],
    consumers: [on(thingMade, onMade)],
    invariants: own.invariants ?? [],
    close: async ({ steps }: Deps) => void steps.push('closed'),
  })
