// Cache on a real Redis: writers read their own writes, old states never return, and nothing is lost without Redis.

import { catalogEvents, orderEvents } from '@cartwright/contracts'
import { createLogger } from '@cartwright/telemetry'
import { eventually, proxyOf, type TcpProxy, type UnderTest } from '@cartwright/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aCart, aGuest, aLine, aProduct, aView, orderOf, publishProduct, quantities, startCart, views } from '../fixtures.ts'
import { openCache } from './cart-cache.ts'

/** A database of its own, so that emptying it affects no other test. */
const redisUrl = (): string => {
  const url = process.env.TEST_REDIS_URL
  if (!url) throw new Error('TEST_REDIS_URL is not set: run the tests through `npm test`, or set it to a Redis URL')
  return `${url.replace(/\/$/, '')}/9`
}

describe('carts behind Redis', () => {
  let t: UnderTest
  let proxy: TcpProxy
  let redis: Redis
  beforeAll(async () => {
    proxy = await proxyOf(redisUrl())
    redis = new Redis(redisUrl())
    t = await startCart({}, { REDIS_URL: proxy.through(redisUrl()), CART_CACHE_TTL_SEC: '4' })
  })
  afterAll(async () => {
    await t.stop()
    redis.disconnect()
    await proxy.stop()
  })

  const metric = async (outcome: string): Promise<number> => {
    const text = await (await fetch(t.running.metricsUrl)).text()
    const line = text
      .split('\n')
      .find((candidate) => candidate.startsWith('cartwright_cache_reads_total') && candidate.includes(`outcome="${outcome}"`))
    return Number(line?.split(' ').at(-1) ?? 0)
  }
  const aShopper = async (sku: string, quantity = 1) => {
    const who = aGuest()
    const client = t.as(who)
    const cart = (await client.post('/v1/cart/lines', { sku, quantity })).body
    return { who, client, cart, read: async () => (await client.get('/v1/cart')).body }
  }

  test('a second read is served from Redis with the same answer', async () => {
    const { cart, read } = await aShopper(await publishProduct(t))
    await eventually('a read from Redis', async () => {
      const hits = await metric('hit')
      expect(await read()).toEqual(cart)
      return (await metric('hit')) > hits
    })
  })

  test('a shopper always reads her own last write, also under concurrent reads', async () => {
    const sku = await publishProduct(t)
    const { client, read } = await aShopper(sku)
    for (let quantity = 2; quantity <= 30; quantity++) {
      const readers = Array.from({ length: 3 }, read)
      await client.post('/v1/cart/lines', { sku, quantity: 1 })
      expect(quantities(await read())).toEqual({ [sku]: quantity })
      await Promise.all(readers)
      expect(quantities(await read())).toEqual({ [sku]: quantity })
    }
  })

  test('changes of prices, stock and orders reach cached carts', async () => {
    const sku = await publishProduct(t)
    const { who, cart, read } = await aShopper(sku)
    await read()
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 2, prices: { EUR: 1500 } }))
    await eventually('the new price', async () => (await read()).total.amountMinor === 1500)
    await t.receive(catalogEvents.productChanged, { ...aProduct({ sku, version: 3 }), variants: [], withdrawnSkus: [sku] })
    await eventually('the withdrawal', async () => (await read()).problems[0]?.code === 'unavailable')
    await t.receive(orderEvents.placed, orderOf(who, cart))
    await eventually('the closed cart', async () => (await read()).lines.length === 0)
  })

  test('emptying Redis loses no cart', async () => {
    const { cart, read } = await aShopper(await publishProduct(t), 3)
    await read()
    await redis.flushdb()
    expect(await read()).toEqual(cart)
    expect(await read()).toEqual(cart)
  })

  test.each(['refuse', 'freeze'] as const)(
    'without an answer of Redis (%s) carts are read and written, and its outdated entries are not used after its return',
    async (fault) => {
      const sku = await publishProduct(t)
      const { client, read } = await aShopper(sku)
      await read()
      proxy[fault]()
      const started = performance.now()
      expect((await client.post('/v1/cart/lines', { sku, quantity: 1 })).status).toBe(200)
      expect(quantities(await read())).toEqual({ [sku]: 2 })
      expect(performance.now() - started).toBeLessThan(3000)
      proxy.resume()
      // Every answer counts, not only the last one.
      const answers: number[] = []
      await eventually('reads from Redis again', async () => {
        const hits = await metric('hit')
        answers.push(quantities(await read())[sku] ?? 0)
        return (await metric('hit')) > hits
      })
      expect(new Set(answers)).toEqual(new Set([2]))
    },
  )

  test('a slow reader cannot write back an older state or a closed cart', async () => {
    const cache = openCache({ url: redisUrl(), ttlSec: 5, log: createLogger('cart', 'fatal') })
    const { id } = aGuest()
    const old = { cart: { ...aCart([aLine('SLOW', 1)]), version: 1 }, views: views(aView('SLOW')) }
    const fresh = { ...old.cart, version: 2, lines: [aLine('SLOW', 2)] }
    await eventually('a connection', async () => {
      await cache.fill(id, old)
      return (await redis.exists(`cart:open:${id}`)) === 1
    })
    await cache.putCart(id, fresh)
    await cache.fill(id, old)
    expect(await redis.get(`cart:open:${id}`)).toContain('"version":2')
    await cache.putClosed(id, 2)
    await cache.fill(id, { cart: fresh, views: old.views })
    expect(await cache.read(id)).toBeNull()
    expect(await redis.get(`cart:open:${id}`)).toBe('5 null')
    cache.close()
  })
})

test('without Redis every read is served from the database', async () => {
  await using t = await startCart()
  const sku = await publishProduct(t)
  const shopper = t.as(aGuest())
  const cart = (await shopper.post('/v1/cart/lines', { sku, quantity: 2 })).body
  expect((await shopper.get('/v1/cart')).body).toEqual(cart)
})
