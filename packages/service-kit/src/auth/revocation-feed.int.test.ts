// Revoked tokens at a service: learned from events and, at the start, from identity's list; without that list the service refuses tokens.
import { type AccessRevocation, identityEvents } from '@cartwright/contracts'
import { type FakeRoutes, startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterEach, expect, test } from 'vitest'
import { makeTiny } from '../lifecycle/tiny-service.fixture.ts'

let t: UnderTest
afterEach(() => t.stop())

const path = 'GET /internal/access-revocations'
const start = async (identity: FakeRoutes | null): Promise<void> => {
  t = await startUnderTest(makeTiny(), {
    env: { ORDER_COLOUR: 'red' },
    ...(identity === null ? {} : { upstreams: { identity } }),
  })
}
const bearer = async (id: string, role: 'customer' | 'admin' = 'customer', sessionId?: string) =>
  `Bearer ${await t.token({ id, role, ...(sessionId === undefined ? {} : { sessionId }) })}`
const status = async (authorization: string) =>
  (await t.anonymous.del('/v1/things/thg_none', { headers: { authorization } })).status
const revocation = (userId: string, sessionId?: string): AccessRevocation => ({
  userId,
  ...(sessionId === undefined ? {} : { sessionId }),
  notBefore: t.clock.now().toISOString(),
  expiresAt: new Date(t.clock.now().getTime() + 660_000).toISOString(),
})

test('a cached token is 401 after the event, and a new token is accepted', async () => {
  await start(null)
  const [ann, bob, root] = [await bearer('usr_ann0001'), await bearer('usr_bob0001'), await bearer('usr_root001', 'admin')]
  expect([await status(ann), await status(bob), await status(root)]).toEqual([404, 404, 404])
  await t.receive(identityEvents.accessRevoked, revocation('usr_ann0001'), { twice: true })
  await t.receive(identityEvents.accessRevoked, revocation('usr_root001'))
  expect([await status(ann), await status(bob), await status(root)]).toEqual([401, 404, 401])
  expect(await status(await bearer('usr_ann0001'))).toBe(404)
})

test('an ended session ends its own tokens only', async () => {
  await start(null)
  const [phone, laptop] = [await bearer('usr_ann0001', 'customer', 'ses_1'), await bearer('usr_ann0001', 'customer', 'ses_2')]
  await t.receive(identityEvents.accessRevoked, revocation('usr_ann0001', 'ses_1'))
  expect([await status(phone), await status(laptop)]).toEqual([401, 404])
})

test('a late, older event lifts no revocation', async () => {
  await start(null)
  const [older, token] = [revocation('usr_ann0001'), await bearer('usr_ann0001')]
  await t.clock.advance('1s')
  const newer = revocation('usr_ann0001')
  await t.receive(identityEvents.accessRevoked, newer)
  await t.receive(identityEvents.accessRevoked, {
    ...older,
    notBefore: new Date(Date.parse(older.notBefore) - 60_000).toISOString(),
  })
  expect(await status(token)).toBe(401)
})

test('a service that starts later knows earlier revocations, over several pages', async () => {
  const seen: Record<string, string>[] = []
  const until = new Date(Date.now() + 660_000).toISOString()
  const item = (userId: string) => ({ userId, notBefore: new Date(Date.now() + 60_000).toISOString(), expiresAt: until })
  await start({
    [path]: ({ query }) => {
      seen.push(query)
      const at = new Date().toISOString()
      if (query.after === '7') return { at, items: [item('usr_bob0001')], nextAfter: null }
      return { at, items: [item('usr_ann0001')], nextAfter: 7 }
    },
  })
  expect([await status(await bearer('usr_ann0001')), await status(await bearer('usr_bob0001'))]).toEqual([401, 401])
  expect(await status(await bearer('usr_eve0001'))).toBe(404)
  expect(seen).toEqual([{}, { after: '7' }])
})

test('tokens are 503 while identity cannot be read, and are checked when it can', async () => {
  let away = true
  await start({
    [path]: () => {
      if (away) throw new Error('away')
      return { at: new Date().toISOString(), items: [], nextAfter: null }
    },
  })
  const token = await bearer('usr_ann0001')
  expect(await status(token)).toBe(503)
  expect((await t.anonymous.get('/v1/things')).status).toBe(200)
  away = false
  await expect.poll(() => status(token), { timeout: 5000 }).toBe(404)
})

test('an older identity without a revocation list blocks no request', async () => {
  await start({})
  expect(await status(await bearer('usr_ann0001'))).toBe(404)
})
