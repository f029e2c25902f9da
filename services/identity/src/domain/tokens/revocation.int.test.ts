// Revocation: each way to end a session revokes its access tokens at once, publishes an event and stores a row.
import { identityEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, internalGet, startIdentity } from '../../fixtures.ts'

const admin = { id: 'usr_00seedadmin', role: 'admin' } as const
const newPassword = 'another horse staple 17'

interface Person {
  id: string
  email: string
  sessionId: string
  refreshToken: string
  /** An access token of the session from before the revocation. */
  held: string
}

let t: IdentityUnderTest
beforeAll(async () => {
  t = await startIdentity()
  await t.running.seed()
})
afterAll(() => t.stop())

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const person = async (email: string): Promise<Person> => {
  const { accessToken, refreshToken, principal } = (await t.customer(email)).body
  const { sid } = claimsOf(accessToken)
  const held = await t.token({ id: principal.id, role: 'customer', sessionId: sid })
  return { id: principal.id, email, sessionId: sid, refreshToken, held }
}
const me = async (token: string) => (await t.anonymous.get('/v1/me', { headers: { authorization: `Bearer ${token}` } })).status
const by = ({ id, sessionId }: Person) => t.as({ id, role: 'customer', sessionId })
const asAdmin = (user: Person, change: object) => t.as(admin).patch(`/v1/admin/users/${user.id}`, change)
const announced = async (userId: string) =>
  (await t.published(identityEvents.accessRevoked)).filter((event) => event.userId === userId)

const ways: [string, (user: Person) => Promise<{ status: number }>, number][] = [
  ['a block', (user) => asAdmin(user, { blocked: true }), 200],
  ['a new role', (user) => asAdmin(user, { role: 'admin' }), 200],
  ['closing', (user) => by(user).del('/v1/me', { body: { currentPassword: goodPassword } }), 204],
  ['a new password', (user) => by(user).post('/v1/me/password', { currentPassword: goodPassword, newPassword }), 204],
  [
    'a reset',
    async (user) => {
      await t.anonymous.post('/v1/auth/password/forgot', { email: user.email })
      const code = await t.codeFor(user.email, 'reset-password')
      return t.anonymous.post('/v1/auth/password/reset', { email: user.email, code, newPassword })
    },
    204,
  ],
  ['the end of all sessions', (user) => by(user).del('/v1/me/sessions'), 204],
]

describe.each(ways)('%s', (name, end, expected) => {
  test('revokes tokens issued before, publishes one event, and accepts tokens issued after', async () => {
    const user = await person(`${name.replaceAll(' ', '-')}@example.com`)
    expect(await me(user.held)).toBe(200)
    expect((await end(user)).status).toBe(expected)
    expect(await me(user.held)).toBe(401)
    const events = await announced(user.id)
    expect(events).toEqual([{ userId: user.id, notBefore: expect.any(String), expiresAt: expect.any(String) }])
    const { items } = (await internalGet(t, '/internal/access-revocations')).body
    expect(items).toContainEqual({ ...events[0], expiresAt: expect.any(String) })
    // A closed account answers 404 and never 401.
    expect(await me(await t.token({ id: user.id, role: 'customer' }))).toBe(name === 'closing' ? 404 : 200)
  })
})

const oneSession: [string, (user: Person) => Promise<{ status: number }>, number][] = [
  ['signing out', ({ refreshToken }) => t.anonymous.post('/v1/auth/logout', { refreshToken }), 204],
  ['ending it from another device', (user) => by(user).del(`/v1/me/sessions/${user.sessionId}`), 204],
  [
    'a refresh token that was used three times',
    async ({ refreshToken }) => {
      for (let use = 0; use < 2; use++) await t.anonymous.post('/v1/auth/refresh', { refreshToken })
      return t.anonymous.post('/v1/auth/refresh', { refreshToken })
    },
    401,
  ],
  [
    'a rotated refresh token that comes back late',
    async ({ refreshToken }) => {
      await t.anonymous.post('/v1/auth/refresh', { refreshToken })
      await t.clock.advance('11s')
      return t.anonymous.post('/v1/auth/refresh', { refreshToken })
    },
    401,
  ],
]

describe.each(oneSession)('the end of one session, by %s', (name, end, expected) => {
  test('revokes its tokens and no others of the account', async () => {
    const user = await person(`${name.replaceAll(' ', '-')}@example.com`)
    const other = claimsOf((await t.login(user.email)).body.accessToken).sid
    const heldByOther = await t.token({ id: user.id, role: 'customer', sessionId: other })
    expect((await end(user)).status).toBe(expected)
    expect([await me(user.held), await me(heldByOther)]).toEqual([401, 200])
    expect(await announced(user.id)).toMatchObject([{ sessionId: user.sessionId }])
  })
})

test('an unblock publishes a revocation too, and revoked tokens stay revoked', async () => {
  const user = await person('pardoned@example.com')
  await asAdmin(user, { blocked: true })
  await asAdmin(user, { blocked: false })
  expect(await announced(user.id)).toHaveLength(2)
  expect(await me(user.held)).toBe(401)
  expect((await t.login(user.email)).status).toBe(200)
})

test('a token of a sign-in right after a revocation is valid, also in the same second', async () => {
  const user = await person('at-once@example.com')
  for (let turn = 0; turn < 10; turn++) {
    await by(user).del('/v1/me/sessions')
    const { issuedAtUs, iat } = claimsOf((await t.login(user.email)).body.accessToken)
    const revokedAt = (await announced(user.id)).at(-1)?.notBefore ?? ''
    const revokedUs = Math.floor(Date.parse(revokedAt) / 1000) * 1_000_000 + Number(revokedAt.slice(20, 26))
    expect(issuedAtUs).toBeGreaterThan(revokedUs)
    expect(Math.abs(iat - issuedAtUs / 1_000_000)).toBeLessThan(5)
  }
})

test('sign-ins and refreshes concurrent with a block leave no valid token', async () => {
  for (let turn = 0; turn < 8; turn++) {
    const user = await person(`race${turn}@example.com`)
    const [, signedIn, refreshed] = await Promise.all([
      asAdmin(user, { blocked: true }),
      t.login(user.email),
      t.anonymous.post('/v1/auth/refresh', { refreshToken: user.refreshToken }),
    ])
    const revokedAt = (await announced(user.id)).at(-1)?.notBefore ?? ''
    const revokedUs = Math.floor(Date.parse(revokedAt) / 1000) * 1_000_000 + Number(revokedAt.slice(20, 26))
    for (const { status, body } of [signedIn, refreshed])
      if (status === 200) expect(claimsOf(body.accessToken).issuedAtUs).toBeLessThan(revokedUs)
  }
})

test('tokens hold caller and time and nothing that may change; tokens of admins live two minutes', async () => {
  const admins = (await t.login('admin@example.com', 'cartwright-demo')).body
  const customers = (await t.login('alice@example.com', 'cartwright-demo')).body
  const guests = (await t.anonymous.post('/v1/auth/guest')).body
  for (const [tokens, seconds] of [
    [admins, 120],
    [customers, 600],
    [guests, 600],
  ] as const) {
    const claims = claimsOf(tokens.accessToken)
    expect(claims).toMatchObject({ sub: tokens.principal.id, role: tokens.principal.role, sid: expect.stringMatching(/^ses_/) })
    expect(claims.exp - claims.iat).toBe(seconds)
    expect(tokens.expiresInSec).toBe(seconds)
  }
})

test('the revocation list is paged by id and omits expired revocations', async () => {
  const all = (await internalGet(t, '/internal/access-revocations')).body.items
  expect(all.length).toBeGreaterThan(5)
  const since = new Date(Date.parse(all[3].notBefore) + 1).toISOString()
  expect((await internalGet(t, `/internal/access-revocations?since=${since}`)).body.items.length).toBeLessThan(all.length)
  await t.clock.advance('12m')
  expect((await internalGet(t, '/internal/access-revocations')).body.items).toEqual([])
  expect((await t.anonymous.get('/internal/access-revocations')).status).toBe(401)
})
