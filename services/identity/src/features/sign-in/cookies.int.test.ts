// Cookie sessions: the refresh token is in an HttpOnly cookie and in no body, and the cookie serves refresh and sign-out only.
import type { TestResponse } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../../fixtures.ts'

let t: IdentityUnderTest
beforeAll(async () => {
  t = await startIdentity()
  await t.customer('alice@example.com')
})
afterAll(() => t.stop())

const setCookieOf = (answer: TestResponse): string => answer.headers.get('set-cookie') ?? ''
/** The cookie as the browser sends it back. */
const cookieOf = (answer: TestResponse): string => setCookieOf(answer).split(';')[0] ?? ''
const tokenIn = (cookie: string): string => cookie.slice(cookie.indexOf('=') + 1)
const shop = { 'x-session': 'shop' }
const signIn = (headers: Record<string, string> = shop) =>
  t.anonymous.post('/v1/auth/login', { email: 'alice@example.com', password: goodPassword }, { headers })
const refresh = (headers: Record<string, string>, body?: object) => t.anonymous.post('/v1/auth/refresh', body, { headers })
const logout = (headers: Record<string, string>, body?: object) => t.anonymous.post('/v1/auth/logout', body, { headers })
const isOver = async (cookie: string) => (await refresh({ ...shop, cookie })).status === 401

describe('a browser that signs in with X-Session', () => {
  test.each(['shop', 'console'])(
    'for %s gets the refresh token as a cookie of the calls of /v1/auth, and in no body',
    async (name) => {
      const answer = await signIn({ 'x-session': name })
      expect(answer.status).toBe(200)
      expect(Object.keys(answer.body).sort()).toEqual(['accessToken', 'expiresInSec', 'principal', 'tokenType'])
      expect(setCookieOf(answer)).toMatch(
        new RegExp(`^cw_refresh_${name}=[\\w-]{43}; Path=/v1/auth; Max-Age=2592000; HttpOnly; SameSite=Strict$`),
      )
      expect(answer.text).not.toContain(tokenIn(cookieOf(answer)))
      expect(answer.headers.get('cache-control')).toBe('no-store')
    },
  )

  test('as a guest or by confirming a registration gets the cookie too', async () => {
    const guest = await t.anonymous.post('/v1/auth/guest', undefined, { headers: shop })
    expect(guest).toMatchObject({ status: 201, body: { principal: { role: 'guest' } } })
    const { registrationId } = (await t.register('carla@example.com')).body
    const code = await t.codeFor('carla@example.com')
    const verified = await t.anonymous.post('/v1/auth/verify', { registrationId, code }, { headers: shop })
    for (const answer of [guest, verified]) {
      expect(answer.body).not.toHaveProperty('refreshToken')
      expect((await refresh({ ...shop, cookie: cookieOf(answer) })).status).toBe(200)
    }
  })

  test('gets a Secure cookie where the shop is not on loopback', async () => {
    await using other = await startIdentity({ PUBLIC_URL: 'https://shop.example' })
    expect(setCookieOf(await other.anonymous.post('/v1/auth/guest', undefined, { headers: shop }))).toMatch(
      /; HttpOnly; SameSite=Strict; Secure$/,
    )
  })

  test('for a session that there is not is told which there are, and opens none', async () => {
    const before = await t.sql('SELECT COUNT(*) AS count FROM refresh_family')
    expect(await signIn({ 'x-session': 'admin' })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', in: 'headers', errors: [{ path: '/x-session' }] },
    })
    expect(await t.sql('SELECT COUNT(*) AS count FROM refresh_family')).toEqual(before)
  })
})

describe('the cookie', () => {
  test('is rotated by a refresh without a body, and a later reuse ends the session', async () => {
    const first = cookieOf(await signIn())
    const answer = await refresh({ ...shop, cookie: `theme=dark; ${first}` })
    expect(answer).toMatchObject({ status: 200, body: { principal: { role: 'customer' } } })
    expect(answer.body).not.toHaveProperty('refreshToken')
    const second = cookieOf(answer)
    expect(second).not.toBe(first)
    await t.clock.advance('11s')
    expect(await refresh({ ...shop, cookie: first })).toMatchObject({ status: 401, body: { code: 'refresh_token_invalid' } })
    expect(await isOver(second)).toBe(true)
  })

  test('may be sent by two tabs at once: both get tokens, and either cookie goes on', async () => {
    const cookie = cookieOf(await signIn())
    const tabs = await Promise.all([refresh({ ...shop, cookie }), refresh({ ...shop, cookie })])
    expect(tabs.map(({ status }) => status)).toEqual([200, 200])
    for (const tab of tabs) expect((await refresh({ ...shop, cookie: cookieOf(tab) })).status).toBe(200)
  })

  test.each(['refresh', 'logout'])('without the header is refused by %s, and stays good', async (call) => {
    const cookie = cookieOf(await signIn())
    const refused = await t.anonymous.post(`/v1/auth/${call}`, undefined, { headers: { cookie } })
    expect(refused).toMatchObject({ status: 403, body: { code: 'csrf_refused' } })
    expect(setCookieOf(refused)).toBe('')
    await t.clock.advance('11s')
    expect(await isOver(cookie)).toBe(false)
  })

  test('beside a token in the body is 400 with the header, and neither is used', async () => {
    const cookie = cookieOf(await signIn())
    const { refreshToken } = (await signIn({})).body
    for (const call of [refresh, logout])
      expect(await call({ ...shop, cookie }, { refreshToken })).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: [{ path: '/refreshToken' }] },
      })
    await t.clock.advance('11s')
    expect(await isOver(cookie)).toBe(false)
    expect((await refresh({}, { refreshToken })).status).toBe(200)
  })

  test('beside a token in the body is ignored without the header', async () => {
    const cookie = cookieOf(await signIn())
    const { refreshToken } = (await signIn({})).body
    const answer = await refresh({ cookie }, { refreshToken })
    expect(answer).toMatchObject({ status: 200, body: { refreshToken: expect.any(String) } })
    expect(setCookieOf(answer)).toBe('')
    expect(await isOver(cookie)).toBe(false)
  })

  test('of one session does not serve the other', async () => {
    const cookie = cookieOf(await signIn())
    expect((await refresh({ 'x-session': 'console', cookie })).status).toBe(401)
    expect((await logout({ 'x-session': 'console', cookie })).status).toBe(204)
    expect(await isOver(cookie)).toBe(false)
  })

  test('opens nothing but refresh and sign-out', async () => {
    const cookie = cookieOf(await signIn())
    for (const headers of [{ cookie }, { ...shop, cookie }])
      expect((await t.anonymous.get('/v1/me', { headers })).status).toBe(401)
  })

  test('is cleared by signing out, which ends its session; without a cookie there is nothing to end', async () => {
    const cookie = cookieOf(await signIn())
    for (const headers of [{ ...shop, cookie }, shop]) {
      const answer = await logout(headers)
      expect(answer.status).toBe(204)
      expect(setCookieOf(answer)).toBe('cw_refresh_shop=; Path=/v1/auth; Max-Age=0; HttpOnly; SameSite=Strict')
    }
    expect(await isOver(cookie)).toBe(true)
  })
})

test('a caller without the header keeps the refresh token in the body, and must send it', async () => {
  const answer = await signIn({})
  expect(answer.body.refreshToken).toMatch(/^[\w-]{43}$/)
  expect(setCookieOf(answer)).toBe('')
  for (const call of [refresh, logout])
    expect(await call({}, {})).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ path: '/refreshToken' }] },
    })
  expect((await logout({}, { refreshToken: answer.body.refreshToken })).status).toBe(204)
})
