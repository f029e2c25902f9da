// Idempotency keys: one effect per principal, route and key; in flight, reused, replayed and refused each answer as documented.
import { randomUUID } from 'node:crypto'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeTiny } from '../lifecycle/tiny-service.fixture.ts'

let tiny: UnderTest
let gate: () => Promise<void> = async () => undefined
const alice = { id: 'usr_alice', role: 'customer', email: 'a@example.com' } as const
const bob = { id: 'usr_bob', role: 'customer', email: 'b@example.com' } as const

beforeAll(async () => {
  tiny = await startUnderTest(makeTiny({ gate: () => gate() }), { env: { ORDER_COLOUR: 'red' } })
})
afterAll(() => tiny.stop())
beforeEach(() => {
  gate = async () => undefined
})

const make = (name: string, key: string | null, who: typeof alice | typeof bob = alice) =>
  tiny.as(who).post('/v1/things', { name }, { key })
const count = async (name: string) => (await tiny.sql(`SELECT COUNT(*) AS count FROM thing WHERE name LIKE '${name}%'`))[0].count

test('50 parallel identical requests have one effect, and each gets its reply or 409 with Retry-After', async () => {
  const key = randomUUID()
  const answers = await Promise.all(Array.from({ length: 50 }, () => make('parallel', key)))
  expect(await count('parallel')).toBe(1)
  const made = answers.filter(({ status }) => status === 201)
  expect(new Set(made.map(({ body }) => body.id)).size).toBe(1)
  expect(made.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1)
  for (const other of answers.filter(({ status }) => status !== 201))
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_key_in_flight' } })
  expect((await tiny.sql("SELECT COUNT(*) AS count FROM outbox_event WHERE payload LIKE '%parallel%'"))[0].count).toBe(1)
})

test('a repeated request gets the first reply, marked as a replay', async () => {
  const key = randomUUID()
  const first = await make('once', key)
  const second = await make('once', key)
  expect([first.status, second.status]).toEqual([201, 201])
  expect(second.body).toEqual(first.body)
  expect([first, second].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true'])
})

test('a request with another order of members is the same request, one with another value is not', async () => {
  const key = randomUUID()
  const send = (body: string) => tiny.as(alice).post('/v1/things', body, { key, headers: { 'content-type': 'application/json' } })
  const first = await send('{"name":"members","count":2}')
  expect((await send('{ "count": 2, "name": "members" }')).body).toEqual(first.body)
  expect(await send('{"name":"members","count":3}')).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
})

test('a second request gets 409 within 2 s while the first is running', async () => {
  const key = randomUUID()
  const [entered, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  gate = async () => {
    entered.resolve()
    await release.promise
  }
  const first = make('slow', key)
  await entered.promise
  const since = performance.now()
  const second = await make('slow', key)
  expect(performance.now() - since).toBeLessThan(2500)
  expect(second).toMatchObject({ status: 409, body: { code: 'idempotency_key_in_flight' } })
  expect(second.headers.get('retry-after')).toBe('1')
  release.resolve()
  expect((await first).status).toBe(201)
  expect(await make('slow', key)).toMatchObject({ status: 201 })
})

test('a failed or refused request is not stored: its key may be used again', async () => {
  const key = randomUUID()
  expect((await make('broken', key)).status).toBe(500)
  expect((await make('broken', key)).status).toBe(500)
  expect((await make('refused', randomUUID())).status).toBe(409)
  expect((await tiny.sql('SELECT COUNT(*) AS count FROM idempotency_key WHERE status IS NULL OR status >= 300'))[0].count).toBe(0)
  expect(await count('broken')).toBe(0)
})

test('idempotency keys belong to the principal who sent them', async () => {
  const key = randomUUID()
  for (const who of [alice, bob]) {
    const made = await make(`of ${who.id}`, key, who)
    expect([made.status, made.headers.get('idempotent-replayed')]).toEqual([201, null])
  }
})

test('an idempotency key is required and must be visible ASCII', async () => {
  expect(await make('x', null)).toMatchObject({ status: 400, body: { code: 'idempotency_key_missing' } })
  expect(await make('x', 'a b')).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  expect(await make('x', 'k'.repeat(256))).toMatchObject({ status: 400 })
})

test('an idempotency key is kept for 24 hours', async () => {
  const key = randomUUID()
  const first = await make('kept', key)
  await tiny.clock.advance('23h')
  expect((await make('kept', key)).body).toEqual(first.body)
  await tiny.clock.advance('2h')
  expect(await make('kept', key)).toMatchObject({ status: 409, body: { code: 'conflict' } })
  await tiny.idle()
  await tiny.clock.advance('1h')
  await tiny.idle()
  expect((await tiny.sql(`SELECT COUNT(*) AS count FROM idempotency_key WHERE idempotency_key = '${key}'`))[0].count).toBe(0)
})

test('a claim that waited does not change the lock wait of its connection', async () => {
  const key = randomUUID()
  await Promise.all(Array.from({ length: 12 }, () => make('locks', key)))
  const waits = await Promise.all(
    Array.from({ length: 12 }, () => tiny.sql('SELECT @@SESSION.innodb_lock_wait_timeout AS seconds')),
  )
  expect(new Set(waits.map(([row]) => row.seconds))).toEqual(new Set([3]))
})
