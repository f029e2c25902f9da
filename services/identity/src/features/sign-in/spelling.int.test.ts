// Email addresses have one normal form: no collation merges two addresses, and spellings share one attempt budget.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../../fixtures.ts'

/** Texts that a collation equates with `renee` and a mail system does not. */
const lookalikes = [
  ['an accent', 'rénee@example.com'],
  ['another accent', 'renée@example.com'],
  ['a combining mark', 'rene\u0301e@example.com'],
  ['a zero-width joiner', 'ren\u200dee@example.com'],
  ['a zero-width space', '\u200brenee@example.com'],
  ['a soft hyphen', 're\u00adnee@example.com'],
  ['full width', 'ｒenee@example.com'],
  ['a mathematical letter', '𝐫enee@example.com'],
  ['a circled letter', 'ⓡenee@example.com'],
  ['a letter of another alphabet', 'r\u0435nee@example.com'],
  ['NUL', 'renee\0@example.com'],
  ['a full-width domain', 'renee@ｅxample.com'],
  ['a zero-width domain', 'renee@exam\u200bple.com'],
] as const
const spellings = ['renee@example.com', 'RENEE@EXAMPLE.COM', '  Renee@Example.Com ', '\trenee@eXample.com'] as const

describe('an email address', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
    await t.customer('renee@example.com')
  })
  afterAll(() => t.stop())

  const calls = (email: string) =>
    [
      ['/v1/auth/register', { email, password: goodPassword, name: 'R' }],
      ['/v1/auth/login', { email, password: goodPassword }],
      ['/v1/auth/password/forgot', { email }],
      ['/v1/auth/password/reset', { email, code: '123456', newPassword: 'a brand new password' }],
    ] as const

  test.each(lookalikes)('with %s is 400 on every route and writes nothing', async (_, email) => {
    const rows = () =>
      t.sql('SELECT (SELECT COUNT(*) FROM one_time_code) AS codes, (SELECT COUNT(*) FROM registration) AS registrations')
    const before = await rows()
    for (const [path, body] of calls(email)) {
      expect(await t.anonymous.post(path, body)).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: [{ path: '/email' }] },
      })
    }
    const admin = t.as({ id: 'usr_admin0', role: 'admin' })
    expect((await admin.get(`/v1/admin/users?email=${encodeURIComponent(email)}`)).status).toBe(400)
    expect(await rows()).toEqual(before)
  })

  test.each(spellings)('written as %j finds the account', async (email) => {
    expect((await t.login(email)).status).toBe(200)
    const admin = t.as({ id: 'usr_admin0', role: 'admin' })
    expect((await admin.get(`/v1/admin/users?email=${encodeURIComponent(email)}`)).body.items).toHaveLength(1)
  })

  test('with a Unicode domain equals the one in punycode', async () => {
    await t.customer('ada@xn--bcher-kva.example')
    for (const email of ['ada@bücher.example', 'ada@BÜCHER.example', 'ada@bu\u0308cher.example', 'Ada@XN--BCHER-KVA.example'])
      expect((await t.login(email)).status).toBe(200)
  })

  test('has one attempt budget for all its spellings', async () => {
    await t.anonymous.post('/v1/auth/password/forgot', { email: 'renee@example.com' })
    const code = await t.codeFor('renee@example.com', 'reset-password')
    const reset = (email: string, guess: string, from: string) =>
      t.anonymous.post(
        '/v1/auth/password/reset',
        { email, code: guess, newPassword: 'a brand new password' },
        { headers: { 'x-forwarded-for': from } },
      )
    for (let guess = 0; guess < 5; guess++)
      await reset(spellings[guess % spellings.length] ?? '', t.wrong(code), `10.4.0.${guess}`)
    for (const email of spellings) expect((await reset(email, code, '10.4.1.1')).body.code).toBe('otp_invalid')
    // The owner's known device has a budget of its own.
    const forwarded = await t.anonymous.post('/v1/auth/password/reset', {
      email: 'renee@example.com',
      code,
      newPassword: goodPassword,
    })
    expect(forwarded.status).toBe(204)
  })

  test('has one throttle key for all its spellings', async () => {
    const answers: number[] = []
    for (let turn = 0; turn < 8; turn++)
      answers.push((await t.login(spellings[turn % spellings.length] ?? '', 'not the password', '10.5.0.1')).status)
    expect(answers.slice(0, 5)).toEqual([401, 401, 401, 401, 401])
    expect(answers).toContain(429)
  })
})
