// Sign-in routes: responses to wrong passwords, growing delays, and the lifetime of sessions.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../../fixtures.ts'

describe('a sign-in', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
    await t.customer('alice@example.com')
  })
  afterAll(() => t.stop())

  const refresh = (refreshToken: string) => t.anonymous.post('/v1/auth/refresh', { refreshToken })

  test('opens a session for the right password, with the address in any letter case', async () => {
    const answer = await t.login('Alice@Example.com')
    expect(answer.status).toBe(200)
    const [, payload] = answer.body.accessToken.split('.')
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      iss: 'cartwright',
      aud: 'cartwright',
      role: 'customer',
      sub: answer.body.principal.id,
    })
    expect(Object.keys(JSON.parse(Buffer.from(payload, 'base64url').toString())).sort()).toEqual([
      'aud',
      'exp',
      'iat',
      'iss',
      'issuedAtUs',
      'role',
      'sid',
      'sub',
    ])
    const [header] = answer.body.accessToken.split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: expect.any(String),
    })
  })

  test('has the same response for a wrong password and an unknown address', async () => {
    const wrong = await t.login('alice@example.com', 'not the password')
    const unknown = await t.login('unknown@example.com', 'not the password')
    expect(wrong.status).toBe(401)
    expect({ ...unknown.body, traceId: '' }).toEqual({ ...wrong.body, traceId: '' })
  })

  test('names the unconfirmed registration only for its right password', async () => {
    const first = (await t.register('pending@example.com')).body.registrationId
    const second = (await t.register('pending@example.com', 'another good password')).body.registrationId
    expect((await t.login('pending@example.com', 'not the password')).body).not.toHaveProperty('registrationId')
    expect((await t.login('pending@example.com', 'not the password')).body.code).toBe('invalid_credentials')
    expect(await t.login('Pending@Example.com')).toMatchObject({
      status: 403,
      body: { code: 'email_unverified', registrationId: first },
    })
    expect(await t.login('pending@example.com', 'another good password')).toMatchObject({
      status: 403,
      body: { code: 'email_unverified', registrationId: second },
    })
  })

  test('is delayed more after each wrong password, for this account and client address only', async () => {
    await t.customer('slow@example.com')
    await t.customer('other@example.com')
    const waits: number[] = []
    for (let turn = 0; turn < 10; turn++) {
      const answer = await t.login('slow@example.com', 'wrong wrong wrong', '10.0.0.1')
      if (answer.status !== 429) continue
      expect(answer.body.code).toBe('too_many_attempts')
      waits.push(Number(answer.headers.get('retry-after')))
      await t.clock.advance(`${waits.at(-1)}s`)
    }
    expect(waits.length).toBeGreaterThan(1)
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    expect(waits.at(-1)).toBeGreaterThan(waits[0] ?? 0)
    await t.login('slow@example.com', 'wrong wrong wrong', '10.0.0.1')
    expect((await t.login('slow@example.com', goodPassword, '10.0.0.1')).status).toBe(429)
    expect((await t.login('other@example.com', goodPassword, '10.0.0.1')).status).toBe(200)
    expect((await t.login('slow@example.com', goodPassword, '10.0.0.2')).status).toBe(200)
  })

  test('clears the failures when the password is right', async () => {
    await t.customer('forgetful@example.com')
    for (let turn = 0; turn < 3; turn++) {
      for (let wrong = 0; wrong < 4; wrong++) expect((await t.login('forgetful@example.com', 'wrong wrong')).status).toBe(401)
      expect((await t.login('forgetful@example.com')).status).toBe(200)
    }
  })

  test('succeeds for many concurrent right passwords', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, () => t.login('alice@example.com')))
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))
  })

  test('is refused without a comparison for most of many concurrent wrong passwords', async () => {
    await t.customer('burst@example.com')
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => t.login('burst@example.com', `guess number ${index}`, '10.0.0.9')),
    )
    const compared = answers.filter((answer) => answer.status === 401).length
    expect(compared).toBeGreaterThanOrEqual(5)
    expect(compared).toBeLessThan(20)
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(60 - compared)
  })

  test('is delayed for a client address that failed with many accounts', async () => {
    await using strict = await startIdentity({ IDENTITY_LOGIN_FREE_FAILURES_PER_ADDRESS: '6' })
    await strict.customer('carol@example.com')
    for (let turn = 0; turn < 7; turn++) await strict.login(`unknown${turn}@example.com`, 'whatever it is', '10.1.1.1')
    expect((await strict.login('carol@example.com', goodPassword, '10.1.1.1')).status).toBe(429)
    expect((await strict.login('carol@example.com', goodPassword, '10.1.1.2')).status).toBe(200)
  })

  test('gives a refresh token that rotates: a retry within ten seconds gets a sibling, a later reuse ends the session', async () => {
    const { refreshToken: first } = (await t.login('alice@example.com')).body
    const second = await refresh(first)
    expect(second.status).toBe(200)
    expect(second.body.refreshToken).not.toBe(first)
    const sibling = await refresh(first)
    expect(sibling.status).toBe(200)
    await t.clock.advance('11s')
    const third = await refresh(second.body.refreshToken)
    expect(third.status).toBe(200)
    expect((await refresh(first)).body.code).toBe('refresh_token_invalid')
    for (const token of [second.body.refreshToken, sibling.body.refreshToken, third.body.refreshToken])
      expect((await refresh(token)).status).toBe(401)
    // Late, although no retry came in time.
    const { refreshToken: stolen } = (await t.login('alice@example.com')).body
    const next = await refresh(stolen)
    await t.clock.advance('11s')
    expect((await refresh(stolen)).status).toBe(401)
    expect((await refresh(next.body.refreshToken)).status).toBe(401)
  })

  test('gives a refresh token of which concurrent uses get one rotation and one sibling, and a third ends the session', async () => {
    const { refreshToken } = (await t.login('alice@example.com')).body
    const pair = await Promise.all([refresh(refreshToken), refresh(refreshToken)])
    expect(pair.map((answer) => answer.status)).toEqual([200, 200])
    const next = await Promise.all(pair.map((answer) => refresh(answer.body.refreshToken)))
    expect(next.map((answer) => answer.status)).toEqual([200, 200])
    expect((await refresh(refreshToken)).body.code).toBe('refresh_token_invalid')
    for (const answer of next) expect((await refresh(answer.body.refreshToken)).status).toBe(401)
  })

  test.each([3, 7, 20])('ends its session after %i concurrent refreshes, of which two succeed', async (count) => {
    const { refreshToken } = (await t.login('alice@example.com')).body
    const answers = await Promise.all(Array.from({ length: count }, () => refresh(refreshToken)))
    const good = answers.filter((answer) => answer.status === 200)
    expect(good).toHaveLength(2)
    for (const answer of good) expect((await refresh(answer.body.refreshToken)).status).toBe(401)
  })

  test('opens a session that ends after 180 days, also when it is used every month', async () => {
    let { refreshToken } = (await t.login('alice@example.com')).body
    for (const days of [29, 29, 29, 29, 29, 29]) {
      await t.clock.advance(`${days}d`)
      const answer = await refresh(refreshToken)
      expect(answer.status).toBe(200)
      refreshToken = answer.body.refreshToken
    }
    await t.clock.advance('7d')
    expect((await refresh(refreshToken)).status).toBe(401)
  })

  test('opens a session that ends completely when a reuse is detected during another refresh', async () => {
    for (let turn = 0; turn < 5; turn++) {
      const { refreshToken: first } = (await t.login('alice@example.com')).body
      const { refreshToken: second } = (await refresh(first)).body
      await t.clock.advance('11s')
      const [, raced] = await Promise.all([refresh(first), refresh(second)])
      if (raced.status === 200) expect((await refresh(raced.body.refreshToken)).status).toBe(401)
    }
  })

  test('opens a session that lives thirty days from its last use', async () => {
    let { refreshToken } = (await t.anonymous.post('/v1/auth/guest')).body
    for (let turn = 0; turn < 3; turn++) {
      await t.clock.advance('29d')
      const answer = await refresh(refreshToken)
      expect(answer.status).toBe(200)
      refreshToken = answer.body.refreshToken
    }
    await t.clock.advance('31d')
    expect((await refresh(refreshToken)).status).toBe(401)
  })

  test('is undone by a sign-out, which ends the session and can be repeated', async () => {
    const { refreshToken } = (await t.login('alice@example.com')).body
    const next = (await refresh(refreshToken)).body.refreshToken
    for (let turn = 0; turn < 2; turn++) expect((await t.anonymous.post('/v1/auth/logout', { refreshToken })).status).toBe(204)
    expect((await refresh(next)).status).toBe(401)
    expect((await t.anonymous.post('/v1/auth/logout', { refreshToken: 'never seen' })).status).toBe(204)
  })

  test('as a guest creates a new principal each time', async () => {
    const [one, two] = [await t.anonymous.post('/v1/auth/guest'), await t.anonymous.post('/v1/auth/guest')]
    expect(one.status).toBe(201)
    expect(one.body.principal).toMatchObject({ role: 'guest', id: expect.stringMatching(/^gst_/) })
    expect(one.body.principal.id).not.toBe(two.body.principal.id)
  })

  test('stores refresh tokens and passwords as hashes only', async () => {
    const { refreshToken } = (await t.login('alice@example.com')).body
    const rows = JSON.stringify([await t.sql('SELECT * FROM refresh_token'), await t.sql('SELECT * FROM user_account')])
    expect(rows).not.toContain(refreshToken)
    expect(rows).not.toContain(goodPassword)
  })
})

describe('access tokens sent straight to the service', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
  })
  afterAll(() => t.stop())

  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const me = (token: string) => t.anonymous.get('/v1/me', { headers: { authorization: `Bearer ${token}` } })
  const claims = () => ({
    sub: 'usr_someone',
    role: 'admin',
    iss: 'cartwright',
    aud: 'cartwright',
    iat: Math.floor(Date.now() / 1000),
    exp: Math.floor(Date.now() / 1000) + 600,
  })

  test('are refused without a signature, or signed with the public key as a secret', async () => {
    const none = `${encoded({ alg: 'none', typ: 'at+jwt' })}.${encoded(claims())}.`
    const head = `${encoded({ alg: 'HS256', typ: 'at+jwt', kid: 'test' })}.${encoded(claims())}`
    const keys = (await t.anonymous.get('/.well-known/jwks.json')).body.keys
    const confused = `${head}.${createHmac('sha256', JSON.stringify(keys[0])).update(head).digest('base64url')}`
    for (const token of [none, confused, 'nonsense', '']) {
      const answer = await me(token)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
    }
  })

  test('are refused after they expire', async () => {
    const token = await t.token({ id: 'usr_someone', role: 'customer' })
    await t.clock.advance('11m')
    expect((await me(token)).status).toBe(401)
  })
})
