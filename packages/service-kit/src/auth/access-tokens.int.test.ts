// Every service verifies access tokens itself: issuer, audience, expiry and signature; roles decide which calls are allowed.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { base64url, type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../lifecycle/clock.ts'
import { makeTiny } from '../lifecycle/tiny-service.fixture.ts'
import { internalAuth } from './internal-auth.ts'

let publisher: Server
let keysAnswer = 200
let asked = 0
let mine: { publicKey: CryptoKey; privateKey: CryptoKey }
let jwks: string
let tiny: UnderTest
const now = () => Math.floor(Date.now() / 1000)

const start = (): Promise<UnderTest> =>
  startUnderTest(makeTiny(), {
    env: {
      ORDER_COLOUR: 'red',
      AUTH_JWKS: '',
      AUTH_JWKS_URL: `http://127.0.0.1:${(publisher.address() as AddressInfo).port}/jwks`,
    },
  })

beforeAll(async () => {
  mine = await generateKeyPair('ES256', { extractable: true })
  jwks = JSON.stringify({ keys: [{ ...(await exportJWK(mine.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] })
  publisher = createServer((_, response) => {
    asked += 1
    response.writeHead(keysAnswer, { 'content-type': 'application/json' }).end(keysAnswer === 200 ? jwks : '')
  })
  await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve))
  tiny = await start()
})
afterAll(async () => {
  await tiny.stop()
  publisher.close()
})

interface Change {
  header?: object
  payload?: JWTPayload
  key?: CryptoKey | Uint8Array
  drop?: string
}
const token = ({ header = {}, payload = {}, key = mine.privateKey, drop = '' }: Change = {}): Promise<string> => {
  const claims: JWTPayload = {
    sub: 'usr_1',
    role: 'customer',
    iss: 'cartwright',
    aud: 'cartwright',
    iat: now(),
    exp: now() + 600,
    ...payload,
  }
  return new SignJWT(Object.fromEntries(Object.entries(claims).filter(([name]) => name !== drop)))
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt', ...header })
    .sign(key)
}
const call = (bearer: string | null, path = '/v1/things/thg_none', on = tiny) =>
  on.anonymous.del(path, { headers: bearer === null ? {} : { authorization: bearer } })
const unsigned = (claims: object) =>
  `${base64url.encode(JSON.stringify({ alg: 'none', typ: 'at+jwt' }))}.${base64url.encode(JSON.stringify(claims))}.`

test('a good token is accepted', async () => {
  expect((await call(`Bearer ${await token()}`)).status).toBe(404)
})

describe('the verifier of access tokens', () => {
  test.each<[string, () => Promise<string | null>]>([
    ['no token', async () => null],
    ['no bearer', async () => 'Basic dXNlcjpwYXNz'],
    ['nonsense', async () => 'Bearer abc.def.ghi'],
    [
      'no signature (alg none)',
      async () => `Bearer ${unsigned({ sub: 'usr_1', role: 'admin', iss: 'cartwright', aud: 'cartwright', exp: now() + 600 })}`,
    ],
    [
      'the public key used as a shared secret (HS256)',
      async () =>
        `Bearer ${await token({ header: { alg: 'HS256' }, key: new TextEncoder().encode(await exportSPKI(mine.publicKey)) })}`,
    ],
    ['a stranger’s key', async () => `Bearer ${await token({ key: (await generateKeyPair('ES256')).privateKey })}`],
    ['another audience', async () => `Bearer ${await token({ payload: { aud: 'elsewhere' } })}`],
    ['another issuer', async () => `Bearer ${await token({ payload: { iss: 'elsewhere' } })}`],
    ['another type of token', async () => `Bearer ${await token({ header: { typ: 'JWT' } })}`],
    ['an expired token', async () => `Bearer ${await token({ payload: { exp: now() - 1 } })}`],
    ['a token that never expires', async () => `Bearer ${await token({ drop: 'exp' })}`],
    ['a token without a subject', async () => `Bearer ${await token({ drop: 'sub' })}`],
    ['an unknown role', async () => `Bearer ${await token({ payload: { role: 'root' } })}`],
    [
      'a changed payload',
      async () =>
        `Bearer ${(await token()).replace(/\.[^.]+\./, `.${base64url.encode(JSON.stringify({ sub: 'usr_2', role: 'admin', iss: 'cartwright', aud: 'cartwright', exp: now() + 600 }))}.`)}`,
    ],
  ])('refuses %s with 401', async (_, make) => {
    const response = await call(await make())
    expect(response).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
  })
})

test('a token is remembered only until it expires', async () => {
  const short = `Bearer ${await token({ payload: { exp: now() + 120 } })}`
  const other = await start()
  expect((await call(short, undefined, other)).status).toBe(404)
  await other.clock.advance('3m')
  expect((await call(short, undefined, other)).status).toBe(401)
  await other.stop()
})

test('a guest is no customer and a customer is no admin', async () => {
  const as = async (role: string) => `Bearer ${await token({ payload: { role } })}`
  expect((await call(await as('guest'))).status).toBe(403)
  const admin = async (role: string) =>
    (await tiny.anonymous.get('/v1/admin/things', { headers: { authorization: await as(role) } })).status
  expect([await admin('guest'), await admin('customer'), await admin('admin')]).toEqual([403, 403, 200])
})

test('a wrong token is refused before the body is read', async () => {
  expect((await tiny.anonymous.post('/v1/things', { nonsense: true })).status).toBe(401)
})

describe('keys that cannot be read', () => {
  test('a request is answered 503, not 401, while no keys are known', async () => {
    keysAnswer = 500
    const fresh = await start()
    const response = await call(`Bearer ${await token()}`, undefined, fresh)
    expect(response).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } })
    keysAnswer = 200
    expect((await call(`Bearer ${await token({ payload: { jti: 'x' } })}`, undefined, fresh)).status).toBe(404)
    await fresh.stop()
  })

  test('the last keys stay valid, and a token with an unknown key is not refused as wrong', async () => {
    const stranger = await token({ header: { kid: 'k2' }, payload: { jti: 'new key' } })
    expect((await call(`Bearer ${await token({ payload: { jti: 'before' } })}`)).status).toBe(404)
    keysAnswer = 500
    expect((await call(`Bearer ${await token({ payload: { jti: 'after' } })}`)).status).toBe(404)
    const before = asked
    // The source is asked for a key that is not known, once its cool-down has passed.
    const answers = new Set<number>()
    for (const until = Date.now() + 1500; Date.now() < until && asked === before; )
      answers.add((await call(`Bearer ${stranger}`)).status)
    answers.add((await call(`Bearer ${stranger}`)).status)
    expect([...answers].every((status) => status === 401 || status === 503)).toBe(true)
    keysAnswer = 200
  })
})

describe('calls between services', () => {
  const secret = 'development-internal-secret-for-tests'
  const get = (bearer: string) => tiny.anonymous.get('/internal/things', { headers: { authorization: `Bearer ${bearer}` } })
  const gateway = internalAuth(secret, 'gateway', systemClock)

  test('a service is accepted with an internal token, which names the principal', async () => {
    expect(await get(await gateway.sign('order', { id: 'usr_9', role: 'admin' }))).toMatchObject({
      status: 200,
      body: { on: 'usr_9' },
    })
    expect(await get(await gateway.sign('order'))).toMatchObject({ status: 200, body: { on: null } })
  })

  test.each<[string, () => Promise<string>]>([
    ['for another service', () => gateway.sign('payment')],
    ['signed with another secret', () => internalAuth('another secret', 'gateway', systemClock).sign('order')],
    ['of a shopper', () => token({ payload: { role: 'admin' } })],
    [
      'that is old',
      () => internalAuth(secret, 'gateway', { now: () => new Date(Date.now() - 61_000), offsetMs: () => 0 }).sign('order'),
    ],
  ])('an internal token %s is 401', async (_, make) => {
    expect((await get(await make())).status).toBe(401)
  })

  test('an internal token is no access token', async () => {
    expect((await call(`Bearer ${await gateway.sign('order', { id: 'usr_9', role: 'admin' })}`)).status).toBe(401)
  })
})
