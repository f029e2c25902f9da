// Integration tests of the limit of unpaid orders: five per principal, and a configured number per client address of guests.
import type { Principal } from '@cartwright/service-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, anAddress, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder({ ORDER_UNPAID_PER_ADDRESS: '7' })
})
afterAll(() => o?.stop())

/** Checks out one piece from a cart of its own, as often as it is called. */
const buyer = (shopper: Principal) => {
  const { sku } = o.anItem({ available: 100_000 })
  o.wire.freshCarts.set(shopper.id, () => ({
    id: `crt_${Math.random().toString(36).slice(2).padEnd(12, '0')}`,
    version: 1,
    currency: 'EUR',
    destination: null,
    shippingOptionId: null,
    lines: [{ id: 'lin_000001', sku, quantity: 1 }],
    codes: [],
  }))
  const request = { cartVersion: 1, expectedTotal: { amountMinor: 1000, currency: 'EUR' }, shippingAddress: anAddress }
  const email = shopper.role === 'guest' ? { email: 'guest@example.net' } : {}
  return (from?: string) =>
    o.t
      .as(shopper)
      .post('/v1/checkout', { ...request, ...email }, from === undefined ? {} : { headers: { 'x-forwarded-for': from } })
}
const countBy = (answers: readonly { status: number }[]) =>
  Object.fromEntries([...Map.groupBy(answers, ({ status }) => status)].map(([status, group]) => [status, group.length]))
const unpaid = async (shopper: Principal): Promise<string[]> =>
  (await o.t.sql(`SELECT id FROM customer_order WHERE principal_id = '${shopper.id}' AND status = 'pending' ORDER BY id`)).map(
    ({ id }) => id,
  )

describe.each(['customer', 'guest'] as const)('a %s', (role) => {
  test('places five of fifty concurrent checkouts with separate carts and keys', async () => {
    const shopper = o.aShopper(role)
    const checkout = buyer(shopper)
    const answers = await Promise.all(Array.from({ length: 50 }, () => checkout('198.51.100.1')))
    expect(countBy(answers)).toEqual({ 201: 5, 409: 45 })
    const orderIds = await unpaid(shopper)
    expect(orderIds).toHaveLength(5)
    const refusal = await checkout('198.51.100.1')
    expect(refusal).toMatchObject({ status: 409, body: { code: 'too_many_unpaid_orders', limit: 5, orderIds } })
    for (const id of orderIds) await o.t.as(admin).post(`/v1/admin/orders/${id}/cancel`, { reason: 'cleared' })
    await o.t.idle()
  })

  test('may place another order after a cancellation, and a paid order does not count', async () => {
    const shopper = o.aShopper(role)
    const checkout = buyer(shopper)
    const placed = await Promise.all(Array.from({ length: 5 }, () => checkout('198.51.100.2')))
    expect((await checkout('198.51.100.2')).status).toBe(409)
    await o.t.as(shopper).post(`/v1/orders/${placed[0]?.body.id}/cancel`, {})
    await o.t.idle()
    expect((await checkout('198.51.100.2')).status).toBe(201)
    expect((await checkout('198.51.100.2')).status).toBe(409)
    await o.t.sql(`UPDATE customer_order SET payment_status = 'paid' WHERE id = '${placed[1]?.body.id}'`)
    expect((await checkout('198.51.100.2')).status).toBe(201)
    for (const id of await unpaid(shopper)) await o.t.as(admin).post(`/v1/admin/orders/${id}/cancel`, { reason: 'cleared' })
    await o.t.idle()
  })
})

describe('guests of one client address', () => {
  test.each([
    ['an IPv4 address', Array.from({ length: 20 }, () => '203.0.113.9')],
    ['an IPv6 network', Array.from({ length: 20 }, (_, index) => `2001:db8:7:1:${index + 1}::1`)],
    ['the address that the gateway saw', Array.from({ length: 20 }, (_, index) => `192.0.2.${index}, 203.0.113.10`)],
  ])('place seven of twenty checkouts, by %s', async (_, addresses) => {
    const answers = await Promise.all(addresses.map((from) => buyer(o.aShopper('guest'))(from)))
    expect(countBy(answers)).toEqual({ 201: 7, 409: 13 })
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'too_many_unpaid_orders',
      limit: 7,
      orderIds: [],
    })
    expect((await buyer(o.aShopper('guest'))('198.51.100.77')).status).toBe(201)
    expect((await buyer(o.aShopper('customer'))(addresses[0])).status).toBe(201)
  })

  test('are stored as a hash only, and only while the order is pending', async () => {
    const guest = o.aShopper('guest')
    const { body } = await buyer(guest)('203.0.113.200')
    const storedHash = async () =>
      (await o.t.sql(`SELECT client_hash FROM customer_order WHERE id = '${body.id}'`))[0].client_hash
    expect(await storedHash()).toMatch(/^[\w-]{43}$/)
    await o.t.as(guest).post(`/v1/orders/${body.id}/cancel`, {})
    await o.t.idle()
    expect(await storedHash()).toBeNull()
  })
})

test('development sets no limit for an address, and 0 sets none for a principal', async () => {
  const free = await startOrder({ ORDER_UNPAID_PER_PRINCIPAL: '0' })
  const before = o
  o = free
  try {
    const checkout = buyer(o.aShopper('guest'))
    expect(countBy(await Promise.all(Array.from({ length: 12 }, () => checkout('203.0.113.9'))))).toEqual({ 201: 12 })
  } finally {
    o = before
    await free.stop()
  }
})

test.each(['TWD', 'twd:5', 'TWD:0', 'TWD:1.5', 'TWDX:5'])('ORDER_MINIMUM_CHARGES=%s is refused at the start', async (value) => {
  await expect(startOrder({ ORDER_MINIMUM_CHARGES: value })).rejects.toThrow('ORDER_MINIMUM_CHARGES')
})
