// Sessions: one refresh for all calls and tabs, tokens that have ended, signing in and out, and the stores.
import { describe, expect, test } from 'vitest'
import {
  type Cookies,
  cookieTokens,
  createClient,
  gatewayCookieTokens,
  memoryTokens,
  type StoredTokens,
  type TokenStore,
  type WebStorage,
  webStorageTokens,
} from '../src/index.ts'
import { type Answer, type Gateway, problem, type Received, startGateway, tokensOf } from './gateway.fixture.ts'

const storedAs = (name: string, role: StoredTokens['principal']['role'] = 'customer'): StoredTokens => {
  const { accessToken, refreshToken } = tokensOf(name)
  return { accessToken, refreshToken, principal: { id: `usr_${name}`, role } }
}

const storage = (): WebStorage & { values: Map<string, string> } => {
  const values = new Map<string, string>()
  return {
    values,
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => void values.set(name, value),
    removeItem: (name) => void values.delete(name),
  }
}

/** A gateway that takes the access token `access-fresh` only, and refreshes `refresh-old` to it. */
const rotating = (refreshed: Answer = { body: tokensOf('fresh', 'customer') }): Promise<Gateway> =>
  startGateway(({ path, headers }: Received) => {
    if (path === '/v1/auth/refresh') return refreshed
    return headers.authorization === 'Bearer access-fresh' ? { body: { id: 'usr_1' } } : problem(401, 'unauthenticated')
  })

const refreshesOf = (gateway: Gateway) => gateway.received.filter(({ path }) => path === '/v1/auth/refresh')

describe('a refresh', () => {
  test('happens once for 20 calls of two tabs, and both stay signed in', async () => {
    await using gateway = await rotating()
    const shared = storage()
    const tab = () => createClient({ baseUrl: gateway.url, tokens: webStorageTokens(shared) })
    const tabs = [tab(), tab()]
    shared.setItem('cartwright', JSON.stringify(storedAs('old')))
    const answers = await Promise.all(Array.from({ length: 20 }, (_, call) => tabs[call % 2]?.me.get()))
    expect(answers).toEqual(Array.from({ length: 20 }, () => ({ id: 'usr_1' })))
    expect(refreshesOf(gateway).map(({ body }) => body)).toEqual([{ refreshToken: 'refresh-old' }])
    expect(await tabs[1]?.auth.session()).toMatchObject({ refreshToken: 'refresh-fresh' })
  })

  test('repeats a write, which the shop has refused and not done', async () => {
    await using gateway = await rotating()
    const shop = createClient({ baseUrl: gateway.url, tokens: memoryTokens(storedAs('old')) })
    await shop.checkout.place({ cart: { version: 1, total: { amountMinor: 1, currency: 'EUR' } }, shippingAddress: address })
    const keys = gateway.received.filter(({ path }) => path === '/v1/checkout').map(({ headers }) => headers['idempotency-key'])
    expect(keys).toHaveLength(2)
    expect(keys[0]).toBe(keys[1])
  })

  test('that the shop refuses ends the session: the tokens are forgotten and the call fails', async () => {
    await using gateway = await rotating(problem(401, 'refresh_token_invalid'))
    const tokens = memoryTokens(storedAs('old'))
    const shop = createClient({ baseUrl: gateway.url, tokens })
    await expect(shop.me.get()).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await tokens.read()).toBeNull()
    expect(refreshesOf(gateway)).toHaveLength(1)
  })

  test('keeps the tokens when the shop cannot be reached, and is tried twice at most', async () => {
    await using gateway = await rotating('cut')
    const tokens = memoryTokens(storedAs('old'))
    const shop = createClient({ baseUrl: gateway.url, tokens })
    await expect(shop.me.get()).rejects.toMatchObject({ name: 'ConnectionError' })
    expect(await tokens.read()).toEqual(storedAs('old'))
    expect(refreshesOf(gateway)).toHaveLength(2)
  })

  test('of another tab is taken where the store has no lock', async () => {
    const shared = storage()
    const { lock: _, ...tokens }: TokenStore = webStorageTokens(shared)
    await using gateway = await startGateway(({ path, headers }) => {
      if (path === '/v1/auth/refresh') {
        shared.setItem('cartwright', JSON.stringify(storedAs('fresh')))
        return problem(401, 'refresh_token_invalid')
      }
      return headers.authorization === 'Bearer access-fresh' ? { body: { id: 'usr_1' } } : problem(401, 'unauthenticated')
    })
    shared.setItem('cartwright', JSON.stringify(storedAs('old')))
    expect(await createClient({ baseUrl: gateway.url, tokens }).me.get()).toEqual({ id: 'usr_1' })
  })
})

const address = { name: 'Gia', line1: '1 Test Street', city: 'Bremen', postalCode: '28195', country: 'DE' }
const credentials = { email: 'gia@example.net', password: 'correct-horse-9' }

describe('signing in', () => {
  test('merges the guest’s cart with the customer’s token, and keeps the customer’s tokens', async () => {
    await using gateway = await startGateway(({ path }) => ({
      body: path === '/v1/auth/login' ? tokensOf('customer', 'customer') : {},
    }))
    const shop = createClient({ baseUrl: gateway.url })
    await shop.cart.get()
    await shop.auth.login(credentials)
    const merge = gateway.received.find(({ path }) => path === '/v1/cart/merge')
    expect(merge).toMatchObject({
      body: { guestAccessToken: 'access-guest' },
      headers: { authorization: 'Bearer access-customer' },
    })
    expect(await shop.auth.session()).toMatchObject({ accessToken: 'access-customer', principal: { role: 'customer' } })
    await shop.auth.login(credentials)
    expect(gateway.calls().filter((call) => call === 'POST /v1/cart/merge')).toHaveLength(1)
  })

  test('refreshes a guest whose token has expired before it merges', async () => {
    await using gateway = await startGateway(({ path, body }) => {
      if (path === '/v1/auth/login') return { body: tokensOf('customer', 'customer') }
      if (path === '/v1/auth/refresh') return { body: tokensOf('again') }
      const { guestAccessToken } = body as { guestAccessToken: string }
      return guestAccessToken === 'access-again' ? { body: {} } : problem(401, 'unauthenticated')
    })
    const shop = createClient({ baseUrl: gateway.url, tokens: memoryTokens(storedAs('old', 'guest')) })
    await shop.auth.login(credentials)
    expect(gateway.calls()).toEqual([
      'POST /v1/auth/login',
      'POST /v1/cart/merge',
      'POST /v1/auth/refresh',
      'POST /v1/cart/merge',
    ])
    expect(await shop.auth.session()).toMatchObject({ accessToken: 'access-customer' })
  })

  test('keeps the guest when the merge is lost, so that signing in again merges', async () => {
    await using gateway = await startGateway(({ path }) =>
      path === '/v1/auth/login' ? { body: tokensOf('customer', 'customer') } : 'cut',
    )
    const shop = createClient({ baseUrl: gateway.url, tokens: memoryTokens(storedAs('old', 'guest')) })
    await expect(shop.auth.login(credentials)).rejects.toMatchObject({ name: 'ConnectionError' })
    expect(await shop.auth.session()).toEqual(storedAs('old', 'guest'))
  })

  test('out ends the session at the shop and forgets the tokens, also without the shop', async () => {
    await using gateway = await startGateway(() => ({ status: 204 }))
    const shop = createClient({ baseUrl: gateway.url, tokens: memoryTokens(storedAs('old')) })
    await shop.auth.logout()
    expect(gateway.received.map(({ body }) => body)).toEqual([{ refreshToken: 'refresh-old' }])
    expect(await shop.auth.session()).toBeNull()
    const unreachable = createClient({ baseUrl: 'http://127.0.0.1:9', tokens: memoryTokens(storedAs('old')) })
    await expect(unreachable.auth.logout()).rejects.toMatchObject({ name: 'ConnectionError' })
    expect(await unreachable.auth.session()).toBeNull()
  })
})

describe('the gateway’s cookie', () => {
  test('resumes a session: the client never sees a refresh token', async () => {
    const { refreshToken: _, ...body } = tokensOf('cookie', 'customer')
    await using gateway = await startGateway(({ path }) => ({ body: path === '/v1/auth/refresh' ? body : {} }))
    const sent: RequestInit[] = []
    const shop = createClient({
      baseUrl: gateway.url,
      tokens: gatewayCookieTokens(),
      fetch: (input, init = {}) => {
        sent.push(init)
        return fetch(input, init)
      },
    })
    await shop.me.get()
    expect(gateway.calls()).toEqual(['POST /v1/auth/refresh', 'GET /v1/me'])
    expect(gateway.received[0]).toMatchObject({ body: {}, headers: { 'x-session': 'shop' } })
    expect(sent.map(({ credentials }) => credentials)).toEqual(['include', undefined])
    expect(await shop.auth.session()).toMatchObject({ accessToken: 'access-cookie', refreshToken: null })
    await shop.auth.logout()
    expect(gateway.received.at(-1)).toMatchObject({ path: '/v1/auth/logout', headers: { 'x-session': 'shop' } })
  })

  test('that is absent makes a guest', async () => {
    await using gateway = await startGateway(({ path }) =>
      path === '/v1/auth/refresh' ? problem(401, 'refresh_token_invalid') : { body: {} },
    )
    const shop = createClient({ baseUrl: gateway.url, tokens: gatewayCookieTokens() })
    await Promise.all([shop.cart.get(), shop.cart.get()])
    expect(gateway.calls()).toEqual(['POST /v1/auth/refresh', 'POST /v1/auth/guest', 'GET /v1/cart', 'GET /v1/cart'])
  })
})

describe('a store', () => {
  test('in cookies reads what it has written, and what the next request brings', async () => {
    const jar = new Map<string, { value: string; maxAge: number }>()
    const cookies: Cookies = {
      get: async () => jar.get('sent')?.value,
      set: (name, value, { maxAge }) => void jar.set(name, { value, maxAge }),
    }
    const tokens = cookieTokens(cookies)
    expect(await tokens.read()).toBeNull()
    await tokens.write(storedAs('kept'))
    expect(await tokens.read()).toEqual(storedAs('kept'))
    expect(jar.get('cartwright')).toMatchObject({ maxAge: 2_592_000 })
    jar.set('sent', jar.get('cartwright') as { value: string; maxAge: number })
    expect(await cookieTokens(cookies).read()).toEqual(storedAs('kept'))
    await tokens.write(null)
    expect(jar.get('cartwright')).toEqual({ value: '', maxAge: 0 })
  })

  test('in a storage forgets what it cannot read', async () => {
    const shared = storage()
    shared.setItem('cartwright', '{')
    expect(webStorageTokens(shared).read()).toBeNull()
    await webStorageTokens(shared).write(null)
    expect(shared.values.size).toBe(0)
  })
})
