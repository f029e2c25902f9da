// Integration tests of disputes from opening to the end: the order is held, due date and outcome are shown, and the money is counted.
import { orderEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

type Order = Awaited<ReturnType<OrderUnderTest['anOrderIn']>>
const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const parcel = { carrier: 'Post', trackingNumber: 'T-1' }
const ship = ({ id }: Order, more: object = {}) => o.t.as(admin).post(`/v1/admin/orders/${id}/ship`, { ...parcel, ...more })
const disputed = async (): Promise<Order> => {
  const order = await o.anOrderIn('processing')
  await order.disputed()
  return order
}

test('a disputed order is held, and shipped only with a reason, which its operator and the audit keep', async () => {
  const order = await disputed()
  expect(await order.read()).toMatchObject({
    paymentStatus: 'disputed',
    dispute: { amount: eur(2000), reason: 'fraudulent', dueAt: expect.any(String), outcome: null },
    refundable: eur(0),
  })
  expect(await ship(order)).toMatchObject({ status: 409, body: { code: 'order_disputed' } })
  expect((await order.read()).shipments).toEqual([])
  const reason = 'the customer withdrew the dispute on the phone'
  expect(await ship(order, { despiteDispute: { reason } })).toMatchObject({
    status: 200,
    body: { status: 'shipped', shipments: [{ despiteDispute: reason }] },
  })
  const [{ after }] = (await o.t.sql(`SELECT state_after AS after FROM audit_entry WHERE target = '${order.id}'`)) as [
    { after: string },
  ]
  expect(after).toContain(reason)
  const shown = (await o.t.as(order.shopper).get(`/v1/orders/${order.id}`)).text
  expect(shown).not.toContain('withdrew')
})

test('the reason must say something, and is not kept when nothing is disputed', async () => {
  const order = await o.anOrderIn('processing')
  expect(await ship(order, { despiteDispute: { reason: ' ' } })).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/despiteDispute/reason' }] },
  })
  expect((await ship(order, { despiteDispute: { reason: 'to be safe' } })).body).toMatchObject({
    shipments: [{ despiteDispute: null }],
  })
})

test('a reason ships no order that cannot be shipped anyway', async () => {
  const order = await o.anOrderIn('paying')
  expect(await ship(order, { despiteDispute: { reason: 'please' } })).toMatchObject({
    status: 409,
    body: { code: 'order_state', orderStatus: 'pending' },
  })
})

describe('the end of a dispute', () => {
  test('that is won gives the money back to the shop: the order is shipped and refunded as before', async () => {
    const order = await disputed()
    await order.disputeClosed('won')
    expect(await order.read()).toMatchObject({
      paymentStatus: 'paid',
      refundable: eur(2000),
      dispute: { outcome: 'won', dueAt: expect.any(String) },
    })
    expect((await ship(order)).status).toBe(200)
  })

  test('that is lost counts as paid back: nothing can be refunded, and the order stays held', async () => {
    const order = await disputed()
    await order.disputeClosed('lost')
    expect(await order.read()).toMatchObject({ paymentStatus: 'disputed', refundable: eur(0), dispute: { outcome: 'lost' } })
    expect((await ship(order)).status).toBe(409)
    expect((await order.cancel()).body).toMatchObject({ status: 'cancelled', refundStatus: 'none' })
    await o.t.idle()
    expect(await o.eventsOf(orderEvents.refundRequested, order.id)).toEqual([])
  })

  test('that is lost in part leaves the rest to be refunded', async () => {
    const order = await o.anOrderIn('processing')
    await order.disputed('dp_part', eur(500))
    await order.disputeClosed('lost', 'dp_part', eur(500))
    expect(await order.read()).toMatchObject({ paymentStatus: 'disputed', refundable: eur(1500) })
  })

  test('that is told before its opening keeps reason and due date all the same', async () => {
    const order = await o.anOrderIn('processing')
    await order.disputeClosed('won')
    await order.disputed()
    expect(await order.read()).toMatchObject({
      paymentStatus: 'paid',
      dispute: { reason: 'fraudulent', dueAt: expect.any(String), outcome: 'won' },
    })
  })
})
