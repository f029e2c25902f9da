// One-time codes through the face: budget, cooldown, hourly limit, single use, life, and how little of them is stored.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../fixtures.ts'

describe('one-time codes', () => {
  let t: IdentityUnderTest
  let email: string
  let count = 0
  beforeAll(async () => {
    t = await startIdentity()
  })
  afterAll(() => t.stop())
  beforeEach(async () => {
    email = `guess${count++}@example.com`
    await t.anonymous.post('/v1/auth/register', { email, password: goodPassword, name: 'Ann' })
  })

  const verify = (code: string, address = email) => t.anonymous.post('/v1/auth/verify', { email: address, code })
  const resend = (address = email) => t.anonymous.post('/v1/auth/resend', { email: address })

  test('of a thousand parallel guesses at most five are compared', async () => {
    const code = Number(await t.codeFor(email))
    // The right code is among them, but in no order that anybody could count on: only the budget protects it.
    const guesses = Array.from({ length: 1000 }, (_, index) => String((code + 1 + index) % 1_000_000).padStart(6, '0'))
    const answers = await Promise.all(guesses.map((guess) => verify(guess)))
    expect(new Set(answers.map((answer) => answer.body.code))).toEqual(new Set(['otp_invalid']))
    const [{ tries }] = await t.sql(`SELECT MAX(tries) AS tries FROM code_budget`)
    expect(tries).toBeGreaterThanOrEqual(5)
    expect((await verify(String(code).padStart(6, '0'))).body.code).toBe('otp_invalid')
  })

  test('the sixth guess fails even when it is right, and neither a new code nor a sign-in gives new guesses', async () => {
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

  test('a resend waits a minute, and then the older code is dead', async () => {
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

  test('resends at once mail one code', async () => {
    await t.clock.advance('61s')
    await Promise.all(Array.from({ length: 8 }, () => resend()))
    expect(await t.codesFor(email, 'verify-email')).toHaveLength(2)
  })

  test('at most five codes an hour are mailed, whatever password is registered', async () => {
    for (let turn = 0; turn < 8; turn++) {
      await t.anonymous.post('/v1/auth/register', { email, password: `another password ${turn}`, name: 'Ann' })
    }
    expect(await t.codesFor(email, 'verify-email')).toHaveLength(5)
    const last = await t.codeFor(email)
    // The newest registration got no mail, but the older ones must not win either.
    expect((await verify(last)).status).toBe(400)
    await t.clock.advance('1h')
    await resend()
    expect((await verify(await t.codeFor(email))).status).toBe(200)
    expect((await t.login(email, 'another password 7')).status).toBe(200)
  })

  test('a code lives ten minutes', async () => {
    const code = await t.codeFor(email)
    await t.clock.advance('10m')
    expect((await verify(code)).status).toBe(400)
  })

  test('an unknown address spends a budget as a known one does, and answers alike', async () => {
    const known = await verify(t.wrong(await t.codeFor(email)))
    const unknown = await verify('123456', 'nobody@example.com')
    expect({ ...unknown.body, traceId: '' }).toEqual({ ...known.body, traceId: '' })
    expect([...unknown.headers.keys()].sort()).toEqual([...known.headers.keys()].sort())
    const resent = await resend('nobody@example.com')
    expect({ status: resent.status, text: resent.text }).toEqual({ status: 202, text: '{"status":"accepted"}' })
  })

  test('neither the code nor a plain hash of it is stored', async () => {
    const code = await t.codeFor(email)
    const rows = JSON.stringify([await t.sql('SELECT * FROM one_time_code'), await t.sql('SELECT payload FROM outbox_event')])
    expect(rows).not.toContain(`"${code}"`)
  })
})

describe('time', () => {
  test('answers about known and unknown addresses take the same time', async () => {
    await using t = await startIdentity({ IDENTITY_ANSWER_FLOOR_MS: '60' })
    await t.customer('known@example.com')
    const median = async (path: string, bodyOf: (turn: number) => object): Promise<number> => {
      const times: number[] = []
      for (let turn = 0; turn < 9; turn++) {
        const started = performance.now()
        await t.anonymous.post(path, bodyOf(turn))
        times.push(performance.now() - started)
      }
      return times.sort((a, b) => a - b)[4] ?? 0
    }
    const wrong = { code: '000000', newPassword: goodPassword }
    for (const [path, more] of [
      ['/v1/auth/password/forgot', {}],
      ['/v1/auth/resend', {}],
      ['/v1/auth/password/reset', wrong],
    ] as const) {
      const known = await median(path, () => ({ email: 'known@example.com', ...more }))
      const unknown = await median(path, (turn) => ({ email: `nobody${turn}@example.com`, ...more }))
      expect(Math.abs(known - unknown) / Math.max(known, unknown)).toBeLessThan(0.2)
    }
  })
})
