// A crowd at the checkout is served late rather than refused, does not stand in anybody else's way, and is told soon when waiting is useless.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type OrderUnderTest, startOrder } from '../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder({ ORDER_POOL_SIZE: '5' })
})
afterAll(() => o?.stop())
beforeEach(() => {
  o.wire.cartTakesMs = 0
  o.wire.down.clear()
})

const crowd = (count: number) => {
  const { sku } = o.anItem()
  return Array.from({ length: count }, () => {
    const shopper = o.aShopper()
    o.fillCart(shopper, [{ sku, quantity: 1 }])
    return shopper
  })
}
const countBy = (statuses: readonly number[]) =>
  Object.fromEntries([...Map.groupBy(statuses, String)].map(([k, v]) => [k, v.length]))

test('three hundred at once are all served, though together they take longer than any deadline of one of them', {
  timeout: 60_000,
}, async () => {
  o.wire.cartTakesMs = 10
  const [reader, ...shoppers] = crowd(301)
  if (reader === undefined) throw new Error('nobody came')
  const started = performance.now()
  const checkouts = shoppers.map((shopper) => o.checkout(shopper))
  const reads = []
  for (let round = 0; round < 10; round++) reads.push(await o.t.as(reader).get('/v1/orders'))
  const readMs = performance.now() - started
  const answers = await Promise.all(checkouts)
  const allMs = performance.now() - started
  expect(countBy(answers.map(({ status }) => status))).toEqual({ 201: 300 })
  expect(countBy(reads.map(({ status }) => status))).toEqual({ 200: 10 })
  expect(allMs).toBeGreaterThan(3000)
  expect(readMs).toBeLessThan(allMs)
})

test('with cart away everybody is told so soon, with the time to come back, and nothing is written', {
  timeout: 60_000,
}, async () => {
  const [before] = await o.t.sql('SELECT COUNT(*) AS orders FROM customer_order')
  o.wire.down.add('cart')
  const started = performance.now()
  const answers = await Promise.all(crowd(300).map((shopper) => o.checkout(shopper)))
  expect(countBy(answers.map(({ status }) => status))).toEqual({ 503: 300 })
  expect(answers.every(({ headers }) => Number(headers.get('retry-after')) > 0)).toBe(true)
  expect(performance.now() - started).toBeLessThan(10_000)
  expect(await o.t.sql('SELECT COUNT(*) AS orders FROM customer_order')).toEqual([before])
})
