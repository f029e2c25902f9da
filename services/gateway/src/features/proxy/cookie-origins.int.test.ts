// Cookie sessions at the gateway: which origins may open one and use its cookie.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GatewayUnderTest, startGateway } from '../../fixtures.ts'

let t: GatewayUnderTest
beforeAll(async () => {
  t = await startGateway('in this process', {
    NODE_ENV: 'development',
    PUBLIC_URL: 'http://shop.localtest.example:8080',
    GATEWAY_CORS_ORIGINS: 'https://app.shop.example',
  })
})
afterAll(() => t.stop())

const opening = ['/v1/auth/guest', '/v1/auth/login', '/v1/auth/verify']
const using = ['/v1/auth/refresh', '/v1/auth/logout']
const ask = (path: string, headers: Record<string, string>) =>
  t.anonymous.post(path, {}, { headers: { cookie: 'cw_refresh_shop=token', ...headers } })
const session = { 'x-session': 'shop' }

test.each([...opening, ...using])('%s is refused from a foreign origin before a service sees it', async (path) => {
  for (const origin of ['https://evil.example', 'null', 'https://app.shop.example.evil.example', 'http://app.shop.example']) {
    const seen = t.service.seen.length
    expect(await ask(path, { ...session, origin })).toMatchObject({ status: 403, body: { code: 'csrf_refused' } })
    expect(t.service.seen).toHaveLength(seen)
  }
})

test.each([...opening, ...using])(
  '%s is forwarded from the gateway’s own origin, a configured one and loopback',
  async (path) => {
    for (const origin of ['http://shop.localtest.example:8080', 'https://app.shop.example', 'http://localhost:5173']) {
      expect((await ask(path, { ...session, origin })).status).toBe(200)
      expect(t.service.seen.at(-1)?.headers).toMatchObject({ 'x-session': 'shop', cookie: 'cw_refresh_shop=token' })
    }
  },
)

test('a program without an origin may open a session, and may not use the cookie', async () => {
  for (const path of opening) expect((await ask(path, session)).status).toBe(200)
  for (const path of using) expect(await ask(path, session)).toMatchObject({ status: 403, body: { code: 'csrf_refused' } })
})

test('without the header every origin calls as before', async () => {
  for (const path of [...opening, ...using]) expect((await ask(path, { origin: 'https://evil.example' })).status).toBe(200)
})

test('pages of allowed origins may send credentials and the header, others not', async () => {
  const preflight = (origin: string) =>
    fetch(`${t.url}/v1/auth/refresh`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-session' },
    })
  const allowed = await preflight('https://app.shop.example')
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    'access-control-allow-origin': 'https://app.shop.example',
    'access-control-allow-credentials': 'true',
    'access-control-allow-headers': expect.stringContaining('X-Session'),
  })
  expect((await preflight('https://evil.example')).headers.get('access-control-allow-credentials')).toBeNull()
})
