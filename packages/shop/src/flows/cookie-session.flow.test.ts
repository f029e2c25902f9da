// Cookie session of a browser through the gateway: sign in, reload, sign out, with a refresh token that no script sees.
import { type TestResponse, testClient } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop
beforeAll(async () => {
  shop = await startTestShop()
})
afterAll(() => shop?.stop())

test('a browser signs in, refreshes after a reload and signs out; a page of another origin cannot use its cookie', async () => {
  const origin = new URL(shop.url).origin
  let cookie = ''
  const browser = testClient(shop.url, async () => null)
  const post = async (path: string, body?: object, from = origin): Promise<TestResponse> => {
    const answer = await browser.post(path, body, { key: null, headers: { origin: from, 'x-session': 'shop', cookie } })
    const set = answer.headers.get('set-cookie')
    if (set !== null) cookie = set.split(';')[0] ?? ''
    return answer
  }
  const me = async (accessToken: string) => (await testClient(shop.url, async () => accessToken).get('/v1/me')).status
  const signedIn = await post('/v1/auth/login', { email: 'alice@example.com', password: 'cartwright-demo' })
  expect(signedIn.status).toBe(200)
  const foreign = await post('/v1/auth/refresh', undefined, 'https://evil.example')
  expect(foreign).toMatchObject({ status: 403, body: { code: 'csrf_refused' } })
  const refreshed = await post('/v1/auth/refresh')
  expect(await me(refreshed.body.accessToken)).toBe(200)
  for (const { text, body } of [signedIn, refreshed]) {
    expect(body).not.toHaveProperty('refreshToken')
    expect(text).not.toContain(cookie.split('=')[1])
  }
  const last = cookie
  expect((await post('/v1/auth/logout')).status).toBe(204)
  expect(cookie).toBe('cw_refresh_shop=')
  cookie = last
  expect((await post('/v1/auth/refresh')).status).toBe(401)
  await shop.idle()
  expect(await me(refreshed.body.accessToken)).toBe(401)
})
