// Integration tests of the checkout's admission queue: concurrent checkouts wait, reads do not, and a failing dependency refuses early.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OrderUnderTest, startOrder } from '../../fixtures.ts'

/** A busy fake of cart: it answers after `takesMs` and counts its concurrent requests. */
const cart = { takesMs: 0, down: false, open: 0, most: 0 }
const server = createServer(async (request, response) => {
  cart.open += 1
  cart.most = Math.max(cart.most, cart.open)
  for (const until = performance.now() + cart.takesMs; performance.now() < until; ) await new Promise(setImmediate)
  cart.open -= 1
  const principalId = new URL(request.url ?? '/', 'http://cart').searchParams.get('principalId') ?? ''
  response
    .writeHead(cart.down ? 503 : 200, { 'content-type': 'application/json' })
    .end(JSON.stringify(o.wire.carts.get(principalId)))
})

let o: OrderUnderTest
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  o = await startOrder({ CART_URL: `http://127.0.0.1:${port}`, ORDER_POOL_SIZE: '5', ORDER_CHECKOUTS_AT_ONCE: '8' })
})
afterAll(async () => {
  await o?.stop()
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

const createShoppers = (count: number) => {
  const { sku } = o.anItem({ available: 1000 })
  return Array.from({ length: count }, () => {
    const shopper = o.aShopper()
    o.fillCart(shopper, [{ sku, quantity: 1 }])
    return shopper
  })
}
const countBy = (answers: readonly { status: number }[]) =>
  Object.fromEntries([...Map.groupBy(answers, ({ status }) => status)].map(([status, group]) => [status, group.length]))

test('three hundred concurrent checkouts all succeed, eight at a time, and reads do not wait for them', {
  timeout: 60_000,
}, async () => {
  cart.takesMs = 60
  const [reader, ...shoppers] = createShoppers(301)
  if (reader === undefined) throw new Error('no shopper was created')
  const started = performance.now()
  let served = 0
  const checkouts = shoppers.map((shopper) => o.checkout(shopper).finally(() => served++))
  const reads = []
  for (let round = 0; round < 10; round++) reads.push(await o.t.as(reader).get('/v1/orders'))
  expect(countBy(reads)).toEqual({ 200: 10 })
  expect(served).toBeLessThan(300)
  expect(countBy(await Promise.all(checkouts))).toEqual({ 201: 300 })
  // Longer than the deadline of a request to cart: the time in the queue does not count.
  expect(performance.now() - started).toBeGreaterThan(2000)
  expect(cart.most).toBe(8)
})

test('without cart all checkouts are refused early with Retry-After, and nothing is written', {
  timeout: 60_000,
}, async () => {
  const [before] = await o.t.sql('SELECT COUNT(*) AS orders FROM customer_order')
  Object.assign(cart, { takesMs: 0, down: true })
  const started = performance.now()
  const answers = await Promise.all(createShoppers(300).map((shopper) => o.checkout(shopper)))
  expect(countBy(answers)).toEqual({ 503: 300 })
  expect(answers.every(({ headers }) => Number(headers.get('retry-after')) > 0)).toBe(true)
  expect(performance.now() - started).toBeLessThan(10_000)
  expect(await o.t.sql('SELECT COUNT(*) AS orders FROM customer_order')).toEqual([before])
})
