// Registration routes: one response for every address, and each registration becomes a customer only by its own mailed code.
import { identityEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../../fixtures.ts'

describe('a registration', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
  })
  afterAll(() => t.stop())

  const idOf = async (email: string, password?: string): Promise<string> =>
    (await t.register(email, password)).body.registrationId

  test('has the same status, body and headers for a new, a pending and a known address', async () => {
    await t.customer('known@example.com')
    const answers = [
      await t.register('new@example.com'),
      await t.register('new@example.com'),
      await t.register('known@example.com'),
      await t.register('KNOWN@Example.com'),
    ]
    const shape = answers.map((answer) => ({
      status: answer.status,
      text: answer.text.replace(/reg_[0-9a-z]{20,40}/, 'reg_…'),
      headers: [...answer.headers.keys()].sort(),
    }))
    expect(shape[0]).toMatchObject({ status: 202, text: '{"status":"accepted","registrationId":"reg_…"}' })
    for (const other of shape) expect(other).toEqual(shape[0])
    expect(new Set(answers.map((answer) => answer.body.registrationId)).size).toBe(4)
  })

  test('becomes a customer by its code, which works once and publishes the event', async () => {
    const id = await idOf('once@example.com')
    const code = await t.codeFor('once@example.com')
    const first = await t.confirm(id, code)
    expect(first.status).toBe(200)
    expect(first.body).toMatchObject({ tokenType: 'Bearer', expiresInSec: 600, principal: { role: 'customer' } })
    expect((await t.confirm(id, code)).body.code).toBe('otp_invalid')
    const announced = (await t.published(identityEvents.customerVerified)).filter(
      (event) => event.recipient.email === 'once@example.com',
    )
    expect(announced).toHaveLength(1)
    expect((await t.login('once@example.com')).status).toBe(200)
  })

  test.each([
    ['de-AT,de;q=0.9', undefined, 'de-AT'],
    ['de', 'en-GB', 'en-GB'],
    ['fr-CA', undefined, 'en'],
  ])('with Accept-Language %s and locale %s gets its mails in %s', async (accepted, locale, expected) => {
    const email = `locale-${expected}-${accepted.length}@example.com`.toLowerCase()
    const body = { email, password: goodPassword, name: 'Ann', ...(locale ? { locale } : {}) }
    const headers = { 'accept-language': accepted }
    expect((await t.anonymous.post('/v1/auth/register', body, { key: null, headers })).status).toBe(202)
    const requested = (await t.published(identityEvents.codeRequested)).filter(({ recipient }) => recipient.email === email)
    expect(requested).toMatchObject([{ locale: expected }])
  })

  test('opens exactly one session for two concurrent right codes', async () => {
    const id = await idOf('twice@example.com')
    const code = await t.codeFor('twice@example.com')
    const answers = await Promise.all([t.confirm(id, code), t.confirm(id, code)])
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400])
  })

  test.each([
    ['the owner first', 'first@example.com', 'first@example.com', true],
    ['the stranger first', 'second@example.com', 'second@example.com', false],
    ['the stranger in capitals', 'third@example.com', 'THIRD@Example.COM', true],
    ['the stranger in the other form of the domain', 'fourth@b\u00fccher.example', 'fourth@xn--bcher-kva.example', true],
  ])('a registration of the same address changes nothing in another: %s', async (_, email, spelled, ownerFirst) => {
    const stored = email.replace('b\u00fccher', 'xn--bcher-kva')
    const passwords = { owner: 'password of the owner', stranger: 'password of a stranger' }
    const order = ownerFirst ? (['owner', 'stranger'] as const) : (['stranger', 'owner'] as const)
    const ids = { owner: '', stranger: '' }
    for (const who of order) ids[who] = await idOf(who === 'owner' ? email : spelled, passwords[who])
    const mailed = await t.codesFor(stored, 'verify-email')
    expect(mailed).toHaveLength(2)
    const codes = Object.fromEntries(order.map((who, at) => [who, mailed[at] ?? '']))
    if (codes.owner !== codes.stranger) {
      expect((await t.confirm(ids.stranger, codes.owner ?? '')).body.code).toBe('otp_invalid')
      expect((await t.confirm(ids.owner, codes.stranger ?? '')).body.code).toBe('otp_invalid')
    }
    expect((await t.confirm(ids.owner, codes.owner ?? '')).status).toBe(200)
    expect((await t.confirm(ids.stranger, codes.stranger ?? '')).body.code).toBe('otp_invalid')
    expect((await t.login(email, passwords.owner)).status).toBe(200)
    expect((await t.login(email, passwords.stranger)).body.code).toBe('invalid_credentials')
    expect(await t.sql(`SELECT id FROM registration WHERE email = '${stored}'`)).toEqual([])
  })

  test('is the only one to create the account among concurrent confirmations', async () => {
    const passwords = ['one of them', 'two of them', 'three of them']
    const ids: string[] = []
    for (const password of passwords) ids.push(await idOf('race@example.com', password))
    const codes = await t.codesFor('race@example.com', 'verify-email')
    const answers = await Promise.all(ids.map((id, at) => t.confirm(id, codes[at] ?? '')))
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400, 400])
    expect(await t.sql(`SELECT COUNT(*) AS n FROM user_account WHERE email = 'race@example.com'`)).toEqual([{ n: 1 }])
    const winner = passwords[answers.findIndex((answer) => answer.status === 200)]
    for (const password of passwords)
      expect((await t.login('race@example.com', password)).status).toBe(password === winner ? 200 : 401)
  })

  test('is mailed its own code when others run at the same time', async () => {
    const answers = await Promise.all(
      ['a good password', 'a better password'].map((password) => t.register('busy@example.com', password)),
    )
    expect(answers.map((answer) => answer.status)).toEqual([202, 202])
    expect(await t.codesFor('busy@example.com', 'verify-email')).toHaveLength(2)
    expect(await t.sql(`SELECT COUNT(*) AS n FROM user_account WHERE email = 'busy@example.com'`)).toEqual([{ n: 0 }])
  })

  test('keeps its attempts when another client enters wrong codes for a registration of the same address', async () => {
    const own = await idOf('guarded@example.com')
    const code = await t.codeFor('guarded@example.com')
    const strange = (await t.register('guarded@example.com', 'password of a stranger', '10.3.3.3')).body.registrationId
    for (let guess = 0; guess < 6; guess++) await t.confirm(strange, t.wrong(code), `10.3.3.${guess}`)
    for (let guess = 0; guess < 6; guess++) await t.confirm(own, t.wrong(code), '10.3.3.3')
    expect((await t.confirm(own, code, '10.3.3.3')).body.code).toBe('otp_invalid')
    expect((await t.confirm(own, code)).status).toBe(200)
  })

  test('causes no mail with a name before it is confirmed', async () => {
    const name = 'Visit evil.example now'
    for (const email of ['named@example.com', 'known@example.com'])
      await t.anonymous.post('/v1/auth/register', { email, password: goodPassword, name })
    const asked = (await t.published(identityEvents.codeRequested)).map(({ recipient }) => Object.keys(recipient))
    expect(asked.length).toBeGreaterThan(1)
    for (const members of asked) expect(members).toEqual(['email'])
  })

  test('notifies the owner of a known address at most once a minute, and that code confirms nothing', async () => {
    await t.customer('told@example.com')
    const id = await idOf('told@example.com', 'something else entirely')
    await t.register('told@example.com', 'something else again')
    const [code, ...more] = await t.codesFor('told@example.com', 'already-registered')
    expect(more).toEqual([])
    expect((await t.confirm(id, code ?? '')).body.code).toBe('otp_invalid')
    expect((await t.anonymous.post('/v1/auth/resend', { registrationId: id })).status).toBe(202)
    expect((await t.login('told@example.com', 'something else entirely')).status).toBe(401)
  })

  test.each([
    ['a short password', { email: 'x@example.com', password: 'seven77', name: 'X' }, 'password_weak'],
    ['two emoji', { email: 'x@example.com', password: '\u{1f600}\u{1f600}', name: 'X' }, 'password_weak'],
    ['more than 72 bytes', { email: 'x@example.com', password: '\u00e4'.repeat(37), name: 'X' }, 'password_weak'],
    ['a common password', { email: 'x@example.com', password: 'Password123', name: 'X' }, 'password_weak'],
    ['the own address', { email: 'x.of.y@example.com', password: 'x.of.y@example.com', name: 'X' }, 'password_weak'],
    ['no address', { email: 'unknown', password: goodPassword, name: 'X' }, 'validation_failed'],
    ['an accented address', { email: 'x\u00e9@example.com', password: goodPassword, name: 'X' }, 'validation_failed'],
    ['a zero-width address', { email: 'x\u200b@example.com', password: goodPassword, name: 'X' }, 'validation_failed'],
    ['a full-width address', { email: '\uff58@example.com', password: goodPassword, name: 'X' }, 'validation_failed'],
    [
      'a name with a line break',
      { email: 'x@example.com', password: goodPassword, name: 'X\nhttps://evil.example' },
      'validation_failed',
    ],
    ['a name that turns around', { email: 'x@example.com', password: goodPassword, name: 'X\u202egpj' }, 'validation_failed'],
    ['an unknown member', { email: 'x@example.com', password: goodPassword, name: 'X', role: 'admin' }, 'validation_failed'],
  ])('%s is refused and writes nothing', async (_, body, code) => {
    const answer = await t.anonymous.post('/v1/auth/register', body)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ code, errors: [{ path: expect.stringMatching(/^\//) }] })
    expect(await t.sql(`SELECT id FROM registration WHERE email LIKE 'x%'`)).toEqual([])
  })

  test('ends after a week without a confirmation', async () => {
    const id = await idOf('late@example.com')
    await t.clock.advance('6d')
    await t.anonymous.post('/v1/auth/resend', { registrationId: id })
    expect((await t.login('late@example.com')).body.code).toBe('email_unverified')
    const code = await t.codeFor('late@example.com')
    await t.clock.advance('1d')
    expect((await t.confirm(id, code)).body.code).toBe('otp_invalid')
    expect((await t.login('late@example.com')).body.code).toBe('invalid_credentials')
  })
})
