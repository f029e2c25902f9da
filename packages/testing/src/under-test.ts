// One service under test, through its public API: its own schema, the memory transport, a movable clock, and fakes for other services.

import { randomBytes } from 'node:crypto'
import { type DataOf, type EventContract, services, type UpstreamName } from '@cartwright/contracts'
import { type Database, raw } from '@cartwright/db'
import { memoryTransport, type Transport, type WireRecord } from '@cartwright/messaging'
import {
  type Environment,
  internalAuth,
  type Principal,
  type RunningService,
  type Service,
  waitUntilIdle,
} from '@cartwright/service-kit'
import { newTrace } from '@cartwright/telemetry'
import { type MovableClock, movableClock } from './clock.ts'
import { type TestClient, testClient } from './http.ts'
import { testSchema } from './schema.ts'
import { tokenMaker } from './tokens.ts'
import { type FakeRoutes, type FakeUpstream, fakeUpstream } from './upstream.ts'

const internalSecret = 'development-internal-secret-for-tests'

export interface UnderTestOptions {
  env?: Environment
  upstreams?: Partial<Record<UpstreamName, FakeRoutes>>
  clock?: MovableClock
  /** File for log lines; standard output when left out. */
  logFile?: string
}

export interface UnderTest extends AsyncDisposable {
  running: RunningService
  url: string
  clock: MovableClock
  transport: Transport
  anonymous: TestClient
  as(principal: Principal): TestClient
  /** Calls as another service does, for a principal or for itself. */
  internal(onBehalfOf?: Principal): TestClient
  /** An access token, for headers that a test builds itself. */
  token(principal: Principal): Promise<string>
  /** Delivers an event as if another service had published it; resolves when the service is idle again. */
  receive<E extends EventContract>(
    event: E,
    data: DataOf<E>,
    options?: { id?: string; twice?: boolean; sequence?: number },
  ): Promise<void>
  /** Data of the events of one type that the service published so far, in order. */
  published<E extends EventContract>(event: E): Promise<DataOf<E>[]>
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any column that it names.
  sql(text: string): Promise<any[]>
  idle(): Promise<void>
  /** Starts another instance of the service on the same schema and clock. It receives no events. It stops before the first one. */
  replica(): Promise<RunningService>
  stop(): Promise<void>
}

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

interface Fake {
  name: UpstreamName
  fake: FakeUpstream
}

const startFakes = (upstreams: UnderTestOptions['upstreams'] = {}): Promise<Fake[]> =>
  Promise.all(
    Object.entries(upstreams).map(async ([name, routes]) => ({ name: name as UpstreamName, fake: await fakeUpstream(routes) })),
  )

interface TestRuntime {
  jwks: string
  clock: MovableClock
  transport: Transport
}

/** Starts `service` on a schema of its own, with fakes in place of its upstreams. `stop` drops the schema. */
const startService = async (service: Service, options: UnderTestOptions, { jwks, clock, transport }: TestRuntime) => {
  const { databaseUrl, ports } = services[service.name]
  const schema = databaseUrl === null ? null : testSchema(service.name)
  const fakes = await startFakes(options.upstreams)
  const env: Environment = {
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
    INTERNAL_AUTH_SECRET: internalSecret,
    AUTH_JWKS: jwks,
    METRICS_CACHE_SEC: '0',
    [ports.http]: '0',
    [ports.metrics]: '0',
    ...(schema === null || databaseUrl === null ? {} : { [databaseUrl]: schema.url }),
    ...Object.fromEntries(fakes.map(({ name, fake }) => [services[name].url, fake.url])),
    ...options.env,
  }
  const logFile = options.logFile === undefined ? {} : { logFile: options.logFile }
  const running = await service.start({ env, transport, clock, singleInstance: true, ...logFile })
  const replicas: RunningService[] = []
  const replica = async () => {
    // The memory transport takes one subscription of a group, so this replica hears of the first one's commits through the database only.
    const own = memoryTransport({ groups: service.groups })
    const another = await service.start({ env, transport: own, clock, ...logFile })
    replicas.push(another)
    return another
  }
  let stopped = false
  const stop = async () => {
    if (stopped) return
    stopped = true
    await Promise.all(replicas.map((each) => each.stop()))
    await running.stop()
    await transport.close()
    await Promise.all(fakes.map(({ fake }) => fake.stop()))
    await schema?.drop()
  }
  return { running, replica, stop }
}

/** Starts `service` for a test. Set its further required variables in `env`. */
export const startUnderTest = async (service: Service, options: UnderTestOptions = {}): Promise<UnderTest> => {
  const clock = options.clock ?? movableClock()
  // A service that restarts on the same schema publishes events before its consumer groups have subscribed.
  const transport = memoryTransport({ groups: service.groups })
  const tokens = await tokenMaker()
  const internal = internalAuth(internalSecret, 'test', clock)
  const { running, replica, stop } = await startService(service, options, { jwks: tokens.jwks, clock, transport })
  const idle = () => waitUntilIdle([running], transport)
  const token = (principal: Principal) => tokens.token(principal, clock.now())
  const database = (): Database => {
    if (running.db === null) throw new Error(`${service.name} has no schema`)
    return running.db
  }
  return {
    running,
    url: running.url,
    clock,
    transport,
    anonymous: testClient(running.url, async () => null),
    as: (principal) => testClient(running.url, () => token(principal)),
    internal: (onBehalfOf) => testClient(running.url, () => internal.sign(service.name, onBehalfOf)),
    token,
    receive: async (event, data, receiveOptions = {}) => {
      const record = recordFor(event, data, receiveOptions, clock.now())
      await transport.send(receiveOptions.twice ? [record, record] : [record], () => undefined)
      await idle()
    },
    published: async (event) => {
      const rows = await database().rows<{
        payload: string
      }>`SELECT payload FROM outbox_event WHERE event_type = ${event.name} ORDER BY id`
      return rows.map((row) => JSON.parse(row.payload))
    },
    sql: (text) => database().rows`${raw(text)}`,
    idle,
    replica,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
