// Stream of a product's stock: changes by reservations on any replica, at most one event a second, and hidden products.
import { orderEvents } from '@cartwright/contracts'
import { eventually, openEvents, startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, aVariant, stockRequest, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'

let t: UnderTest
beforeAll(async () => {
  t = await startUnderTest(catalogService)
})
afterAll(() => t.stop())

const watch = (idOrSlug: string, url = t.url, headers: Record<string, string> = {}) =>
  openEvents(`${url}/v1/products/${idOrSlug}/stock-events`, headers)
const reserve = (sku: string, quantity: number) =>
  t.receive(orderEvents.stockRequested, stockRequest(t, unique(), [{ sku, quantity }]))
const has =
  (available: number) =>
  ({ variants }: { variants: { available: number }[] }) =>
    variants[0]?.available === available

test('a client without a token sees the stock, by id or slug, and every reservation', async () => {
  const { sku, product } = await aVariant(t, 5)
  for (const key of [product.id, product.slug]) {
    const stream = await watch(key)
    const before = (await stream.until('stock', () => true)).data.variants
    expect(before).toEqual((await t.anonymous.get(`/v1/products/${product.id}/availability`)).body.variants)
    await reserve(sku, 1)
    const started = performance.now()
    await stream.until('stock', has(before[0].available - 1))
    expect(performance.now() - started).toBeLessThan(2000)
    await stream.cut()
  }
})

test('a reservation reaches the streams of another replica within two seconds', async () => {
  const { sku, product } = await aVariant(t, 5)
  const replica = await t.replica()
  const stream = await watch(product.id, replica.url)
  await stream.until('stock', has(5))
  await reserve(sku, 2)
  const started = performance.now()
  await stream.until('stock', has(3))
  expect(performance.now() - started).toBeLessThan(2000)
  await Promise.all([replica.stop(), stream.ended])
})

test('many changes are at most one event a second, and the last one arrives', async () => {
  const { sku, product } = await aVariant(t, 100)
  const stream = await watch(product.id)
  await stream.until('stock', has(100))
  const started = performance.now()
  for (let left = 100; left > 60; left--) await reserve(sku, 1)
  await stream.until('stock', has(60))
  const seconds = (performance.now() - started) / 1000
  expect(stream.events.length - 1).toBeLessThanOrEqual(Math.ceil(seconds))
  await stream.cut()
})

test('an unknown or hidden product is 404, and one that is archived ends its streams', async () => {
  const { product } = await aVariant(t, 1)
  expect(await watch('no-such-product')).toMatchObject({ status: 404, refusal: { code: 'not_found' } })
  const stream = await watch(product.id)
  await stream.until('stock', has(1))
  await t.as(admin).patch(`/v1/admin/products/${product.id}`, { status: 'archived' })
  await stream.ended
  expect((await watch(product.id)).status).toBe(404)
})

test('the fifty-first stream of a client address is refused, and another address is not', async () => {
  const { product } = await aVariant(t, 1)
  const from = (address: string) => watch(product.id, t.url, { 'x-forwarded-for': address })
  const open = await Promise.all(Array.from({ length: 50 }, () => from('203.0.113.9')))
  expect(await from('203.0.113.9')).toMatchObject({ status: 429, refusal: { code: 'too_many_streams', limit: 50 } })
  open.push(await from('203.0.113.10'))
  expect(open.map(({ status }) => status)).toEqual(Array(51).fill(200))
  for (const stream of open) await stream.cut()
  const page = async () => (await fetch(t.running.metricsUrl)).text()
  await eventually('no stream is open', async () => (await page()).includes('cartwright_event_streams_open{service="catalog"} 0'))
})
