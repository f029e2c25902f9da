// Operators reach a service's dead letters over its internal surface: list, inspect, redrive, discard; the gateway shows them to admins.
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { internalAuth } from '../auth/internal-auth.ts'
import { systemClock } from '../lifecycle/clock.ts'
import { makeTiny, thingMade } from '../lifecycle/tiny-service.fixture.ts'

let tiny: UnderTest
const steps: string[] = []
const gateway = internalAuth('development-internal-secret-for-tests', 'gateway', systemClock)
const headers = async () => ({ authorization: `Bearer ${await gateway.sign('order', { id: 'usr_admin', role: 'admin' })}` })
const get = async (path: string) => tiny.anonymous.get(path, { headers: await headers() })
const post = async (path: string, body?: unknown) => tiny.anonymous.post(path, body, { headers: await headers() })

beforeAll(async () => {
  tiny = await startUnderTest(makeTiny({ steps }), { env: { ORDER_COLOUR: 'red' } })
  for (const name of ['poison', 'behind']) await tiny.receive(thingMade, { thingId: 'thg_1', name })
  await tiny.receive(thingMade, { thingId: 'thg_2', name: 'beside' })
})
afterAll(() => tiny.stop())

test('dead letters are listed newest first, page by page, and only to other services', async () => {
  const first = await get('/internal/dead-letters?limit=1')
  expect(first).toMatchObject({ status: 200, body: { items: [{ reason: 'parked', key: 'thg_1', consumer: 'order' }] } })
  const second = await get(`/internal/dead-letters?limit=1&cursor=${first.body.nextCursor}`)
  expect(second.body).toMatchObject({ items: [{ reason: 'permanent', error: 'AppError: a poisonous thing' }], nextCursor: null })
  expect((await get('/internal/dead-letters?cursor=nonsense')).status).toBe(400)
  expect((await tiny.as({ id: 'usr_1', role: 'admin' }).get('/internal/dead-letters')).status).toBe(401)
  expect(steps).toEqual(['heard beside'])
})

test('one dead letter is shown with its message', async () => {
  expect(await get('/internal/dead-letters/1')).toMatchObject({
    status: 200,
    body: { payload: { thingId: 'thg_1', name: 'poison' }, headers: { ce_type: 'test.thing-made' }, audit: [] },
  })
  expect((await get('/internal/dead-letters/99')).status).toBe(404)
})

test('a redrive reports what failed again, a discard continues with the others, and both record the actor', async () => {
  expect(await post('/internal/dead-letters/1/redrive')).toMatchObject({
    status: 200,
    body: { redriven: [], failed: { id: 1, error: 'AppError: a poisonous thing' } },
  })
  expect(await post('/internal/dead-letters/1/discard')).toMatchObject({ status: 200, body: { redriven: [2], failed: null } })
  expect(steps).toEqual(['heard beside', 'heard behind'])
  expect((await get('/internal/dead-letters/1')).body.audit).toMatchObject([
    { action: 'redrive', actor: 'usr_admin' },
    { action: 'discard', actor: 'usr_admin' },
  ])
  expect((await post('/internal/dead-letters/1/discard')).status).toBe(404)
  expect((await get('/internal/dead-letters?open=false')).body.items).toHaveLength(2)
})

test('a replay needs a transport that keeps topics, an existing group, and a projection to handle events again', async () => {
  const range = { topic: 'order.events', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }
  expect(await post('/internal/replays', { group: 'order', ...range })).toMatchObject({
    status: 404,
    body: { detail: expect.stringContaining('in one process') },
  })
  expect(await post('/internal/replays', { group: 'stranger', ...range })).toMatchObject({ status: 404 })
  expect(await post('/internal/replays', { group: 'order', ...range, to: '2016-12-31T23:59:60Z' })).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/to' }] },
  })
  expect(await post('/internal/replays', { group: 'order', again: true, ...range })).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/again' }] },
  })
})
