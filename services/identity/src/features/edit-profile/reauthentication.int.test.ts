// Re-authentication: email change, password change and closing need the current password, and an email change can be undone.
import { identityEvents } from '@cartwright/contracts'
import { compactDecrypt, importJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../../fixtures.ts'

const newPassword = 'a wholly different one 42'

describe('re-authentication', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
  })
  afterAll(() => t.stop())

  const aCustomer = async (email: string) => {
    const { body } = await t.customer(email)
    const { sid } = JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString())
    return {
      id: String(body.principal.id),
      role: 'customer',
      sessionId: String(sid),
      refreshToken: String(body.refreshToken),
    } as const
  }
  type Customer = Awaited<ReturnType<typeof aCustomer>>
  const refresh = (refreshToken: string) => t.anonymous.post('/v1/auth/refresh', { refreshToken })

  const calls: [string, (who: Customer, currentPassword?: string) => Promise<{ status: number; body: { code?: string } }>][] = [
    [
      'a new address',
      (who, currentPassword) => t.as(who).patch('/v1/me', { email: `new.${who.id}@example.com`, currentPassword }),
    ],
    ['a new password', (who, currentPassword) => t.as(who).post('/v1/me/password', { newPassword, currentPassword })],
    ['closing', (who, currentPassword) => t.as(who).del('/v1/me', { body: { currentPassword } })],
  ]

  test.each(calls)('%s without the password is 400, with a wrong one 403, and changes nothing', async (name, call) => {
    const email = `${name.replaceAll(' ', '.')}@example.com`
    const who = await aCustomer(email)
    expect(await call(who)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ path: '/currentPassword' }] },
    })
    for (const wrong of ['', ' ', 'not the password', `${goodPassword} `]) {
      const answer = await call(who, wrong)
      expect([400, 403]).toContain(answer.status)
      if (answer.status === 403) expect(answer.body.code).toBe('current_password_wrong')
    }
    expect((await t.as(who).get('/v1/me')).body).toMatchObject({ email, pendingEmail: null })
    expect((await t.login(email)).status).toBe(200)
    expect((await refresh(who.refreshToken)).status).toBe(200)
  })

  test('wrong passwords count as failed sign-ins, so a stolen token does not allow more attempts', async () => {
    const who = await aCustomer('guessed@example.com')
    const answers: number[] = []
    for (let turn = 0; turn < 12; turn++) answers.push((await calls[turn % 3]?.[1](who, `guess number ${turn}`))?.status ?? 0)
    expect(answers).toContain(429)
    expect((await t.login('guessed@example.com')).status).toBe(429)
  })

  test('a new password ends all other sessions and open codes, mails the owner, and keeps the caller’s session', async () => {
    const who = await aCustomer('careful@example.com')
    const other = (await t.login('careful@example.com')).body
    await t.as(who).patch('/v1/me', { email: 'thief@example.com', currentPassword: goodPassword })
    const code = await t.codeFor('thief@example.com', 'change-email')
    const change = { currentPassword: goodPassword, newPassword }
    expect((await t.as(who).post('/v1/me/password', { ...change, newPassword: 'password' })).body.code).toBe('password_weak')
    expect((await t.as(who).post('/v1/me/password', change)).status).toBe(204)
    expect((await refresh(other.refreshToken)).status).toBe(401)
    expect((await refresh(who.refreshToken)).status).toBe(200)
    expect((await t.as(who).post('/v1/me/email/confirm', { code })).body.code).toBe('otp_invalid')
    expect((await t.login('careful@example.com')).status).toBe(401)
    expect((await t.login('careful@example.com', newPassword)).status).toBe(200)
    expect((await t.published(identityEvents.passwordChanged)).at(-1)).toMatchObject({
      userId: who.id,
      recipient: { email: 'careful@example.com' },
    })
    expect((await t.as({ id: 'gst_someone', role: 'guest' }).post('/v1/me/password', change)).status).toBe(403)
  })

  test('a guest closes the account without a password, and a blocked or closed account gets no data', async () => {
    const { body } = await t.anonymous.post('/v1/auth/guest')
    expect((await t.as(body.principal).del('/v1/me')).status).toBe(204)
    expect((await t.as(body.principal).del('/v1/me')).status).toBe(404)
  })

  test.each(['taken', 'free', 'squatted'])(
    'the answer about a %s address, and the profile after it, are the same',
    async (kind) => {
      const who = await aCustomer(`asker.${kind}@example.com`)
      const wanted = `wanted.${kind}@example.com`
      if (kind === 'taken') await t.customer(wanted)
      if (kind === 'squatted') await t.anonymous.post('/v1/auth/register', { email: wanted, password: goodPassword, name: 'S' })
      const answer = await t.as(who).patch('/v1/me', { email: wanted, currentPassword: goodPassword })
      const shape = {
        email: `asker.${kind}@example.com`,
        pendingEmail: wanted,
        name: 'Some Body',
        role: 'customer',
        locale: 'en',
      }
      expect({ status: answer.status, body: answer.body }).toEqual({
        status: 200,
        body: { ...shape, id: who.id, createdAt: expect.any(String) },
      })
      expect((await t.as(who).get('/v1/me')).body).toEqual(answer.body)
      expect((await t.codesFor(wanted, 'change-email')).length).toBe(kind === 'taken' ? 0 : 1)
      expect([...answer.headers.keys()].sort()).not.toContain('retry-after')
    },
  )
})

describe('the undo of an email change', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
  })
  afterAll(() => t.stop())

  const change = async (who: { id: string; role: 'customer' }, email: string, password = goodPassword): Promise<string> => {
    expect((await t.as(who).patch('/v1/me', { email, currentPassword: password })).status).toBe(200)
    const code = await t.codeFor(email, 'change-email')
    expect((await t.as(who).post('/v1/me/email/confirm', { code })).status).toBe(200)
    const sealed = (await t.published(identityEvents.emailChanged)).at(-1)?.sealedUndoToken ?? ''
    const { plaintext } = await compactDecrypt(sealed, await importJWK(JSON.parse(t.sealPrivateJwk), 'ECDH-ES+A256KW'))
    return String(JSON.parse(new TextDecoder().decode(plaintext)).code)
  }
  const undo = (undoToken: string) => t.anonymous.post('/v1/me/email/undo', { undoToken })
  const aCustomer = async (email: string) => {
    const { body } = await t.customer(email)
    return { id: String(body.principal.id), role: 'customer', refreshToken: String(body.refreshToken) } as const
  }
  const emailOf = async (id: string) => (await t.as({ id, role: 'customer' }).get('/v1/me')).body.email

  test('restores the old address once, ends every session, and voids every code', async () => {
    const who = await aCustomer('robbed@example.com')
    const token = await change(who, 'thief@example.com')
    expect(token).toMatch(/^[\w-]{43}$/)
    const thief = (await t.login('thief@example.com')).body
    await t.as(who).patch('/v1/me', { email: 'thief.two@example.com', currentPassword: goodPassword })
    const open = await t.codeFor('thief.two@example.com', 'change-email')
    expect((await undo(token)).status).toBe(204)
    expect(await emailOf(who.id)).toBe('robbed@example.com')
    for (const refreshToken of [thief.refreshToken, who.refreshToken])
      expect((await t.anonymous.post('/v1/auth/refresh', { refreshToken })).status).toBe(401)
    expect((await t.as(who).post('/v1/me/email/confirm', { code: open })).body.code).toBe('otp_invalid')
    expect((await undo(token)).body.code).toBe('otp_invalid')
    expect((await t.login('thief@example.com')).status).toBe(401)
    expect((await t.published(identityEvents.emailChanged)).at(-1)).not.toHaveProperty('sealedUndoToken')
  })

  test('restores the address after an attacker’s second change, and gives the attacker no undo', async () => {
    const who = await aCustomer('robbed.twice@example.com')
    const first = await change(who, 'thief.a@example.com')
    const second = await change(who, 'thief.b@example.com')
    expect((await undo(first)).status).toBe(204)
    expect(await emailOf(who.id)).toBe('robbed.twice@example.com')
    expect((await undo(second)).body.code).toBe('otp_invalid')
    expect(await emailOf(who.id)).toBe('robbed.twice@example.com')
  })

  test('works for 72 hours and no longer', async () => {
    const [early, late] = [await aCustomer('early@example.com'), await aCustomer('late@example.com')]
    const tokens = [await change(early, 'early.new@example.com'), await change(late, 'late.new@example.com')]
    await t.clock.advance('71h')
    expect((await undo(tokens[0] ?? '')).status).toBe(204)
    await t.clock.advance('2h')
    expect((await undo(tokens[1] ?? '')).body.code).toBe('otp_invalid')
    expect(await emailOf(late.id)).toBe('late.new@example.com')
  })

  test('refuses an old address that another account has, and an unknown token', async () => {
    const who = await aCustomer('moved@example.com')
    const token = await change(who, 'moved.on@example.com')
    await t.customer('moved@example.com')
    expect((await undo(token)).body.code).toBe('email_taken')
    for (const nonsense of ['x', '0'.repeat(43), `${token}x`, token.toLowerCase()])
      expect((await undo(nonsense)).body.code).toBe('otp_invalid')
    expect((await undo('')).status).toBe(400)
  })

  test('stores only hashes of tokens, and none for a closed account', async () => {
    const who = await aCustomer('leaving@example.com')
    const token = await change(who, 'leaving.new@example.com')
    for (const table of ['email_undo', 'outbox_event', 'audit_entry'])
      expect(JSON.stringify(await t.sql(`SELECT * FROM ${table}`))).not.toContain(token)
    expect((await t.as(who).del('/v1/me', { body: { currentPassword: goodPassword } })).status).toBe(204)
    expect((await undo(token)).body.code).toBe('otp_invalid')
    expect(await t.sql(`SELECT * FROM email_undo WHERE user_id = '${who.id}'`)).toEqual([])
  })
})
