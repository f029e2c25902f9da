// Password reset routes: one response for every address, and a new password ends every session.
import { identityEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../../fixtures.ts'

describe('a password reset', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
  })
  afterAll(() => t.stop())

  const forgot = (email: string) => t.anonymous.post('/v1/auth/password/forgot', { email })
  const reset = (email: string, code: string, newPassword = 'a brand new password') =>
    t.anonymous.post('/v1/auth/password/reset', { email, code, newPassword })

  test('sets a new password by the mailed code, ends every session, and notifies the owner', async () => {
    const { refreshToken } = (await t.customer('ann@example.com')).body
    await forgot('ann@example.com')
    const code = await t.codeFor('ann@example.com', 'reset-password')
    expect((await reset('ann@example.com', code)).status).toBe(204)
    expect((await t.anonymous.post('/v1/auth/refresh', { refreshToken })).status).toBe(401)
    expect((await t.login('ann@example.com')).status).toBe(401)
    expect((await t.login('ann@example.com', 'a brand new password')).status).toBe(200)
    expect((await t.published(identityEvents.passwordChanged)).map((event) => event.recipient.email)).toEqual(['ann@example.com'])
    expect((await reset('ann@example.com', code, 'yet another password')).body.code).toBe('otp_invalid')
  })

  test('has the same response for unknown and unconfirmed addresses, which get no mail', async () => {
    await t.register('unproven@example.com')
    await t.customer('known@example.com')
    const answers = [await forgot('known@example.com'), await forgot('unknown@example.com'), await forgot('unproven@example.com')]
    expect(answers.map((answer) => answer.text)).toEqual(Array(3).fill('{"status":"accepted"}'))
    expect(await t.codesFor('unproven@example.com', 'reset-password')).toEqual([])
    expect((await reset('unknown@example.com', '123456')).body.code).toBe('otp_invalid')
  })

  test('refuses a weak password before it consumes the code', async () => {
    await t.customer('weak@example.com')
    await forgot('weak@example.com')
    const code = await t.codeFor('weak@example.com', 'reset-password')
    expect((await reset('weak@example.com', code, 'password1')).status).toBe(400)
    expect((await reset('weak@example.com', code, 'password123')).body).toMatchObject({
      code: 'password_weak',
      errors: [{ path: '/newPassword' }],
    })
    expect((await reset('weak@example.com', code)).status).toBe(204)
  })

  test('has an attempt budget that a new code does not restore', async () => {
    await t.customer('spent@example.com')
    await forgot('spent@example.com')
    const code = await t.codeFor('spent@example.com', 'reset-password')
    for (let guess = 0; guess < 5; guess++) expect((await reset('spent@example.com', t.wrong(code))).status).toBe(400)
    expect((await reset('spent@example.com', code)).status).toBe(400)
    await t.clock.advance('61s')
    await forgot('spent@example.com')
    expect((await reset('spent@example.com', await t.codeFor('spent@example.com', 'reset-password'))).status).toBe(400)
  })

  test('voids every open code of the account, also of an email change that an attacker requested', async () => {
    const { principal } = (await t.customer('robbed@example.com')).body
    const robbed = { id: String(principal.id), role: 'customer', email: 'robbed@example.com' } as const
    await t.as(robbed).patch('/v1/me', { email: 'thief@example.com', currentPassword: goodPassword })
    await forgot('robbed@example.com')
    expect((await reset('robbed@example.com', await t.codeFor('robbed@example.com', 'reset-password'))).status).toBe(204)
    const change = await t.codeFor('thief@example.com', 'change-email')
    expect((await t.as(robbed).post('/v1/me/email/confirm', { code: change })).body.code).toBe('otp_invalid')
    expect((await t.as(robbed).get('/v1/me')).body).toMatchObject({ email: 'robbed@example.com', pendingEmail: null })
  })

  test('refuses a code of another purpose', async () => {
    await t.customer('kinds@example.com')
    await t.clock.advance('61s')
    await t.register('kinds@example.com')
    const other = await t.codeFor('kinds@example.com', 'already-registered')
    expect((await reset('kinds@example.com', other)).status).toBe(400)
  })
})
