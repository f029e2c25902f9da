// Guards of admin routes: no change by a former admin, no shop without an admin, no change without an audit row.
import { identityEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../../fixtures.ts'

const seeded = 'usr_00seedadmin'

describe('changes among admins', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
    await t.running.seed()
  })
  afterAll(() => t.stop())
  beforeEach(() =>
    t.sql(
      `UPDATE user_account SET role = IF(id = '${seeded}', 'admin', 'customer'), blocked_at = NULL WHERE role = 'admin' OR id = '${seeded}'`,
    ),
  )

  const as = (id: string) => t.as({ id, role: 'admin' })
  const change = (by: string, target: string, body: object) => as(by).patch(`/v1/admin/users/${target}`, body)
  const anAdmin = async (email: string): Promise<string> => {
    const { principal } = (await t.customer(email)).body
    expect((await change(seeded, principal.id, { role: 'admin' })).status).toBe(200)
    return principal.id
  }
  const close = (id: string, currentPassword: string) => as(id).del('/v1/me', { body: { currentPassword } })
  const activeAdmins = async () =>
    (await t.sql("SELECT id FROM user_account WHERE role = 'admin' AND closed_at IS NULL AND blocked_at IS NULL")).length

  test.each([
    ['blocked', { blocked: true }],
    ['demoted', { role: 'customer' }],
  ])('refuse promotions, blocks and unblocks by an admin who was just %s, also with a valid token', async (name, loss) => {
    const fired = await anAdmin(`fired.${name}@example.com`)
    const { principal: accomplice } = (await t.customer(`accomplice.${name}@example.com`)).body
    await change(seeded, fired, loss)
    // A fresh token: this test is not about revoked tokens.
    for (const body of [{ role: 'admin' }, { blocked: true }, { blocked: false, role: 'admin' }])
      expect((await change(fired, accomplice.id, body)).body.code).toBe('unauthenticated')
    expect((await change(fired, seeded, { blocked: true })).status).toBe(401)
    expect(await activeAdmins()).toBe(1)
  })

  test('do not close the last admin, and close one of two with an audit row', async () => {
    expect((await close(seeded, 'cartwright-demo')).body.code).toBe('last_admin')
    const second = await anAdmin('second@example.com')
    expect((await close(second, goodPassword)).status).toBe(204)
    const rows = await t.sql(
      `SELECT actor, action, state_before FROM audit_entry WHERE target = '${second}' AND action = 'security.account_closed'`,
    )
    expect(rows.map((row) => [row.actor, JSON.parse(row.state_before)])).toEqual([[second, { role: 'admin' }]])
  })

  test('do not count a blocked admin as an active one', async () => {
    const second = await anAdmin('sleeping@example.com')
    await change(seeded, second, { blocked: true })
    expect((await close(seeded, 'cartwright-demo')).body.code).toBe('last_admin')
    await change(seeded, second, { blocked: false })
    expect((await change(second, seeded, { role: 'customer' })).status).toBe(200)
  })

  test.each([
    ['demote', { role: 'customer' }],
    ['block', { blocked: true }],
  ])('two admins who %s each other at once leave one', async (name, loss) => {
    for (let turn = 0; turn < 6; turn++) {
      const other = await anAdmin(`duel.${name}.${turn}@example.com`)
      const answers = await Promise.all([change(seeded, other, loss), change(other, seeded, loss)])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
      expect(await activeAdmins()).toBe(1)
      await t.sql(
        `UPDATE user_account SET role = IF(id = '${seeded}', 'admin', 'customer'), blocked_at = NULL WHERE id IN ('${seeded}', '${other}')`,
      )
    }
  })

  test('leave one admin when all close their accounts at once', async () => {
    const others = await Promise.all(['a', 'b', 'c'].map((name) => anAdmin(`leaving.${name}@example.com`)))
    const answers = await Promise.all([close(seeded, 'cartwright-demo'), ...others.map((id) => close(id, goodPassword))])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 204, 204, 409])
    expect(await activeAdmins()).toBe(1)
  })
})

describe('changes by admins', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
    await t.running.seed()
  })
  afterAll(() => t.stop())
  const admin = { id: seeded, role: 'admin' } as const

  test('are audited with reason and client address, and a change of nothing is neither audited nor published', async () => {
    const { principal } = (await t.customer('watched@example.com')).body
    const change = (body: object) =>
      t.as(admin).patch(`/v1/admin/users/${principal.id}`, body, { headers: { 'x-forwarded-for': '192.0.2.44' } })
    await change({ blocked: true, reason: 'stolen cards, ticket 12' })
    const announced = (await t.published(identityEvents.accessRevoked)).length
    for (const nothing of [{}, { blocked: true }, { role: 'customer', blocked: true, reason: 'again' }])
      expect((await change(nothing)).status).toBe(200)
    expect(
      await t.sql(
        `SELECT actor, reason, client_address FROM audit_entry WHERE target = '${principal.id}' AND action = 'user.update'`,
      ),
    ).toEqual([{ actor: admin.id, reason: 'stolen cards, ticket 12', client_address: '192.0.2.44' }])
    expect(await t.published(identityEvents.accessRevoked)).toHaveLength(announced)
    expect((await change({ reason: 'two\nlines' })).status).toBe(400)
  })

  test('void open codes when they block an account', async () => {
    const { principal } = (await t.customer('forgetful@example.com')).body
    await t.anonymous.post('/v1/auth/password/forgot', { email: 'forgetful@example.com' })
    const code = await t.codeFor('forgetful@example.com', 'reset-password')
    await t.as(admin).patch(`/v1/admin/users/${principal.id}`, { blocked: true })
    const reset = { email: 'forgetful@example.com', code, newPassword: 'quite another one 77' }
    expect((await t.anonymous.post('/v1/auth/password/reset', reset)).body.code).toBe('otp_invalid')
  })

  test.each([
    ['part of an address', 'lice@exam', ['alice@example.com']],
    ['an address in another case', 'ALICE@', ['alice@example.com']],
    ['part of a name', 'baker', ['bob@example.com']],
    ['an id', 'usr_00seedadmin', ['admin@example.com']],
    ['a percent sign', '%', []],
    ['an underscore', 'a_ice', []],
    ['a backslash', '\\', []],
    ['a name, whatever its accents', 'Ärchér', ['alice@example.com']],
    ['nothing that is there', 'zzz', []],
  ])('the search finds users by %s', async (_, q, expected) => {
    const { status, body } = await t
      .as(admin)
      .get(`/v1/admin/users?role=${expected[0]?.startsWith('admin') ? 'admin' : 'customer'}&q=${encodeURIComponent(q)}`)
    expect(status).toBe(200)
    expect(
      body.items.map(({ email }: { email: string }) => email).filter((email: string) => !/watched|forgetful/.test(email)),
    ).toEqual(expected)
  })

  test('are counted and logged as security events', async () => {
    const text = await (await fetch(t.running.metricsUrl)).text()
    expect(text).toMatch(/cartwright_security_events_total\{event="account_blocked"[^}]*\} [12]/)
  })
})
