// The life of a service: ports, probes, metrics, engines that go away and come back, and a stop that loses nothing and nobody.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { memoryTransport, publish, type Transport } from '@cartwright/messaging'
import { eventually, proxyOf, startUnderTest, testSchema, tokenMaker, type UnderTest } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeTiny, thingMade } from './tiny-service.fixture.ts'

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

test('a missing variable stops the start, and names every one', async () => {
  const service = makeTiny()
  await expect(service.start({ env: {}, transport: memoryTransport() })).rejects.toThrow(
    /INTERNAL_AUTH_SECRET is missing.*\n.*ORDER_DATABASE_URL is missing.*\n.*ORDER_COLOUR is missing/,
  )
})

test('a port that is taken is one clear line, and what was opened is closed', async () => {
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

test('the service starts twice in one process, each with its own schema, metrics and port', async () => {
  const [one, two] = [await start(), await start()]
  await make(one, 'only here')
  expect(one.url).not.toBe(two.url)
  expect((await two.sql('SELECT COUNT(*) AS count FROM thing'))[0].count).toBe(0)
  expect(await (await fetch(two.running.metricsUrl)).text()).not.toContain('route="/v1/things"')
})

test('metrics have a port of their own: requests, events, the outbox', async () => {
  const tiny = await start()
  await make(tiny, 'a cup')
  await tiny.idle()
  const page = await (await fetch(tiny.running.metricsUrl)).text()
  for (const line of [
    /http_request_duration_seconds_count\{service="order",method="POST",route="\/v1\/things",status="201"\} 1/,
    /event_handling_duration_seconds_count\{service="order",type="test.thing-made",outcome="handled"\} 1/,
    /outbox_pending_events\{service="order"\} 0/,
    /dead_letters_open\{service="order"\} 0/,
  ])
    expect(page).toMatch(line)
  expect((await tiny.anonymous.get('/metrics')).status).toBe(404)
})

test('a database that goes away: 503 at once, alive but not ready, metrics still there, and back within 15 s of its return', async () => {
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

test('a database that breaks off just when a consumer group is joined costs no consumer', async () => {
  const schema = testSchema('joining')
  let cuts = 0
  await using proxy = await proxyOf(schema.url, {
    onRequest: (chunk) => {
      if (cuts > 0 || !chunk.includes('SELECT watched FROM consumer_run')) return
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

test('a transport that is away delays events only: the service starts, serves and stops', async () => {
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

test('a stop first says not ready, then serves who is in, then closes; a second stop waits for the first', async () => {
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
  expect((await slow).status).toBe(201)
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

test('a restart on the same schema goes on with the events that were not handled', async () => {
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

test('a service tells its consumer groups and their topics', () => {
  expect(makeTiny().groups).toEqual({ order: ['order.events'] })
})
