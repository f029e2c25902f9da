// One service under test: its real face, own schema, memory bus, movable clock, and fakes on the wire for the rest.
import { randomBytes } from 'node:crypto'
import type { DataOf, EventContract } from '@cartwright/contracts'
import { type Database, raw } from '@cartwright/db'
import { memoryTransport, newTrace, type Transport, type WireRecord } from '@cartwright/messaging'
import {
  type Environment,
  idle,
  type Principal,
  type RunningService,
  type Service,
  type ServiceName,
} from '@cartwright/service-kit'
import { type MovableClock, movableClock } from './clock.ts'
import { type TestClient, testClient } from './http.ts'
import { testSchema } from './schema.ts'
import { tokenMaker } from './tokens.ts'
import { type FakeRoutes, fakeUpstream } from './upstream.ts'

export interface UnderTestOptions {
  env?: Environment
  upstreams?: Partial<Record<Exclude<ServiceName, 'gateway'>, FakeRoutes>>
  clock?: MovableClock
  /** Where log lines go instead of standard output. */
  logFile?: string
}

export interface UnderTest extends AsyncDisposable {
  running: RunningService
  url: string
  clock: MovableClock
  transport: Transport
  anonymous: TestClient
  as(principal: Principal): TestClient
  /** An access token, for headers that a test builds itself. */
  token(principal: Principal): Promise<string>
  /** Delivers an event as if another service had published it; resolves when everything it caused is done. */
  receive<E extends EventContract>(
    event: E,
    data: DataOf<E>,
    options?: { id?: string; twice?: boolean; sequence?: number },
  ): Promise<void>
  /** Data of the events of one type that the service published so far, in order. */
  published<E extends EventContract>(event: E): Promise<DataOf<E>[]>
  // biome-ignore lint/suspicious/noExplicitAny: a test looks behind the face at whatever columns it asks for.
  sql(text: string): Promise<any[]>
  idle(): Promise<void>
  stop(): Promise<void>
}

const urlVariable = {
  identity: 'IDENTITY_URL',
  catalog: 'CATALOG_URL',
  cart: 'CART_URL',
  order: 'ORDER_URL',
  payment: 'PAYMENT_URL',
  notification: 'NOTIFICATION_URL',
} as const
const databaseVariable = {
  identity: 'IDENTITY_DATABASE_URL',
  catalog: 'CATALOG_DATABASE_URL',
  cart: 'CART_DATABASE_URL',
  order: 'ORDER_DATABASE_URL',
  payment: 'PAYMENT_DATABASE_URL',
  notification: 'NOTIFICATION_DATABASE_URL',
} as const

const recordFor = (event: EventContract, data: unknown, options: { id?: string; sequence?: number }, at: Date): WireRecord => {
  const key = String((data as Record<string, unknown>)[event.key])
  const trace = newTrace()
  return {
    topic: event.topic,
    key,
    value: JSON.stringify(data),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: options.id ?? `evt_${randomBytes(12).toString('hex')}`,
      ce_type: event.name,
      ce_source: `/cartwright/${event.publisher}`,
      ce_subject: key,
      ce_time: at.toISOString(),
      ce_sequence: String(options.sequence ?? 1),
      ce_correlationid: trace.correlationId,
      traceparent: trace.traceparent,
    },
  }
}

/** Starts `service` for a test. Set its further required variables in `env`. */
export const startUnderTest = async (service: Service, options: UnderTestOptions = {}): Promise<UnderTest> => {
  const clock = options.clock ?? movableClock()
  // A restart on the same schema has events to send before its groups are there.
  const transport = memoryTransport({ groups: service.groups })
  const tokens = await tokenMaker()
  const schema = service.name === 'gateway' ? null : testSchema(service.name)
  const fakes = await Promise.all(
    Object.entries(options.upstreams ?? {}).map(async ([name, routes]) => ({
      name: name as keyof typeof urlVariable,
      fake: await fakeUpstream(routes),
    })),
  )
  const env: Environment = {
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
    INTERNAL_AUTH_SECRET: 'development-internal-secret-for-tests',
    AUTH_JWKS: tokens.jwks,
    ...(schema && service.name !== 'gateway' ? { [databaseVariable[service.name]]: schema.url } : {}),
    ...Object.fromEntries(fakes.map(({ name, fake }) => [urlVariable[name], fake.url])),
    ...options.env,
  }
  const running = await service.start({
    env,
    transport,
    clock,
    alone: true,
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  })
  const rest = () => idle([running], transport)
  const token = (principal: Principal) => tokens.token(principal, clock.now())
  const database = (): Database => {
    if (running.db === null) throw new Error(`${service.name} has no schema`)
    return running.db
  }
  let stopped = false
  const stop = async () => {
    if (stopped) return
    stopped = true
    await running.stop()
    await transport.close()
    await Promise.all(fakes.map(({ fake }) => fake.stop()))
    await schema?.drop()
  }
  return {
    running,
    url: running.url,
    clock,
    transport,
    anonymous: testClient(running.url, async () => null),
    as: (principal) => testClient(running.url, () => token(principal)),
    token,
    receive: async (event, data, receiveOptions = {}) => {
      const record = recordFor(event, data, receiveOptions, clock.now())
      await transport.send(receiveOptions.twice ? [record, record] : [record], () => undefined)
      await rest()
    },
    published: async (event) => {
      const rows = await database().rows<{
        payload: string
      }>`SELECT payload FROM outbox_event WHERE event_type = ${event.name} ORDER BY id`
      return rows.map((row) => JSON.parse(row.payload))
    },
    sql: (text) => database().rows`${raw(text)}`,
    idle: rest,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
