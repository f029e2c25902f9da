// Limits of sign-ins: per account over all client addresses, per IPv6 network, and never for the owner's known device.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../../fixtures.ts'

describe('failed sign-ins', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
  })
  afterAll(() => t.stop())

  /** Sends wrong passwords from `clients` addresses, too few from each for a delay. @returns how many were compared */
  const guess = async (email: string, clients: number, client: (index: number) => string): Promise<number> => {
    let compared = 0
    for (let index = 0; index < clients; index++)
      for (let turn = 0; turn < 5; turn++)
        if ((await t.login(email, 'not the password', client(index))).status === 401) compared += 1
    return compared
  }
  const countOf = async (event: string): Promise<number> => {
    const page = await (await fetch(t.running.metricsUrl)).text()
    return Number(
      new RegExp(`^cartwright_security_events_total\\{[^}]*event="${event}"[^}]*\\} (\\d+)`, 'm').exec(page)?.[1] ?? 0,
    )
  }

  test('are capped at fifty an hour per account over all client addresses, and the owner still signs in from a known device', async () => {
    await t.customer('mina@example.com')
    expect((await t.login('mina@example.com', goodPassword, '192.0.2.7')).status).toBe(200)
    const before = { failed: await countOf('sign_in_failed'), throttled: await countOf('sign_in_throttled') }
    expect(await guess('mina@example.com', 12, (index) => `198.51.100.${index}`)).toBe(50)
    expect(await countOf('sign_in_failed')).toBe(before.failed + 50)
    expect(await countOf('sign_in_throttled')).toBe(before.throttled + 10)
    const elsewhere = await t.login('mina@example.com', goodPassword, '203.0.113.5')
    expect({ status: elsewhere.status, code: elsewhere.body.code }).toEqual({ status: 429, code: 'too_many_attempts' })
    expect(Number(elsewhere.headers.get('retry-after'))).toBeGreaterThan(3000)
    expect((await t.login('mina@example.com', goodPassword, '192.0.2.7')).status).toBe(200)
    await t.clock.advance('1h')
    expect((await t.login('mina@example.com', goodPassword, '203.0.113.5')).status).toBe(200)
  })

  test('are capped in the same way, with the same response, for an address without an account', async () => {
    expect(await guess('unknown@example.com', 12, (index) => `198.51.101.${index}`)).toBe(50)
    expect((await t.login('Unknown@Example.com', goodPassword, '203.0.113.6')).body.code).toBe('too_many_attempts')
  })

  test('of a known device delay that device', async () => {
    await t.customer('nora@example.com')
    await t.login('nora@example.com', goodPassword, '192.0.2.8')
    for (let turn = 0; turn < 6; turn++) await t.login('nora@example.com', 'not the password', '192.0.2.8')
    expect((await t.login('nora@example.com', goodPassword, '192.0.2.8')).status).toBe(429)
  })

  test('count for every device after a reset, except the one that reset the password', async () => {
    await t.customer('otto@example.com')
    await t.login('otto@example.com', goodPassword, '192.0.2.9')
    await t.anonymous.post('/v1/auth/password/forgot', { email: 'otto@example.com' })
    const code = await t.codeFor('otto@example.com', 'reset-password')
    const headers = { 'x-forwarded-for': '192.0.2.10' }
    const newPassword = 'a brand new password'
    await t.anonymous.post('/v1/auth/password/reset', { email: 'otto@example.com', code, newPassword }, { headers })
    await guess('otto@example.com', 11, (index) => `198.51.102.${index}`)
    expect((await t.login('otto@example.com', newPassword, '192.0.2.9')).status).toBe(429)
    expect((await t.login('otto@example.com', newPassword, '192.0.2.10')).status).toBe(200)
  })

  test.each([
    ['addresses of one /64', ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:0DB8:0001:0002:0:0:0:3'], 429],
    ['an IPv4 address and the same in IPv6', ['203.0.113.77', '::ffff:203.0.113.77', '::FFFF:cb00:714d'], 429],
    ['addresses of two /64', ['2001:db8:1:3::1', '2001:db8:1:3::1', '2001:db8:1:4::1'], 200],
  ])('%s count together: %s', async (name, clients, status) => {
    const email = `six${name.length}@example.com`
    await t.customer(email)
    for (let turn = 0; turn < 6; turn++) await t.login(email, 'not the password', clients[turn % 2])
    expect((await t.login(email, goodPassword, clients[2])).status).toBe(status)
  })

  test('and right ones do not restore the attempt budget of codes', async () => {
    await t.customer('pia@example.com')
    await t.anonymous.post('/v1/auth/password/forgot', { email: 'pia@example.com' })
    const code = await t.codeFor('pia@example.com', 'reset-password')
    const reset = (guess: string) =>
      t.anonymous.post('/v1/auth/password/reset', { email: 'pia@example.com', code: guess, newPassword: 'a brand new password' })
    const before = { failed: await countOf('code_failed'), throttled: await countOf('code_throttled') }
    for (let guess = 0; guess < 5; guess++) {
      await reset(t.wrong(code))
      await t.login('pia@example.com')
    }
    expect((await reset(code)).body.code).toBe('otp_invalid')
    expect(await countOf('code_failed')).toBe(before.failed + 5)
    expect(await countOf('code_throttled')).toBe(before.throttled + 1)
  })
})
