// Internal account route: the current state, also of closed accounts, for services only.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type IdentityUnderTest, internalGet, startIdentity } from '../../fixtures.ts'

let t: IdentityUnderTest
beforeAll(async () => {
  t = await startIdentity()
  await t.running.seed()
})
afterAll(() => t.stop())

const read = (id: string) => internalGet(t, `/internal/users/${id}`)

test('the internal account holds the current state of a customer, an admin and a guest', async () => {
  expect((await read('usr_00seedalice')).body).toEqual({
    id: 'usr_00seedalice',
    role: 'customer',
    email: 'alice@example.com',
    name: 'Alice Archer',
    locale: 'en',
    verified: true,
    blocked: false,
    closed: false,
  })
  expect((await read('usr_00seedadmin')).body).toMatchObject({ role: 'admin', email: 'admin@example.com' })
  const { principal } = (await t.anonymous.post('/v1/auth/guest')).body
  expect((await read(principal.id)).body).toMatchObject({ role: 'guest', email: null, name: null, verified: false })
})

test('the internal account shows a block at once, and an unknown id is 404', async () => {
  await t.sql("UPDATE user_account SET blocked_at = UTC_TIMESTAMP(6) WHERE id = 'usr_00seedbob'")
  expect((await read('usr_00seedbob')).body).toMatchObject({ blocked: true, closed: false })
  await t.sql("UPDATE user_account SET closed_at = UTC_TIMESTAMP(6), email = NULL, name = NULL WHERE id = 'usr_00seedbob'")
  expect((await read('usr_00seedbob')).body).toMatchObject({ blocked: true, closed: true, email: null, name: null })
  expect((await read('usr_nobody0')).status).toBe(404)
})

test('the internal account is open to services only', async () => {
  expect((await t.anonymous.get('/internal/users/usr_00seedalice')).status).toBe(401)
  expect((await t.as({ id: 'usr_00seedadmin', role: 'admin' }).get('/internal/users/usr_00seedalice')).status).toBe(401)
})
