// Registration through the face: one answer for every address, and only a mailed code makes a customer.
import { identityEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../fixtures.ts'

describe('registering', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
  })
  afterAll(() => t.stop())

  const register = (email: string, password = goodPassword) =>
    t.anonymous.post('/v1/auth/register', { email, password, name: 'Ann' })
  const verify = (email: string, code: string) => t.anonymous.post('/v1/auth/verify', { email, code })

  test('a new, a pending and a known address get the same status, body and headers', async () => {
    await t.customer('known@example.com')
    const answers = [await register('new@example.com'), await register('new@example.com'), await register('known@example.com')]
    const shape = answers.map((answer) => ({
      status: answer.status,
      text: answer.text,
      headers: [...answer.headers.keys()].sort(),
    }))
    expect(shape[0]).toMatchObject({ status: 202, text: '{"status":"accepted"}' })
    expect(shape[1]).toEqual(shape[0])
    expect(shape[2]).toEqual(shape[0])
  })

  test('the code makes a customer, announces it, and works once', async () => {
    await register('once@example.com')
    const code = await t.codeFor('once@example.com')
    const first = await verify('ONCE@example.com', code)
    expect(first.status).toBe(200)
    expect(first.body).toMatchObject({ tokenType: 'Bearer', expiresInSec: 600, principal: { role: 'customer' } })
    expect((await verify('once@example.com', code)).body.code).toBe('otp_invalid')
    const announced = (await t.published(identityEvents.customerVerified)).filter(
      (event) => event.recipient.email === 'once@example.com',
    )
    expect(announced).toHaveLength(1)
    expect((await t.login('once@example.com')).status).toBe(200)
  })

  test('two right codes at once make exactly one session', async () => {
    await register('twice@example.com')
    const code = await t.codeFor('twice@example.com')
    const answers = await Promise.all([verify('twice@example.com', code), verify('twice@example.com', code)])
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400])
  })

  test('a second registration with another password kills the code of the first, whose password never works', async () => {
    await register('mine@example.com', 'password of a thief')
    const stolen = await t.codeFor('mine@example.com')
    await register('mine@example.com', 'password of the owner')
    const own = await t.codeFor('mine@example.com')
    expect((await verify('mine@example.com', stolen)).status).toBe(stolen === own ? 200 : 400)
    if (stolen !== own) expect((await verify('mine@example.com', own)).status).toBe(200)
    expect((await t.login('mine@example.com', 'password of a thief')).body.code).toBe('invalid_credentials')
    expect((await t.login('mine@example.com', 'password of the owner')).status).toBe(200)
  })

  test('the same registration again within a minute mails nothing and leaves its code alive', async () => {
    await register('again@example.com')
    const code = await t.codeFor('again@example.com')
    await register('again@example.com')
    expect(await t.codesFor('again@example.com', 'verify-email')).toEqual([code])
    expect((await verify('again@example.com', code)).status).toBe(200)
  })

  test('the owner of a known address is told at most once a minute, and that code proves nothing', async () => {
    await t.customer('told@example.com')
    await register('told@example.com', 'something else entirely')
    await register('told@example.com', 'something else again')
    const [code, ...more] = await t.codesFor('told@example.com', 'already-registered')
    expect(more).toEqual([])
    expect((await verify('told@example.com', code ?? '')).body.code).toBe('otp_invalid')
    expect((await t.login('told@example.com', 'something else entirely')).status).toBe(401)
  })

  test('two registrations of one address at once end in one account', async () => {
    const answers = await Promise.all(
      ['one of them', 'two of them', 'three of them'].map((password) => register('race@example.com', password)),
    )
    expect(answers.map((answer) => answer.status)).toEqual([202, 202, 202])
    expect(await t.sql(`SELECT COUNT(*) AS n FROM user_account WHERE email = 'race@example.com'`)).toEqual([{ n: 1 }])
    expect((await verify('race@example.com', await t.codeFor('race@example.com'))).status).toBe(200)
  })

  test.each([
    ['a short password', { email: 'x@example.com', password: 'seven77', name: 'X' }, 'password_weak'],
    ['more than 72 bytes', { email: 'x@example.com', password: 'ä'.repeat(37), name: 'X' }, 'password_weak'],
    ['a common password', { email: 'x@example.com', password: 'Password123', name: 'X' }, 'password_weak'],
    ['no address', { email: 'nobody', password: goodPassword, name: 'X' }, 'validation_failed'],
    ['an unknown member', { email: 'x@example.com', password: goodPassword, name: 'X', role: 'admin' }, 'validation_failed'],
  ])('%s is refused and writes nothing', async (_, body, code) => {
    const answer = await t.anonymous.post('/v1/auth/register', body)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ code, errors: [{ path: expect.stringMatching(/^\//) }] })
    expect(await t.sql(`SELECT id FROM user_account WHERE email LIKE 'x@%'`)).toEqual([])
  })

  test('a blocked registration cannot be proven', async () => {
    await register('blocked@example.com')
    await t.sql(`UPDATE user_account SET blocked_at = UTC_TIMESTAMP(6) WHERE email = 'blocked@example.com'`)
    expect((await verify('blocked@example.com', await t.codeFor('blocked@example.com'))).body.code).toBe('account_blocked')
  })
})
