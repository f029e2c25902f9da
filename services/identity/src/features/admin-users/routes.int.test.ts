// Admin routes for users: lists, roles, blocks, and the audit row of each change.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IdentityUnderTest, startIdentity } from '../../fixtures.ts'
import { people } from '../../seed/people.ts'

const admin = { id: 'usr_00seedadmin', role: 'admin', email: 'admin@example.com' } as const

describe('admin routes for users', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
    // Two replicas start at the same time, and one starts again.
    await Promise.all([t.running.seed(), t.running.seed()])
    await t.running.seed()
  })
  afterAll(() => t.stop())

  test('list every user once, newest first, with filters', async () => {
    for (let n = 0; n < 5; n++) await t.anonymous.post('/v1/auth/guest')
    const seen: string[] = []
    let cursor = ''
    do {
      const page = await t.as(admin).get(`/v1/admin/users?limit=3${cursor}`)
      expect(page.status).toBe(200)
      seen.push(...page.body.items.map((user: { id: string }) => user.id))
      cursor = page.body.nextCursor ? `&cursor=${page.body.nextCursor}` : ''
    } while (cursor !== '')
    expect(new Set(seen).size).toBe(people.length + 5)
    expect(seen).toEqual([...seen].sort().reverse())
    expect((await t.as(admin).get('/v1/admin/users?role=admin')).body.items).toMatchObject([
      { email: 'admin@example.com', verified: true, blocked: false },
    ])
    expect((await t.as(admin).get('/v1/admin/users?email=ALICE@example.com')).body.items).toHaveLength(1)
    expect((await t.as(admin).get('/v1/admin/users?verified=false&role=guest')).body.items).toHaveLength(5)
    expect((await t.as(admin).get('/v1/admin/users?cursor=nonsense')).status).toBe(400)
    expect((await t.as(admin).get('/v1/admin/users?limit=101')).status).toBe(400)
  })

  test('are open to admins only', async () => {
    expect((await t.anonymous.get('/v1/admin/users')).status).toBe(401)
    expect((await t.as({ id: 'usr_someone', role: 'customer' }).get('/v1/admin/users')).status).toBe(403)
    expect(
      (await t.as({ id: 'gst_someone', role: 'guest' }).patch('/v1/admin/users/usr_00seedalice', { blocked: true })).status,
    ).toBe(403)
  })

  test('block an account: no refresh and no sign-in succeeds until the block is lifted', async () => {
    const { refreshToken, principal } = (await t.customer('mallory@example.com')).body
    const change = (body: object) => t.as(admin).patch(`/v1/admin/users/${principal.id}`, body)
    expect((await change({ blocked: true })).body).toMatchObject({ blocked: true })
    expect((await t.anonymous.post('/v1/auth/refresh', { refreshToken })).status).toBe(401)
    expect((await t.login('mallory@example.com')).body.code).toBe('account_blocked')
    expect((await t.login('mallory@example.com', 'a wrong password')).body.code).toBe('invalid_credentials')
    expect((await t.as(admin).get('/v1/admin/users?blocked=true')).body.items).toHaveLength(1)
    await change({ blocked: false })
    expect((await t.login('mallory@example.com')).status).toBe(200)
  })

  test('end the sessions of a user whose role they change', async () => {
    const { refreshToken, principal } = (await t.customer('rising@example.com')).body
    expect((await t.as(admin).patch(`/v1/admin/users/${principal.id}`, { role: 'admin' })).body.role).toBe('admin')
    expect((await t.anonymous.post('/v1/auth/refresh', { refreshToken })).status).toBe(401)
    expect((await t.login('rising@example.com')).body.principal.role).toBe('admin')
  })

  test('write one audit row per change, without an email address, and none when nothing changes', async () => {
    const { principal } = (await t.customer('audited@example.com')).body
    const change = (body: object) => t.as(admin).patch(`/v1/admin/users/${principal.id}`, body)
    await change({ blocked: true })
    await change({ blocked: true })
    await change({ blocked: false, role: 'admin' })
    const rows = await t.sql(
      `SELECT actor, action, state_before, state_after FROM audit_entry WHERE target = '${principal.id}' AND action = 'user.update' ORDER BY id`,
    )
    expect(rows.map((row) => [row.actor, row.action, JSON.parse(row.state_before), JSON.parse(row.state_after)])).toEqual([
      [admin.id, 'user.update', { role: 'customer', blocked: false }, { role: 'customer', blocked: true }],
      [admin.id, 'user.update', { role: 'customer', blocked: true }, { role: 'admin', blocked: false }],
    ])
  })

  test('refuse to change the caller, to make a guest an admin, and to change an unknown user', async () => {
    expect((await t.as(admin).patch(`/v1/admin/users/${admin.id}`, { blocked: true })).status).toBe(403)
    const { principal } = (await t.anonymous.post('/v1/auth/guest')).body
    expect((await t.as(admin).patch(`/v1/admin/users/${principal.id}`, { role: 'admin' })).status).toBe(403)
    expect((await t.as(admin).patch('/v1/admin/users/usr_nobody0', { blocked: true })).status).toBe(404)
    expect((await t.as(admin).get('/v1/admin/users/usr_nobody0')).status).toBe(404)
    expect((await t.as(admin).patch('/v1/admin/users/usr_nobody0', { blocked: 'yes' })).status).toBe(400)
  })

  test('leave a closed seed account closed when the seed runs again', async () => {
    await t.as({ id: 'usr_00seedbob', role: 'customer' }).del('/v1/me', { body: { currentPassword: 'cartwright-demo' } })
    await t.running.seed()
    expect((await t.login('bob@example.com', 'cartwright-demo')).status).toBe(401)
    expect((await t.login('alice@example.com', 'cartwright-demo')).status).toBe(200)
  })
})
