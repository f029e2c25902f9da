// Stream of an order through the gateway: a shopper follows an order from checkout to delivery, over cut connections.
import type { Order } from '@cartwright/contracts'
import { type EventStreamClient, openEvents, proxyOf, testClient } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop
beforeAll(async () => {
  shop = await startTestShop()
  await shop.admin.stockUp({ sku: 'WATCHED-1', priceMinor: 1500, stock: 20 })
  await shop.idle()
})
afterAll(() => shop?.stop())

const placed = async (email?: string) => {
  const guest = await shop.guest()
  const { id } = await guest.placeOrder('WATCHED-1', 1, email === undefined ? {} : { email })
  const watch = async (lastEventId: string | null = null, throughProxy = (url: string) => url) =>
    openEvents(throughProxy(`${shop.url}/v1/orders/${id}/events`), {
      authorization: `Bearer ${await guest.accessToken()}`,
      ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
    })
  return { guest, id, watch }
}
const statusesOf = ({ data }: { data: Order }) => data.history.map(({ to }) => to)
const lastIdOf = ({ events }: EventStreamClient): string | null => events.at(-1)?.id ?? null

test('a shopper follows an order from checkout to delivery, and loses nothing when the connection is cut in between', async () => {
  const { guest, id, watch } = await placed('watcher@example.net')
  await using proxy = await proxyOf(shop.url)
  let stream = await watch(null, proxy.through)
  expect(stream).toMatchObject({ status: 200, refusal: null })
  const cutAndResume = async (change: () => Promise<unknown>) => {
    proxy.cut()
    await expect(stream.ended).rejects.toThrow()
    const lastId = lastIdOf(stream)
    await change()
    await shop.idle()
    stream = await watch(lastId, proxy.through)
  }
  await stream.until('payment', ({ state }) => state === 'open')
  await cutAndResume(() => guest.pay(id))
  const paid = await stream.until('order', ({ status }) => status === 'processing')
  await stream.until('payment', ({ state }) => state === 'paid')
  expect(statusesOf(paid)).toEqual(['pending', 'processing'])
  await cutAndResume(async () => {
    await shop.admin.client.post(`/v1/admin/orders/${id}/ship`, { carrier: 'Post', trackingNumber: 'T1' })
    await shop.admin.client.post(`/v1/admin/orders/${id}/deliver`)
  })
  const delivered = await stream.until('order', ({ status }) => status === 'delivered')
  expect(delivered.data).toEqual(await guest.order(id))
  expect(statusesOf(delivered)).toEqual(['pending', 'processing', 'shipped', 'delivered'])
  // Nothing is new, so nothing is sent before the next change.
  await stream.cut()
  const quiet = await watch(lastIdOf(stream))
  await shop.admin.client.post(`/v1/admin/orders/${id}/refunds`, {
    reason: 'kindness',
    amount: { amountMinor: 100, currency: 'EUR' },
  })
  await quiet.until('order', ({ refundStatus }) => refundStatus === 'partial')
  expect(quiet.events.every(({ event, data }) => event !== 'order' || data.refundStatus !== 'none')).toBe(true)
  await quiet.cut()
})

test('a change is visible within two seconds of its answer', async () => {
  const { guest, id, watch } = await placed('quick@example.net')
  const stream = await watch()
  await stream.until('payment', ({ state }) => state === 'open')
  await guest.pay(id)
  const started = performance.now()
  await stream.until('payment', ({ state }) => state === 'paid')
  expect(performance.now() - started).toBeLessThan(2000)
  await stream.cut()
})

test('a stranger gets 404, a sixth stream 429, and a client without a token 401', async () => {
  const { id, watch } = await placed('counted@example.net')
  const stranger = await shop.guest()
  const authorization = `Bearer ${await stranger.accessToken()}`
  expect(await openEvents(`${shop.url}/v1/orders/${id}/events`, { authorization })).toMatchObject({
    status: 404,
    refusal: { code: 'not_found' },
  })
  expect((await openEvents(`${shop.url}/v1/orders/${id}/events`)).status).toBe(401)
  const open = []
  for (let index = 0; index < 5; index++) open.push(await watch())
  expect(await watch()).toMatchObject({ status: 429, refusal: { code: 'too_many_streams', limit: 5 } })
  for (const stream of open) await stream.cut()
})

test('signing out ends the stream of the session', async () => {
  const anonymous = testClient(shop.url, async () => null)
  const credentials = { email: 'alice@example.com', password: 'cartwright-demo' }
  const { accessToken, refreshToken } = (await anonymous.post('/v1/auth/login', credentials, { key: null })).body
  const order = await (await shop.alice()).placeOrder('WATCHED-1', 1)
  const stream = await openEvents(`${shop.url}/v1/orders/${order.id}/events`, { authorization: `Bearer ${accessToken}` })
  await stream.until('order', () => true)
  expect((await anonymous.post('/v1/auth/logout', { refreshToken }, { key: null })).status).toBe(204)
  const started = performance.now()
  await stream.ended
  expect(performance.now() - started).toBeLessThan(5000)
})
