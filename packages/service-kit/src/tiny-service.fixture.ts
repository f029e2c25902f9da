// The smallest service that has everything the kit does: routes of every kind, a schema, a consumer, ways to fail.
import { fileURLToPath } from 'node:url'
import {
  AppError,
  Closed,
  Email,
  type Endpoint,
  type ErrorCode,
  endpoint,
  Nullable,
  publisher,
  Text,
} from '@cartwright/contracts'
import { type Handler, type Invariant, on, publish } from '@cartwright/messaging'
import { Type } from 'typebox'
import { integer, text } from './config.ts'
import { answer, route } from './route.ts'
import { type BaseDeps, defineService } from './service.ts'

export const config = {
  port: integer('ORDER_PORT', 'Port to listen on; 0 picks a free one', 0),
  metricsPort: integer('ORDER_METRICS_PORT', 'Port of the metrics', 0),
  databaseUrl: text('ORDER_DATABASE_URL', 'The schema'),
  colour: text('ORDER_COLOUR', 'Needed by nothing'),
  size: integer('ORDER_SIZE', 'A whole number', 1),
}
type Deps = BaseDeps<typeof config> & { steps: string[]; gate: () => Promise<void> }

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
    response: { 200: Thing },
    errors,
  }),
  admin: endpoint({
    operationId: 'adminThings',
    method: 'GET',
    path: '/v1/admin/things',
    auth: 'admin',
    summary: 'All',
    response: { 200: Thing },
    errors,
  }),
  internal: endpoint({
    operationId: 'internalThings',
    method: 'GET',
    path: '/internal/things',
    auth: 'internal',
    summary: 'Inside',
    response: { 200: Type.Object({ on: Type.Union([Type.String(), Type.Null()]) }) },
    errors,
  }),
} satisfies Record<string, Endpoint>

/** Errors by name, as they come from far below. */
const failures: Record<string, () => unknown> = {
  expected: () => new AppError('cart_empty', undefined, { problems: ['x'] }),
  busy: () => new AppError('too_many_attempts', undefined, {}, 17.2),
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
const onMade: Handler<{ thingId: string; name: string }, Deps> = async (tx, { data }, { steps }) => {
  if (data.name === 'poison') throw new AppError('conflict', 'a poisonous thing')
  if (data.name === 'killer') process.kill(process.pid, 'SIGKILL')
  await tx.run`UPDATE thing SET heard = heard + 1 WHERE id = ${data.thingId}`
  tx.afterCommit(() => steps.push(`heard ${data.name}`))
}

export const makeTiny = (own: { steps?: string[]; gate?: () => Promise<void>; invariants?: readonly Invariant<Deps>[] } = {}) =>
  defineService({
    name: 'order',
    prefix: 'ORDER_',
    config,
    migrations: fileURLToPath(new URL('./tiny-service.fixture/migrations', import.meta.url)),
    deps: async () => ({ steps: own.steps ?? [], gate: own.gate ?? (async () => undefined) }),
    parksBehindDeadLetters: true,
    routes: [
      route(tinyApi.get, async (req, { db }: Deps) => {
        const row = await db.one<{
          id: string
          name: string
          owner: string
        }>`SELECT id, name, owner FROM thing WHERE id = ${req.params.thingId}`
        if (row === null) throw new AppError('not_found')
        return row
      }),
      route(tinyApi.list, async (req) => ({ limit: req.query.limit ?? 20 })),
      route(tinyApi.make, async (req, { newId, gate }: Deps) => {
        const thing = { id: newId('thg'), name: req.body.name }
        return req.once(async (tx) => {
          if (req.body.name === 'refused') return answer(409, thing)
          await tx.run`INSERT INTO thing (id, name, owner) VALUES (${thing.id}, ${thing.name}, ${req.principal.id})`
          await publish(tx, thingMade, { thingId: thing.id, name: thing.name })
          await gate()
          if (req.body.name === 'broken') throw new TypeError('broken')
          return thing
        })
      }),
      route(tinyApi.drop, async (req, { db }: Deps) => {
        const { affectedRows } = await db.run`DELETE FROM thing WHERE id = ${req.params.thingId} AND owner = ${req.principal.id}`
        if (affectedRows === 0) throw new AppError('not_found')
        return null
      }),
      route(tinyApi.echo, async ({ params, query, body }) => ({
        seen: [params.email, query.email ?? '', body.email ?? '', ...(body.others ?? [])],
      })),
      route(tinyApi.words, async ({ query }) => query),
      route(tinyApi.options, async ({ body }) => ({ members: Object.keys(body ?? {}).length })),
      route(tinyApi.fail, async (req) => {
        throw failures[req.params.kind]?.()
      }),
      route(tinyApi.admin, async () => ({ id: 'thg_1', name: 'all' })),
      route(tinyApi.internal, async (req) => ({ on: req.principal?.id ?? null })),
    ],
    consumers: [on(thingMade, onMade)],
    invariants: own.invariants ?? [],
    close: async ({ steps }: Deps) => void steps.push('closed'),
  })
