// Rate limits: counted per caller and class in Redis; per instance when Redis is unavailable or hangs.

import type { Principal } from '@cartwright/service-kit'
import { proxyOf } from '@cartwright/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ann, type GatewayUnderTest, guest, startGateway } from '../../fixtures.ts'

const redisUrl = (): string => {
  const url = process.env.TEST_REDIS_URL
  if (!url) throw new Error('TEST_REDIS_URL is not set: run the tests through `npm test`, or set it to a Redis URL')
  return url
}

describe('limits of one instance', () => {
  let t: GatewayUnderTest
  beforeAll(async () => {
    t = await startGateway('in another process', {
      GATEWAY_RATE_READ_PER_MIN: '5',
      GATEWAY_RATE_WRITE_PER_MIN: '2',
      GATEWAY_RATE_AUTH_PER_MIN: '3',
      GATEWAY_RATE_CODE_PER_MIN: '2',
      GATEWAY_TRUSTED_HOPS: '1',
    })
  })
  afterAll(() => t.stop())
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

  test('a caller beyond the limit gets 429 with the seconds to wait, and other callers do not', async () => {
    const answers = []
    for (let turn = 0; turn < 3; turn++) answers.push(await t.as(ann).post('/v1/cart/lines', { sku: 'MUG', quantity: 1 }))
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 429])
    expect(answers.map((answer) => answer.headers.get('ratelimit-remaining'))).toEqual(['1', '0', '0'])
    const refused = answers[2]
    expect(refused?.body).toMatchObject({ code: 'rate_limited', status: 429 })
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused?.headers.get('ratelimit-limit')).toBe('2')
    expect((await t.as(guest).post('/v1/cart/lines', { sku: 'MUG', quantity: 1 })).status).toBe(200)
    expect((await t.as(ann).get('/v1/cart')).status).toBe(200)
    expect(t.service.seen).toHaveLength(4)
  })

  test('unauthenticated calls and calls with an invalid token are counted by address', async () => {
    const login = (address: string) => t.anonymous.post('/v1/auth/login', {}, from(address))
    expect(
      [await login('1.1.1.1'), await login('1.1.1.1'), await login('1.1.1.1'), await login('1.1.1.1')].map(
        (answer) => answer.status,
      ),
    ).toEqual([200, 200, 200, 429])
    expect((await login('2.2.2.2')).status).toBe(200)
    const forged = () =>
      t.anonymous.get('/v1/orders', { headers: { authorization: 'Bearer a.b.c', 'x-forwarded-for': '3.3.3.3' } })
    const statuses = []
    for (let turn = 0; turn < 6; turn++) statuses.push((await forged()).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
  })

  test('promotion codes have a limit of their own, and all guests of one address share it', async () => {
    const enter = (principal: Principal, address: string) =>
      t.as(principal).post('/v1/cart/codes', { code: 'AUTUMN10' }, from(address))
    const guests = Array.from({ length: 3 }, (_, index): Principal => ({ id: `gst_0000000${index}`, role: 'guest' }))
    const statuses = []
    for (const one of guests) statuses.push((await enter(one, '6.6.6.6')).status)
    expect(statuses).toEqual([200, 200, 429])
    expect((await enter(guests[0] ?? guest, '7.7.7.7')).status).toBe(200)
    const customer: Principal = { id: 'usr_code0001', role: 'customer' }
    expect((await enter(customer, '6.6.6.6')).status).toBe(200)
    expect((await t.as(customer).get('/v1/cart')).status).toBe(200)
  })

  test('cached responses and the gateway’s own pages count towards the limit', async () => {
    const read = (path: string) => t.anonymous.get(path, from('4.4.4.4'))
    for (let turn = 0; turn < 3; turn++) expect((await read('/v1/products/mug')).status).toBe(200)
    expect((await read('/')).status).toBe(200)
    expect((await read('/openapi.json')).status).toBe(200)
    expect((await read('/v1/products/mug')).status).toBe(429)
  })
})

test('addresses of one IPv6 network count together, and IPv4-mapped addresses count as IPv4', async () => {
  await using t = await startGateway('in this process', { GATEWAY_RATE_AUTH_PER_MIN: '2', GATEWAY_TRUSTED_HOPS: '1' })
  const login = async (address: string) =>
    (await t.anonymous.post('/v1/auth/login', {}, { headers: { 'x-forwarded-for': address } })).status
  expect([await login('2001:db8:1:2::1'), await login('2001:DB8:1:2:ffff::2'), await login('2001:db8:1:2:3:4:5:6')]).toEqual([
    200, 200, 429,
  ])
  expect(await login('2001:db8:1:3::1')).toBe(200)
  expect([await login('::ffff:9.9.9.9'), await login('9.9.9.9'), await login('::ffff:909:909')]).toEqual([200, 200, 429])
})

describe('limits over all instances', () => {
  const env = (url: string) => ({ GATEWAY_RATE_WRITE_PER_MIN: '3', REDIS_URL: url })
  const shopper = (name: string) => ({ id: `usr_${name}${Date.now().toString(36)}`, role: 'customer' }) as const
  const add = async (t: GatewayUnderTest, who: ReturnType<typeof shopper>) => (await t.as(who).del('/v1/cart')).status

  test('two instances share one limit per caller', async () => {
    await using one = await startGateway('in this process', env(redisUrl()))
    await using two = await startGateway('in this process', env(redisUrl()))
    await expect.poll(() => one.anonymous.get('/readyz').then((answer) => answer.status)).toBe(200)
    // The first write may come before Redis is connected; then only this instance counts it.
    const first = shopper('warm')
    for (const t of [one, two]) await add(t, first)
    const who = shopper('both')
    await expect
      .poll(async () => {
        const someone = shopper('try')
        await add(one, someone)
        return (await two.as(someone).del('/v1/cart')).headers.get('ratelimit-remaining')
      })
      .toBe('1')
    expect([await add(one, who), await add(two, who), await add(one, who), await add(two, who), await add(one, who)]).toEqual([
      200, 200, 200, 429, 429,
    ])
  })

  test('the keys in Redis name the class and hide the caller', async () => {
    const redis = new Redis(redisUrl())
    const before = new Set(await redis.keys('*rate*'))
    await using t = await startGateway('in this process', { ...env(redisUrl()), GATEWAY_TRUSTED_HOPS: '1' })
    const who = shopper('named')
    const token = await t.token(who)
    const address = `10.${process.pid % 250}.7.9`
    const headers = { 'x-forwarded-for': address }
    const mine = async (rateClass: string) =>
      (await redis.keys(`cartwright:gateway:rate:${rateClass}:*`)).filter((key) => !before.has(key))
    // The first calls may come before Redis is connected; the limiter then counts without it for a while.
    await expect
      .poll(
        async () => {
          await t.anonymous.del('/v1/cart', { headers: { ...headers, authorization: `Bearer ${token}` } })
          await t.anonymous.post('/v1/auth/login', {}, { headers })
          await t.anonymous.post('/v1/nowhere', {}, { headers })
          return [(await mine('write')).length >= 2, (await mine('auth')).length >= 1]
        },
        { timeout: 10_000 },
      )
      .toEqual([true, true])
    const keys = [...(await mine('write')), ...(await mine('auth'))]
    for (const key of keys) {
      expect(key).toMatch(/^cartwright:gateway:rate:(write|auth):[\w-]{22}$/)
      expect(await redis.pttl(key)).toBeLessThanOrEqual(60_000)
    }
    const everything = (await redis.keys('*rate*')).filter((key) => !before.has(key)).join('\n')
    for (const secret of [who.id, address, token, token.split('.')[2] ?? token, 'undefined'])
      expect(everything).not.toContain(secret)
    redis.disconnect()
  })

  test('while Redis hangs or is unavailable each instance counts on its own and every call is answered', async () => {
    const proxy = await proxyOf(redisUrl())
    await using t = await startGateway('in this process', env(proxy.through(redisUrl())))
    const before = shopper('before')
    await expect.poll(() => add(t, before)).toBe(200)
    proxy.freeze()
    const who = shopper('hang')
    const started = performance.now()
    expect([await add(t, who), await add(t, who), await add(t, who), await add(t, who)]).toEqual([200, 200, 200, 429])
    // One call waits for the hanging Redis; the breaker lets the next calls skip it.
    expect(performance.now() - started).toBeLessThan(800)
    proxy.resume()
    proxy.refuse()
    const later = shopper('away')
    expect([await add(t, later), await add(t, later), await add(t, later), await add(t, later)]).toEqual([200, 200, 200, 429])
    await t.stop()
    await proxy.stop()
  })
})
