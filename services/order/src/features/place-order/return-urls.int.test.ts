// Integration test of return addresses: which a checkout takes, and how they are kept for the payment page.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { refusal } from './refused.fixture.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder({ CHECKOUT_RETURN_ORIGINS: 'https://shop.example' })
})
afterAll(() => o?.stop())

const refused = refusal(() => o)

test('a shopper returns to allowed origins, to loopback in development, and to no other', async () => {
  const shopper = o.aShopper()
  o.fillCart(shopper, [{ sku: o.anItem().sku, quantity: 2 }])
  await refused(() => o.checkout(shopper, { successUrl: 'https://evil.example/x' }), 400, {
    code: 'return_url_not_allowed',
    errors: [{ path: '/successUrl' }],
  })
  await refused(() => o.checkout(shopper, { cancelUrl: 'javascript:alert(1)' }), 400, {
    code: 'return_url_not_allowed',
    errors: [{ path: '/cancelUrl' }],
  })
  const placed = await o.checkout(shopper, {
    successUrl: 'https://shop.example/thanks/{ORDER_NUMBER}',
    cancelUrl: 'http://localhost:3000/cart',
  })
  expect(placed.status).toBe(201)
  const { id, number } = placed.body
  expect(await o.t.sql(`SELECT success_url, cancel_url FROM customer_order WHERE id = '${id}'`)).toEqual([
    { success_url: `https://shop.example/thanks/${number}`, cancel_url: `http://localhost:3000/cart?order=${id}` },
  ])
})
