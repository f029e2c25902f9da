// One-time codes: attempt budget, cooldown, hourly limit, single use, lifetime, and storage.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../../fixtures.ts'

describe('one-time codes', () => {
  let t: IdentityUnderTest
  let email: string
  let registrationId: string
  let count = 0
  beforeAll(async () => {
    t = await startIdentity()
  })
  afterAll(() => t.stop())
  beforeEach(async () => {
    email = `guess${count++}@example.com`
    registrationId = (await t.register(email)).body.registrationId
  })

  const verify = (code: string, id = registrationId) => t.confirm(id, code)
  const resend = (id = registrationId) => t.anonymous.post('/v1/auth/resend', { registrationId: id })

  test('are compared with at most five of a thousand parallel attempts', async () => {
    const code = Number(await t.codeFor(email))
    // The right code is among them in an arbitrary order: only the budget protects it.
    const guesses = Array.from({ length: 1000 }, (_, index) => String((code + 1 + index) % 1_000_000).padStart(6, '0'))
    const answers = await Promise.all(guesses.map((guess) => verify(guess)))
    expect(new Set(answers.map((answer) => answer.body.code))).toEqual(new Set(['otp_invalid']))
    const [{ tries }] = await t.sql(`SELECT MAX(tries) AS tries FROM code_budget WHERE purpose = 'verify-email'`)
    expect(tries).toBeGreaterThanOrEqual(5)
    expect((await verify(String(code).padStart(6, '0'))).body.code).toBe('otp_invalid')
  })

  test('are refused at the sixth attempt even when right, and neither a new code nor a sign-in gives new attempts', async () => {
    const code = await t.codeFor(email)
    for (let guess = 0; guess < 5; guess++) expect((await verify(t.wrong(code))).status).toBe(400)
    expect((await verify(code)).status).toBe(400)
    await t.login(email)
    await t.clock.advance('61s')
    await resend()
    expect((await verify(await t.codeFor(email))).status).toBe(400)
    await t.clock.advance('10m')
    await resend()
    expect((await verify(await t.codeFor(email))).status).toBe(200)
  })

  test('are mailed again after a minute, which ends the older code', async () => {
    const old = await t.codeFor(email)
    expect((await resend()).status).toBe(202)
    expect(await t.codesFor(email, 'verify-email')).toHaveLength(1)
    await t.clock.advance('61s')
    await resend()
    const codes = await t.codesFor(email, 'verify-email')
    expect(codes).toHaveLength(2)
    if (codes[1] !== old) expect((await verify(old)).status).toBe(400)
    expect((await verify(codes[1] ?? '')).status).toBe(200)
  })

  test('are mailed once for concurrent resends', async () => {
    await t.clock.advance('61s')
    await Promise.all(Array.from({ length: 8 }, () => resend()))
    expect(await t.codesFor(email, 'verify-email')).toHaveLength(2)
  })

  test('are mailed to one address at most five times an hour, and each registration keeps its own code', async () => {
    const code = await t.codeFor(email)
    const others: string[] = []
    for (let turn = 0; turn < 8; turn++) others.push((await t.register(email, `another password ${turn}`)).body.registrationId)
    expect(await t.codesFor(email, 'verify-email')).toHaveLength(5)
    await t.clock.advance('61s')
    for (const id of [registrationId, ...others]) await resend(id)
    expect(await t.codesFor(email, 'verify-email')).toHaveLength(5)
    expect((await verify(code)).status).toBe(200)
    expect((await t.login(email)).status).toBe(200)
    await t.clock.advance('1h')
    for (const id of others) await resend(id)
    expect(await t.codesFor(email, 'verify-email')).toHaveLength(5)
  })

  test('of every purpose share the mail limit of an address, and already-registered mails leave room for a reset', async () => {
    expect((await verify(await t.codeFor(email))).status).toBe(200)
    for (let turn = 0; turn < 6; turn++) {
      await t.register(email, `another password ${turn}`)
      await t.clock.advance('61s')
    }
    expect(await t.codesFor(email, 'already-registered')).toHaveLength(2)
    for (let turn = 0; turn < 6; turn++) {
      await t.anonymous.post('/v1/auth/password/forgot', { email })
      await t.clock.advance('61s')
    }
    expect(await t.codesFor(email, 'reset-password')).toHaveLength(2)
  })

  test('expire after ten minutes', async () => {
    const code = await t.codeFor(email)
    await t.clock.advance('10m')
    expect((await verify(code)).status).toBe(400)
  })

  test('have an attempt budget and the same response for an unknown address', async () => {
    const known = await verify(t.wrong(await t.codeFor(email)))
    const unknown = await verify('123456', 'reg_00unknowns0registration')
    expect({ ...unknown.body, traceId: '' }).toEqual({ ...known.body, traceId: '' })
    expect([...unknown.headers.keys()].sort()).toEqual([...known.headers.keys()].sort())
    const resent = await resend('reg_00unknowns0registration')
    expect({ status: resent.status, text: resent.text }).toEqual({ status: 202, text: '{"status":"accepted"}' })
  })

  test('are refused after twenty wrong ones a day, except from the device that registered', async () => {
    const guessFrom = async (code: string, from: string) => (await t.confirm(registrationId, code, from)).body.code ?? 'right'
    for (let window = 0; window < 5; window++) {
      await t.clock.advance('10m')
      await resend()
      const code = await t.codeFor(email)
      for (let guess = 0; guess < 5; guess++)
        expect(await guessFrom(t.wrong(code), `10.9.${window}.${guess}`)).toBe('otp_invalid')
    }
    await t.clock.advance('1h')
    await resend()
    const code = await t.codeFor(email)
    expect(await guessFrom(code, '10.9.9.9')).toBe('otp_invalid')
    expect((await verify(code)).status).toBe(200)
  })

  test('are stored neither as they are nor as a plain hash', async () => {
    const code = await t.codeFor(email)
    const rows = JSON.stringify([await t.sql('SELECT * FROM one_time_code'), await t.sql('SELECT payload FROM outbox_event')])
    expect(rows).not.toContain(`"${code}"`)
  })
})

describe('response times', () => {
  test('are the same for known and unknown addresses', async () => {
    await using t = await startIdentity({
      IDENTITY_ANSWER_FLOOR_MS: '400',
      IDENTITY_LOGIN_FREE_FAILURES: '50',
      IDENTITY_BCRYPT_COST: '9',
    })
    await t.customer('known@example.com')
    const timed = async (path: string, body: object): Promise<number> => {
      const started = performance.now()
      // From an unknown client: the time for a known device reveals nothing to others.
      await t.anonymous.post(path, body, { headers: { 'x-forwarded-for': '192.0.2.99' } })
      return performance.now() - started
    }
    for (const [path, more, limit, turns] of [
      ['/v1/auth/password/forgot', {}, 0.2, 4],
      ['/v1/auth/register', { password: goodPassword, name: 'Some Body' }, 0.2, 5],
      ['/v1/auth/password/reset', { code: '000000', newPassword: goodPassword }, 0.2, 4],
      // Only bcrypt hides the difference here, at an eighth of its production cost.
      ['/v1/auth/login', { password: 'not the password' }, 0.4, 15],
    ] as const) {
      // Alternating, so that load on the machine affects both.
      const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] }
      for (let turn = 0; turn < turns; turn++) {
        times.known.push(await timed(path, { email: 'known@example.com', ...more }))
        times.unknown.push(await timed(path, { email: `unknown${path.length}@example.com`, ...more }))
      }
      const [known, unknown] = [Math.min(...times.known), Math.min(...times.unknown)]
      expect({ path, alike: Math.abs(known - unknown) / Math.max(known, unknown) < limit }).toEqual({ path, alike: true })
    }
  }, 60_000)
})
