// Order lookup of a guest without a token: number, address and a mailed code give a token that reads this order only.
import { testClient } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop
beforeAll(async () => {
  shop = await startTestShop()
  await shop.admin.stockUp({ sku: 'FOUND-1', priceMinor: 1500, stock: 10 })
  await shop.idle()
})
afterAll(() => shop?.stop())

test('a guest finds the order by number, address and mailed code, and the token reads no other order', async () => {
  const guest = await shop.guest()
  const email = 'forgetful@example.net'
  const order = await guest.placeOrder('FOUND-1', 1, { email })
  await shop.idle()
  const other = await guest.placeOrder('FOUND-1', 1, { email })
  await shop.idle()
  const stranger = testClient(shop.url, async () => null)
  const asked = await stranger.post('/v1/orders/lookup', { number: order.number, email }, { key: null })
  expect(asked).toMatchObject({ status: 202, body: { status: 'accepted' } })
  await shop.idle()
  const mail = shop.mailbox.messages().find((candidate) => candidate.To.some((to) => to.Address === email))
  const code = /\b\d{6}\b/.exec(`${mail?.Subject} ${mail?.Text}`)?.[0] ?? ''
  const proven = await stranger.post('/v1/orders/lookup/verify', { number: order.number, email, code }, { key: null })
  expect(proven).toMatchObject({ status: 200, body: { orderId: order.id } })
  const reader = testClient(shop.url, async () => proven.body.accessToken)
  expect(await reader.get(`/v1/orders/${order.id}`)).toMatchObject({
    status: 200,
    body: { number: order.number, status: 'pending' },
  })
  expect(await reader.get(`/v1/orders/${order.id}/payment`)).toMatchObject({ status: 200, body: { state: 'open' } })
  for (const path of [`/v1/orders/${other.id}`, '/v1/orders', '/v1/cart', '/v1/me'])
    expect((await reader.get(path)).status).toBe(401)
  expect((await reader.post('/v1/cart/merge', { guestAccessToken: proven.body.accessToken })).status).toBe(401)
})
