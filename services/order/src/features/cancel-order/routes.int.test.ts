// Integration tests of cancellation: one decision, one refund and one stock return, for the owner's order only.
import { orderEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

const count = async (event: Parameters<OrderUnderTest['eventsOf']>[0], id: string) => (await o.eventsOf(event, id)).length
const adminCancel = (id: string, body: object, key?: string) =>
  o.t.as(admin).post(`/v1/admin/orders/${id}/cancel`, body, key === undefined ? {} : { key })
const ship = (id: string, body: object = {}) =>
  o.t.as(admin).post(`/v1/admin/orders/${id}/ship`, { carrier: 'Post', trackingNumber: 'T1', ...body })

describe('a pending order', () => {
  test('is cancelled at once before catalog has answered, and its reservation is released', async () => {
    const order = await o.anOrderIn('reserving')
    expect(await order.cancel()).toMatchObject({
      status: 202,
      body: { status: 'cancelled', cancelReason: 'customer', cancelRequestedAt: expect.any(String) },
    })
    await o.t.idle()
    expect(await count(orderEvents.stockReleaseRequested, order.id)).toBe(1)
    expect((await order.read()).history[1]).toMatchObject({ to: 'cancelled', actor: 'customer', reason: 'changed my mind' })
  })

  test.each(['opening', 'paying'] as const)(
    'while %s it asks payment first, once, and payment’s answer cancels it',
    async (state) => {
      const order = await o.anOrderIn(state)
      const first = await order.cancel('one')
      expect(first).toMatchObject({ status: 202, body: { status: 'pending', cancelRequestedAt: expect.any(String) } })
      expect((await order.payment()).state).toBe('cancelling')
      expect((await order.cancel('one')).headers.get('idempotent-replayed')).toBe('true')
      expect((await order.cancel('two')).body.cancelRequestedAt).toBe(first.body.cancelRequestedAt)
      await o.t.idle()
      expect(await o.eventsOf(orderEvents.paymentExpiryRequested, order.id)).toMatchObject([{ why: 'customer' }])
      await order.expired()
      expect(await order.read()).toMatchObject({
        status: 'cancelled',
        cancelReason: 'customer',
        paymentStatus: 'cancelled',
        refundStatus: 'none',
      })
      expect((await order.cancel('three')).status).toBe(200)
      expect(await count(orderEvents.stockReleaseRequested, order.id)).toBe(1)
      expect(await o.eventsOf(orderEvents.cancelled, order.id)).toMatchObject([{ paid: false, reason: 'customer' }])
    },
  )

  test('repeats an unanswered request, and refunds money that arrives meanwhile once', async () => {
    const order = await o.anOrderIn('paying')
    await order.cancel()
    await o.t.clock.advance('31s')
    await o.t.idle()
    expect(await count(orderEvents.paymentExpiryRequested, order.id)).toBe(2)
    await order.succeeded()
    await order.succeeded()
    expect(await order.read()).toMatchObject({
      status: 'cancelled',
      cancelReason: 'customer',
      paymentStatus: 'paid',
      refundStatus: 'pending',
    })
    expect(await count(orderEvents.refundRequested, order.id)).toBe(1)
    expect(await count(orderEvents.stockReleaseRequested, order.id)).toBe(1)
    expect(await count(orderEvents.confirmed, order.id)).toBe(0)
  })

  test('between payment and commit accepts the cancellation: stock is returned once, money refunded once, the order never confirmed', async () => {
    const order = await o.anOrderIn('committing')
    expect(await order.cancel()).toMatchObject({ status: 202, body: { status: 'pending', paymentStatus: 'paid' } })
    expect((await order.payment()).state).toBe('cancelling')
    expect((await order.cancel()).status).toBe(202)
    expect(await count(orderEvents.refundRequested, order.id)).toBe(0)
    await order.committed()
    await order.committed()
    expect(await order.read()).toMatchObject({ status: 'cancelled', cancelReason: 'customer', refundStatus: 'pending' })
    expect(await o.eventsOf(orderEvents.stockReturnRequested, order.id)).toMatchObject([
      { returnId: `cancel:${order.id}`, lines: [{ quantity: 2 }] },
      { returnId: `cancel:${order.id}` },
    ])
    expect(await count(orderEvents.refundRequested, order.id)).toBe(1)
    expect(await count(orderEvents.confirmed, order.id)).toBe(0)
  })

  test('returns no stock that was committed meanwhile when the operator sets restock to false', async () => {
    const order = await o.anOrderIn('committing')
    await adminCancel(order.id, { reason: 'broken', restock: false })
    await order.committed()
    expect(await order.read()).toMatchObject({ status: 'cancelled', refundStatus: 'pending' })
    expect(await count(orderEvents.stockReturnRequested, order.id)).toBe(0)
  })

  test('records an operator’s cancellation with a reason and one audit row', async () => {
    const order = await o.anOrderIn('paying')
    expect((await adminCancel(order.id, { reason: 'fraud' })).status).toBe(202)
    expect((await adminCancel(order.id, { reason: 'fraud again' })).status).toBe(202)
    await order.expired()
    const read = await order.read()
    expect(read).toMatchObject({ status: 'cancelled', cancelReason: 'operator', cancelNote: 'fraud' })
    expect(read.history[1]).toMatchObject({ actor: 'operator', actorId: admin.id, reason: 'fraud' })
    expect(await o.t.sql(`SELECT actor, action FROM audit_entry WHERE target = '${order.id}'`)).toEqual([
      { actor: admin.id, action: 'order.cancel' },
    ])
  })
})

describe('an order in processing', () => {
  test('is cancelled at once, refunded once and restocked once, for any number of requests', async () => {
    const order = await o.anOrderIn('processing')
    expect(await order.cancel('a')).toMatchObject({ status: 200, body: { status: 'cancelled', refundStatus: 'pending' } })
    expect((await order.cancel('a')).headers.get('idempotent-replayed')).toBe('true')
    expect((await order.cancel('b')).status).toBe(200)
    expect((await adminCancel(order.id, { reason: 'again' })).status).toBe(200)
    await o.t.idle()
    const [refund] = await o.eventsOf(orderEvents.refundRequested, order.id)
    expect([
      await count(orderEvents.refundRequested, order.id),
      await count(orderEvents.stockReturnRequested, order.id),
      await count(orderEvents.cancelled, order.id),
    ]).toEqual([1, 1, 1])
    await order.refunded(String(refund?.refundId), 2000)
    expect(await order.read()).toMatchObject({
      refundStatus: 'full',
      paymentStatus: 'paid',
      history: [{}, {}, { from: 'processing', to: 'cancelled' }],
    })
  })

  test('is not restocked when the operator sets restock to false', async () => {
    const order = await o.anOrderIn('processing')
    await adminCancel(order.id, { reason: 'broken', restock: false })
    await o.t.idle()
    expect([await count(orderEvents.refundRequested, order.id), await count(orderEvents.stockReturnRequested, order.id)]).toEqual(
      [1, 0],
    )
  })

  test('is refunded without the part that was refunded before', async () => {
    const order = await o.anOrderIn('processing')
    await order.refunded('rfd_partbefore', 500, 'dashboard')
    await order.cancel()
    await o.t.idle()
    expect(await o.eventsOf(orderEvents.refundRequested, order.id)).toMatchObject([{ amount: { amountMinor: 1500 } }])
  })

  test('cannot be cancelled after a partial or a whole shipment', async () => {
    const order = await o.anOrderIn('processing')
    expect((await ship(order.id, { lines: [{ sku: order.item.sku, quantity: 1 }] })).status).toBe(200)
    expect(await order.cancel()).toMatchObject({ status: 409, body: { code: 'order_state', allowed: ['shipped'] } })
    expect((await ship(order.id)).body).toMatchObject({ status: 'shipped' })
    expect(await order.cancel()).toMatchObject({ status: 409, body: { code: 'order_state', allowed: ['delivered'] } })
    expect(await count(orderEvents.refundRequested, order.id)).toBe(0)
  })

  test('is either cancelled or shipped when both requests arrive at once, in twenty rounds', async () => {
    for (let round = 0; round < 20; round++) {
      const order = await o.anOrderIn('processing')
      const [cancelled, shipped] = await Promise.all([order.cancel(), ship(order.id)])
      await o.t.idle()
      const { status } = await order.read()
      expect([cancelled.status, shipped.status].sort()).toEqual([200, 409])
      expect(status).toBe(cancelled.status === 200 ? 'cancelled' : 'shipped')
      expect(await count(orderEvents.refundRequested, order.id)).toBe(status === 'cancelled' ? 1 : 0)
      expect(await count(orderEvents.shipped, order.id)).toBe(status === 'shipped' ? 1 : 0)
    }
  })
})

test('a cancellation and a concurrent payment have one outcome, and no deadlock reaches the client', async () => {
  for (let round = 0; round < 10; round++) {
    const order = await o.anOrderIn('paying')
    const [cancelled] = await Promise.all([order.cancel(), order.succeeded()])
    expect(cancelled.status).toBe(202)
    await order.committed()
    expect(await order.read()).toMatchObject({ status: 'cancelled', paymentStatus: 'paid', refundStatus: 'pending' })
    expect(await count(orderEvents.refundRequested, order.id)).toBe(1)
  }
  expect(await o.t.sql('SELECT COUNT(*) AS dead FROM dead_letter')).toEqual([{ dead: 0 }])
})

test('a cancellation of another shopper’s order, without a token or without a key is refused', async () => {
  const order = await o.anOrderIn('paying')
  const path = `/v1/orders/${order.id}/cancel`
  expect(await o.t.as(o.aShopper()).post(path, {})).toMatchObject({ status: 404, body: { code: 'not_found' } })
  expect(await o.t.as(order.shopper).post('/v1/orders/ord_nothing01/cancel', {})).toMatchObject({ status: 404 })
  expect(await o.t.anonymous.post(path, {})).toMatchObject({ status: 401 })
  expect(await o.t.as(order.shopper).post(path, {}, { key: null })).toMatchObject({
    status: 400,
    body: { code: 'idempotency_key_missing' },
  })
  expect(await o.t.as(order.shopper).post(path, { reason: '' })).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/reason' }] },
  })
  expect(await o.t.as(order.shopper).post(`/v1/admin/orders/${order.id}/cancel`, { reason: 'x' })).toMatchObject({ status: 403 })
  expect((await order.read()).cancelRequestedAt).toBeNull()
})

describe('the money of a cancelled order', () => {
  const requests = async (id: string) =>
    (await o.eventsOf(orderEvents.refundRequested, id)).map(({ amount }) => amount.amountMinor)
  const cancelled = async () => {
    const order = await o.anOrderIn('processing')
    await order.cancel()
    await o.t.idle()
    const [first] = await o.eventsOf(orderEvents.refundRequested, order.id)
    return { ...order, refundId: String(first?.refundId) }
  }

  test('is refunded in spite of an unknown refund at the provider: the refused request is followed once by the rest', async () => {
    const order = await cancelled()
    await order.refunded('rfd_overtook01', 500, 'dashboard')
    await order.refundFailed(order.refundId, 2000)
    await order.refundFailed(order.refundId, 2000)
    expect(await requests(order.id)).toEqual([2000, 1500])
    const second = (await o.eventsOf(orderEvents.refundRequested, order.id))[1]
    await order.refunded(String(second?.refundId), 1500)
    expect(await order.read()).toMatchObject({ refundStatus: 'full', refundable: { amountMinor: 0 } })
    expect(await requests(order.id)).toHaveLength(2)
  })

  test('is refunded also when the refund at the provider is reported later', async () => {
    const order = await cancelled()
    await order.refundFailed(order.refundId, 2000)
    expect(await requests(order.id)).toEqual([2000])
    await order.refunded('rfd_overtook02', 500, 'dashboard')
    expect(await requests(order.id)).toEqual([2000, 1500])
  })

  test('is not requested again automatically when the bank refuses', async () => {
    const order = await cancelled()
    await order.refundFailed(order.refundId, 2000)
    expect(await requests(order.id)).toEqual([2000])
    expect(await order.read()).toMatchObject({ refundStatus: 'failed', refundable: { amountMinor: 2000 } })
  })

  test('is not refunded while it is disputed, and is refunded when the dispute is won', async () => {
    const order = await o.anOrderIn('processing')
    await order.disputed()
    await order.cancel()
    expect(await o.t.as(admin).post(`/v1/admin/orders/${order.id}/refunds`, { reason: 'sorry' })).toMatchObject({
      status: 409,
      body: { code: 'over_refund', refundable: { amountMinor: 0 } },
    })
    expect(await requests(order.id)).toEqual([])
    await order.disputeClosed('won')
    await order.disputeClosed('won')
    expect(await requests(order.id)).toEqual([2000])
  })
})
