// Session routes: devices, last use, the end of one session or all, and never sessions of another user.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../../fixtures.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'

describe('sessions', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
  })
  afterAll(() => t.stop())

  const signIn = async (email: string, userAgent: string, from: string) => {
    const headers = { 'user-agent': userAgent, 'x-forwarded-for': from }
    const { body } = await t.anonymous.post('/v1/auth/login', { email, password: goodPassword }, { headers })
    const { sid } = JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString())
    return {
      id: body.principal.id as string,
      role: 'customer',
      sessionId: sid as string,
      refreshToken: body.refreshToken as string,
    } as const
  }
  const list = async (who: Awaited<ReturnType<typeof signIn>>) => (await t.as(who).get('/v1/me/sessions')).body.items
  const refresh = (refreshToken: string) => t.anonymous.post('/v1/auth/refresh', { refreshToken })

  test('are listed with device, network and last use, latest first, with the caller’s own marked', async () => {
    await t.customer('ann@example.com')
    const laptop = await signIn('ann@example.com', firefox, '203.0.113.77')
    await t.clock.advance('1m')
    const phone = await signIn('ann@example.com', safari, '2001:db8:abcd:12::1')
    const [first, second, third] = await list(laptop)
    expect(first).toMatchObject({ id: phone.sessionId, client: 'Safari on iOS', network: '2001:db8:abcd::/48', current: false })
    expect(second).toMatchObject({ id: laptop.sessionId, client: 'Firefox on Linux', network: '203.0.113.0/24', current: true })
    expect(third.id).toMatch(/^ses_/)
    await t.clock.advance('1m')
    await refresh(laptop.refreshToken)
    const [newest] = await list(phone)
    expect(newest.id).toBe(laptop.sessionId)
    expect(Date.parse(newest.lastUsedAt) - Date.parse(newest.createdAt)).toBeGreaterThanOrEqual(120_000)
  })

  test('end one by one, and the others stay open', async () => {
    await t.customer('bob@example.com')
    const laptop = await signIn('bob@example.com', firefox, '203.0.113.1')
    const phone = await signIn('bob@example.com', safari, '203.0.113.2')
    expect((await t.as(laptop).del(`/v1/me/sessions/${phone.sessionId}`)).status).toBe(204)
    expect((await t.as(laptop).del(`/v1/me/sessions/${phone.sessionId}`)).status).toBe(404)
    expect((await refresh(phone.refreshToken)).status).toBe(401)
    expect((await refresh(laptop.refreshToken)).status).toBe(200)
    expect((await list(laptop)).map(({ id }: { id: string }) => id)).not.toContain(phone.sessionId)
  })

  test('of another user are 404, as unknown ones are', async () => {
    for (const email of ['carl@example.com', 'dora@example.com']) await t.customer(email)
    const [carl, dora] = [
      await signIn('carl@example.com', firefox, '10.0.0.1'),
      await signIn('dora@example.com', firefox, '10.0.0.2'),
    ]
    const others = await t.as(carl).del(`/v1/me/sessions/${dora.sessionId}`)
    const missing = await t.as(carl).del('/v1/me/sessions/ses_nobody00')
    expect({ ...others.body, instance: '', traceId: '' }).toEqual({ ...missing.body, instance: '', traceId: '' })
    expect(others.status).toBe(404)
    expect((await refresh(dora.refreshToken)).status).toBe(200)
    expect((await t.as(carl).del('/v1/me/sessions/not-an-id')).status).toBe(400)
    expect((await t.anonymous.get('/v1/me/sessions')).status).toBe(401)
  })

  test('end all at once, the caller’s own too, also for guests', async () => {
    await t.customer('eve@example.com')
    const sessions = [
      await signIn('eve@example.com', firefox, '10.0.0.3'),
      await signIn('eve@example.com', 'curl/8.5.0', '10.0.0.4'),
    ]
    const [own] = sessions
    if (own === undefined) throw new Error('no session')
    expect((await t.as(own).del('/v1/me/sessions')).status).toBe(204)
    for (const { refreshToken } of sessions) expect((await refresh(refreshToken)).status).toBe(401)
    expect(await list(own)).toEqual([])
    const guest = (await t.anonymous.post('/v1/auth/guest')).body
    expect((await t.as(guest.principal).del('/v1/me/sessions')).status).toBe(204)
    expect((await refresh(guest.refreshToken)).status).toBe(401)
  })

  test('are audited when they end, with the client address and without a token', async () => {
    await t.customer('fay@example.com')
    const laptop = await signIn('fay@example.com', firefox, '198.51.100.9')
    await t.as(laptop).del(`/v1/me/sessions/${laptop.sessionId}`, { headers: { 'x-forwarded-for': '198.51.100.10' } })
    const rows = await t.sql(
      `SELECT actor, action, target, state_after, client_address, reason FROM audit_entry WHERE target = '${laptop.id}'`,
    )
    expect(rows.at(-1)).toEqual({
      actor: laptop.id,
      action: 'security.session_ended',
      target: laptop.id,
      state_after: JSON.stringify({ sessionId: laptop.sessionId }),
      client_address: '198.51.100.10',
      reason: 'ended_by_owner',
    })
    expect(JSON.stringify(await t.sql('SELECT * FROM audit_entry'))).not.toMatch(/@|eyJ/)
  })
})
