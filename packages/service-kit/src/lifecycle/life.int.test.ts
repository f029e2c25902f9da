// The life of a service: ports, probes, metrics, engines that go away and come back, and a stop that loses neither data nor requests.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryTransport, publish, type Transport } from '@cartwright/messaging'
import { eventually, proxyOf, startUnderTest, testSchema, tokenMaker, type UnderTest } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeTiny, thingMade, tinyMigrations } from './tiny-service.fixture.ts'

const customer = { id: 'usr_1', role: 'customer', email: 'a@example.com' } as const
let steps: string[]
let gate: () => Promise<void>
const running: UnderTest[] = []

const start = async (env: Record<string, string> = {}): Promise<UnderTest> => {
  const tiny = await startUnderTest(makeTiny({ steps, gate: () => gate() }), { env: { ORDER_COLOUR: 'red', ...env } })
  running.push(tiny)
  return tiny
}
beforeEach(() => {
  steps = []
  gate = async () => undefined
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((tiny) => tiny.stop()))
})
const make = (tiny: UnderTest, name: string) => tiny.as(customer).post('/v1/things', { name })

test('an event goes from a request through outbox, relay and inbox to its consumer', async () => {
  const tiny = await start()
  await make(tiny, 'a cup')
  await tiny.idle()
  expect(steps).toEqual(['heard a cup'])
})

test('a start without required variables fails and names every one', async () => {
  const service = makeTiny()
  await expect(service.start({ env: {}, transport: memoryTransport() })).rejects.toThrow(
    /INTERNAL_AUTH_SECRET is missing.*\n.*ORDER_DATABASE_URL is missing.*\n.*ORDER_COLOUR is missing/,
  )
})

test('a taken port fails the start with one line, and closes what was opened', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as AddressInfo
  const schema = testSchema('taken')
  const env = { ORDER_COLOUR: 'red', ORDER_DATABASE_URL: schema.url, INTERNAL_AUTH_SECRET: 'x', LOG_LEVEL: 'silent' }
  await expect(
    makeTiny({ steps }).start({ env: { ...env, ORDER_PORT: String(port) }, transport: memoryTransport() }),
  ).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`)
  await expect(
    makeTiny({ steps }).start({ env: { ...env, ORDER_METRICS_PORT: String(port) }, transport: memoryTransport() }),
  ).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`)
  expect(steps).toEqual(['closed', 'closed'])
  taken.close()
  await schema.drop()
})

test('a service that may not migrate waits, and starts when another process has applied the migrations', async () => {
  const service = makeTiny({ steps })
  const schema = testSchema('waiting')
  const logFile = join(tmpdir(), `cartwright-waiting-${process.pid}.log`)
  const env = {
    ORDER_COLOUR: 'red',
    ORDER_DATABASE_URL: schema.url,
    INTERNAL_AUTH_SECRET: 'x',
    LOG_LEVEL: 'warn',
    MIGRATE_AT_START: 'false',
  }
  let isStarted = false
  const started = service.start({ env, transport: memoryTransport(), logFile }).finally(() => {
    isStarted = true
  })
  const lines = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n').filter(Boolean) : [])
  await eventually('it waits', () => lines().length > 0)
  expect(isStarted).toBe(false)
  expect(lines()).toEqual([
    expect.stringMatching(/"migrations: \d+ are missing, the first is 0001_messaging; .* run the job migrate"/),
  ])
  await service.migrate(schema.url)
  const tiny = await started
  expect((await fetch(`${tiny.url}/readyz`)).status).toBe(200)
  await tiny.stop()
  await schema.drop()
  rmSync(logFile)
})

test('a migration that fails stops the rollout: the new version does not start until it is repaired, and the old one serves', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cartwright-rollout-'))
  cpSync(tinyMigrations, folder, { recursive: true })
  const writeNewest = (text: string) => {
    mkdirSync(join(folder, '20990101000000_newest'), { recursive: true })
    writeFileSync(join(folder, '20990101000000_newest', 'migration.sql'), text)
  }
  writeNewest('ALTER TABLE thing ADD COLUMN colour INT; ALTER TABLE nothing ADD COLUMN x INT;')
  const schema = testSchema('rollout')
  const old = await start({ ORDER_DATABASE_URL: schema.url })
  const next = makeTiny({ steps, migrations: folder })
  await expect(next.migrate(schema.url)).rejects.toThrow('Migration 20990101000000_newest failed: Table')
  await expect(next.migrate(schema.url)).rejects.toThrow('20990101000000_newest began and did not finish: Table')
  let isStarted = false
  const logFile = join(folder, 'next.log')
  const env = {
    ORDER_COLOUR: 'red',
    ORDER_DATABASE_URL: schema.url,
    INTERNAL_AUTH_SECRET: 'x',
    LOG_LEVEL: 'warn',
    MIGRATE_AT_START: 'false',
  }
  const starting = next.start({ env, transport: memoryTransport(), logFile }).finally(() => {
    isStarted = true
  })
  await eventually('it waits', () => existsSync(logFile) && readFileSync(logFile, 'utf8').includes('until they are applied'))
  expect((await make(old, 'still made')).status).toBe(201)
  await old.idle()
  expect(steps).toEqual(['heard still made'])
  expect(isStarted).toBe(false)
  // The operator repairs the schema and runs the job again.
  await old.sql('ALTER TABLE thing DROP COLUMN colour')
  await old.sql("DELETE FROM _prisma_migrations WHERE migration_name = '20990101000000_newest'")
  writeNewest('ALTER TABLE thing ADD COLUMN colour INT;')
  expect(await next.migrate(schema.url)).toEqual(['20990101000000_newest'])
  await (await starting).stop()
  await old.stop()
  await schema.drop()
  rmSync(folder, { recursive: true })
})

test('a service starts twice in one process, each with its own schema, metrics and port', async () => {
  const [one, two] = [await start(), await start()]
  await make(one, 'only here')
  expect(one.url).not.toBe(two.url)
  expect((await two.sql('SELECT COUNT(*) AS count FROM thing'))[0].count).toBe(0)
  expect(await (await fetch(two.running.metricsUrl)).text()).not.toContain('route="/v1/things"')
})

test('metrics of requests, events and the outbox are served on a separate port', async () => {
  const tiny = await start()
  await make(tiny, 'a cup')
  await tiny.idle()
  const page = await (await fetch(tiny.running.metricsUrl)).text()
  for (const line of [
    /cartwright_http_request_duration_seconds_count\{service="order",method="POST",route="\/v1\/things",status="201"\} 1/,
    /cartwright_event_handling_duration_seconds_count\{service="order",type="test.thing-made",outcome="handled"\} 1/,
    /cartwright_outbox_pending_events\{service="order"\} 0/,
    /cartwright_dead_letters_open\{service="order"\} 0/,
  ])
    expect(page).toMatch(line)
  expect((await tiny.anonymous.get('/metrics')).status).toBe(404)
})

test('without its database a service is 503 at once, alive but not ready, serves metrics, and is back within 15 s', async () => {
  const schema = testSchema('outage')
  await using proxy = await proxyOf(schema.url)
  const tiny = await start({ ORDER_DATABASE_URL: proxy.through(schema.url) })
  await make(tiny, 'before')
  await tiny.idle()
  proxy.refuse()
  const [write, read] = await Promise.all([make(tiny, 'during'), tiny.anonymous.get('/v1/things/thg_1')])
  for (const answer of [write, read]) expect(answer).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } })
  expect((await tiny.anonymous.get('/livez')).status).toBe(200)
  expect(await tiny.anonymous.get('/readyz')).toMatchObject({ status: 503, body: { reason: 'the database does not answer' } })
  expect((await fetch(tiny.running.metricsUrl)).status).toBe(200)
  proxy.resume()
  const back = performance.now()
  await eventually('it writes again', async () => (await make(tiny, 'after')).status === 201)
  expect(performance.now() - back).toBeLessThan(15_000)
  await eventually('its event arrives', () => steps.includes('heard after'))
  await tiny.stop()
  await schema.drop()
}, 60_000)

test('a consumer group joins again when the database connection breaks during the join', async () => {
  const schema = testSchema('joining')
  let cuts = 0
  await using proxy = await proxyOf(schema.url, {
    onRequest: (chunk) => {
      if (cuts > 0 || !/SELECT watched\s+FROM consumer_run/.test(String(chunk))) return
      cuts += 1
      proxy.cut()
    },
  })
  const tiny = await start({ ORDER_DATABASE_URL: proxy.through(schema.url) })
  expect(cuts).toBe(1)
  await make(tiny, 'a cup')
  await eventually('its event arrives', () => steps.includes('heard a cup'))
  await tiny.stop()
  await schema.drop()
})

test('a service without its transport starts, serves and stops; only events wait', async () => {
  const never: Transport = {
    ...memoryTransport(),
    kind: 'kafka',
    ensureTopics: () => new Promise(() => undefined),
    send: async () => Promise.reject(new Error('away')),
  }
  const schema = testSchema('away')
  const tokens = await tokenMaker()
  const service = await makeTiny({ steps }).start({
    env: {
      ORDER_COLOUR: 'red',
      ORDER_DATABASE_URL: schema.url,
      INTERNAL_AUTH_SECRET: 'x',
      AUTH_JWKS: tokens.jwks,
      LOG_LEVEL: 'silent',
    },
    transport: never,
  })
  const headers = {
    authorization: `Bearer ${await tokens.token(customer, new Date())}`,
    'content-type': 'application/json',
    'idempotency-key': 'k',
  }
  expect((await fetch(`${service.url}/v1/things`, { method: 'POST', headers, body: '{"name":"x"}' })).status).toBe(201)
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200)
  await service.stop()
  await schema.drop()
}, 40_000)

test('a stop reports not ready, serves requests in flight, then closes; a second stop waits for the first', async () => {
  const tiny = await start({ SHUTDOWN_DELAY_MS: '300' })
  const [entered, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  gate = async () => {
    entered.resolve()
    await release.promise
  }
  const slow = make(tiny, 'in time')
  await entered.promise
  const order: string[] = []
  const stopping = tiny.running.stop().then(() => order.push('stopped'))
  const again = tiny.running.stop().then(() => order.push('stopped again'))
  const probe = await tiny.anonymous.get('/readyz')
  expect(probe).toMatchObject({ status: 503, body: { reason: 'draining' } })
  expect(probe.headers.get('connection')).toBe('close')
  expect(order).toEqual([])
  release.resolve()
  const answer = await slow
  expect(answer.status).toBe(201)
  // The request began before the stop. A client that kept its connection would send the next request into the close.
  expect(answer.headers.get('connection')).toBe('close')
  await Promise.all([stopping, again])
  expect(order).toEqual(['stopped', 'stopped again'])
  expect(steps.at(-1)).toBe('closed')
  const refused = await new Promise<string>((resolve) =>
    request(`${tiny.url}/livez`)
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
      .on('response', () => resolve('answered'))
      .end(),
  )
  expect(refused).toBe('ECONNREFUSED')
})

test('a restart on the same schema continues with the events that were not handled', async () => {
  const schema = testSchema('restart')
  const env = { ORDER_DATABASE_URL: schema.url }
  const first = await start(env)
  await first.running.stop()
  const second = await start(env)
  await second.running.db?.tx((tx) => publish(tx, thingMade, { thingId: 'thg_1', name: 'later' }))
  await second.running.stop()
  const third = await start(env)
  await third.idle()
  expect(steps.filter((step) => step === 'heard later')).toHaveLength(1)
  await third.stop()
  await schema.drop()
})

test('a service names its consumer groups and their topics', () => {
  expect(makeTiny().groups).toEqual({ order: ['order.events'] })
})
