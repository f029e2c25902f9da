// Integration tests of an order's stream: what it sends and to whom, how it resumes, and when it ends.
import { identityEvents } from '@cartwright/contracts'
import type { Principal } from '@cartwright/service-kit'
import { signOrderToken } from '@cartwright/service-kit'
import { eventually, openEvents } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

type TestOrder = Awaited<ReturnType<OrderUnderTest['anOrderIn']>>

const withToken = (orderId: string, token: string, lastEventId?: string | null, url = o.t.url) =>
  openEvents(`${url}/v1/orders/${orderId}/events`, {
    authorization: `Bearer ${token}`,
    ...(lastEventId ? { 'last-event-id': lastEventId } : {}),
  })
const watch = async (order: Pick<TestOrder, 'id'>, principal: Principal, lastEventId?: string | null, url?: string) =>
  withToken(order.id, await o.t.token(principal), lastEventId, url)
const orderToken = (order: TestOrder, lifeSec: number) =>
  signOrderToken(
    'development-internal-secret-for-tests',
    o.t.clock,
    { orderId: order.id, principalId: order.shopper.id },
    lifeSec,
  )

test('the owner gets order and payment as the reads answer them, and every change', async () => {
  const order = await o.anOrderIn('opening')
  const client = o.t.as(order.shopper)
  const stream = await watch(order, order.shopper)
  await stream.until('payment', ({ state }) => state === 'preparing')
  expect(stream.events.map(({ event }) => event)).toEqual(['order', 'payment'])
  expect(stream.events[0]?.data).toEqual((await client.get(`/v1/orders/${order.id}`)).body)
  await order.opened()
  const opened = await stream.until('payment', ({ state }) => state === 'open')
  expect(opened.data).toEqual((await client.get(`/v1/orders/${order.id}/payment`)).body)
  await order.succeeded()
  await order.committed()
  const processing = await stream.until('order', ({ status }) => status === 'processing')
  expect(processing.data).toEqual((await client.get(`/v1/orders/${order.id}`)).body)
  const ids = stream.events.map(({ id }) => Number(id))
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b))
  await stream.cut()
})

test('a client that resumes gets what it has missed, and nothing that it has seen', async () => {
  const order = await o.anOrderIn('opening')
  const first = await watch(order, order.shopper)
  const seen = await first.until('payment', () => true)
  await first.cut()
  const quiet = await watch(order, order.shopper, seen.id)
  await order.opened()
  await quiet.until('payment', ({ state }) => state === 'open')
  expect(quiet.events.map(({ event }) => event)).toEqual(['order', 'payment'])
  await quiet.cut()
  await order.succeeded()
  await order.committed()
  const late = await watch(order, order.shopper, quiet.events[0]?.id)
  await late.until('payment', ({ state }) => state === 'paid')
  expect(late.events[0]).toMatchObject({ event: 'order', data: { status: 'processing', history: [{}, { to: 'processing' }] } })
  await late.cut()
})

test('a change by another replica arrives within two seconds', async () => {
  const order = await o.anOrderIn('paying')
  const replica = await o.t.replica()
  const stream = await watch(order, order.shopper, null, replica.url)
  await stream.until('order', () => true)
  const cancelled = o.t.as(order.shopper).post(`/v1/orders/${order.id}/cancel`)
  await cancelled
  const started = performance.now()
  await stream.until('payment', ({ state }) => state === 'cancelling')
  expect(performance.now() - started).toBeLessThan(2000)
  await replica.stop()
  await stream.ended
})

test('another shopper’s order looks like an unknown one, and without a token there is no stream', async () => {
  const order = await o.anOrderIn('paying')
  const [foreign, absent] = [await watch(order, o.aShopper()), await watch({ id: 'ord_nothing01' }, o.aShopper())]
  expect([foreign.status, absent.status]).toEqual([404, 404])
  expect({ ...foreign.refusal, instance: '', traceId: '' }).toEqual({ ...absent.refusal, instance: '', traceId: '' })
  expect((await openEvents(`${o.t.url}/v1/orders/${order.id}/events`)).status).toBe(401)
})

test('a token of the order reads its stream until it expires, and no other order', async () => {
  const [order, other] = [await o.anOrderIn('paying'), await o.anOrderIn('paying')]
  const token = await orderToken(order, 60)
  const stream = await withToken(order.id, token)
  await stream.until('payment', ({ state }) => state === 'open')
  expect((await withToken(other.id, token)).status).toBe(401)
  await o.t.clock.advance('61s')
  await stream.ended
  expect((await withToken(order.id, token)).status).toBe(401)
})

test('a revoked token ends the stream', async () => {
  const order = await o.anOrderIn('paying')
  const stream = await watch(order, { ...order.shopper, sessionId: 'ses_stream01' })
  await stream.until('order', () => true)
  const expiresAt = new Date(o.t.clock.now().getTime() + 660_000).toISOString()
  const notBefore = new Date(o.t.clock.now().getTime() + 1).toISOString()
  const started = performance.now()
  await o.t.receive(identityEvents.accessRevoked, {
    userId: order.shopper.id,
    sessionId: 'ses_stream01',
    notBefore,
    expiresAt,
  })
  await stream.ended
  expect(performance.now() - started).toBeLessThan(5000)
})

test('the sixth stream of a principal is refused, until one of them ends', async () => {
  const [order, other] = [await o.anOrderIn('paying'), await o.anOrderIn('paying')]
  const open = []
  for (let index = 0; index < 5; index++) open.push(await watch(order, order.shopper))
  const refused = await watch(order, order.shopper)
  expect(refused).toMatchObject({ status: 429, refusal: { code: 'too_many_streams', limit: 5 } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await withToken(order.id, await orderToken(order, 60))).status).toBe(429)
  const elsewhere = await watch(other, other.shopper)
  expect(elsewhere.status).toBe(200)
  await open.pop()?.cut()
  const next = await eventually('a stream is free', async () => {
    const tried = await watch(order, order.shopper)
    return tried.status === 200 ? tried : null
  })
  for (const stream of [...open, next, elsewhere]) await stream.cut()
})

test('a service that stops ends its streams at once', async () => {
  const order = await o.anOrderIn('paying')
  const replica = await o.t.replica()
  const stream = await watch(order, order.shopper, null, replica.url)
  await stream.until('order', () => true)
  const started = performance.now()
  await Promise.all([replica.stop(), stream.ended])
  expect(performance.now() - started).toBeLessThan(5000)
})
