// Invariant I8 of cart on a real Redis: normal operation is no violation, and a wrong copy is found at the next check.
import { catalogEvents, orderEvents } from '@cartwright/contracts'
import { checkedEachSecond, contradicted, eventually, type UnderTest } from '@cartwright/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aGuest, aProduct, aStockLevel, orderOf, publishProduct, startCart } from '../fixtures.ts'

/** A database of its own, so that other users of the server do not change these copies. */
const redisUrl = (): string => {
  const url = process.env.TEST_REDIS_URL
  if (!url) throw new Error('TEST_REDIS_URL is not set: run the tests through `npm test`, or set it to a Redis URL')
  return `${url.replace(/\/$/, '')}/10`
}

let t: UnderTest
let redis: Redis
beforeAll(async () => {
  redis = new Redis(redisUrl())
  await redis.flushdb()
  t = await startCart({}, { ...checkedEachSecond, REDIS_URL: redisUrl() })
})
afterAll(async () => {
  await t.stop()
  await redis.flushdb()
  redis.disconnect()
})

test('filling, changing, ordering and repricing carts violates no invariant', async () => {
  const [sku, other] = [await publishProduct(t), await publishProduct(t)]
  for (let shoppers = 0; shoppers < 5; shoppers++) {
    const who = aGuest()
    const client = t.as(who)
    for (const wanted of [sku, other, sku]) await client.post('/v1/cart/lines', { sku: wanted, quantity: 1 })
    const cart = (await client.get('/v1/cart')).body
    await client.patch(`/v1/cart/lines/${cart.lines[0].id}`, { quantity: 3 })
    await client.get('/v1/cart')
    if (shoppers % 2 === 0) await t.receive(orderEvents.placed, orderOf(who, (await client.get('/v1/cart')).body))
    await client.get('/v1/cart')
  }
  await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 2, prices: { EUR: 1500 } }))
  await t.receive(catalogEvents.stockChanged, aStockLevel(sku, 7, 2))
  expect((await redis.keys('cart:*')).length).toBeGreaterThan(5)
  expect(await contradicted(t)).toEqual([])
})

test('a differing copy, a newer one and one without expiry are violations', async () => {
  const sku = await publishProduct(t)
  const who = aGuest()
  await t.as(who).post('/v1/cart/lines', { sku, quantity: 2 })
  const key = `cart:open:${who.id}`
  const held = await eventually('a copy', () => redis.get(key))
  await redis.set(key, held.replace('"quantity":2', '"quantity":9'), 'PX', 60_000)
  expect(await contradicted(t)).toEqual(['I8-cart-copies'])
  await redis.set(key, held, 'PX', 60_000)
  expect(await contradicted(t)).toEqual([])
  await redis.set(`cart:stock:${sku}`, '99 {"available":1000,"version":99}', 'PX', 60_000)
  expect(await contradicted(t)).toEqual(['I8-cart-copies'])
  await redis.del(`cart:stock:${sku}`)
  await redis.set(key, held)
  expect(await contradicted(t)).toEqual(['I8-cart-copies'])
  await redis.del(key)
  expect(await contradicted(t)).toEqual([])
})

test('a wrong copy is found among many, and again in every round until it is repaired', async () => {
  const who = aGuest()
  await t.as(who).post('/v1/cart/lines', { sku: await publishProduct(t), quantity: 2 })
  const key = `cart:open:${who.id}`
  const held = await eventually('a copy', () => redis.get(key))
  const others = redis.pipeline()
  for (let n = 0; n < 3000; n++) others.set(`cart:open:gst_n${n}`, '2 null', 'PX', 600_000)
  await others.exec()
  await redis.set(key, held.replace('"quantity":2', '"quantity":9'), 'PX', 600_000)
  const found: string[][] = []
  for (let rounds = 0; rounds < 6; rounds++) found.push(await contradicted(t))
  expect(found.flat()).toContain('I8-cart-copies')
  expect(found.slice(found.findIndex((names) => names.length > 0)).every((names) => names.length === 1)).toBe(true)
  await redis.del(key)
  expect(await contradicted(t)).toEqual([])
})
