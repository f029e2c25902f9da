// Integration tests of returns: from the request to the refund, who may do what, and what is told to catalog.
import { orderEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

const operate = (id: string, action: string, body: object = {}, key?: string) =>
  o.t.as(admin).post(`/v1/admin/returns/${id}/${action}`, body, key === undefined ? {} : { key })

/** An order of two pieces for 20 euros, with the customer. */
const delivered = async () => {
  const order = await o.anOrderIn('processing')
  const call = (action: string, body: object) => o.t.as(admin).post(`/v1/admin/orders/${order.id}/${action}`, body)
  expect((await call('ship', { carrier: 'DHL', trackingNumber: 'T1' })).status).toBe(200)
  expect((await call('deliver', {})).status).toBe(200)
  const { lines } = await order.read()
  const lineId: string = lines[0].id
  const request = (quantity: number, key?: string) =>
    o.t
      .as(order.shopper)
      .post(
        `/v1/orders/${order.id}/returns`,
        { lines: [{ lineId, quantity, reason: 'damaged' }], note: 'broken' },
        key === undefined ? {} : { key },
      )
  return { ...order, lineId, request }
}

const approved = async (quantity = 2) => {
  const order = await delivered()
  const { id } = (await order.request(quantity)).body
  expect(await operate(id, 'approve')).toMatchObject({ status: 200, body: { state: 'approved' } })
  return {
    ...order,
    returnId: String(id),
    receive: (units: number, restock: boolean) =>
      operate(id, 'receive', { lines: [{ lineId: order.lineId, quantity: units, restock }] }),
  }
}

test('goods that come back are received, put into stock and paid back, each once', async () => {
  const order = await approved(1)
  expect(await order.read()).toMatchObject({ returnStatus: 'requested' })
  expect(await order.receive(1, true)).toMatchObject({
    status: 200,
    body: { state: 'received', lines: [{ received: 1, restocked: 1 }] },
  })
  expect(await order.receive(1, true)).toMatchObject({ status: 200, body: { state: 'received' } })
  const refunded = await operate(order.returnId, 'refund')
  expect(refunded).toMatchObject({ status: 200, body: { state: 'refunded' } })
  expect(await operate(order.returnId, 'refund')).toMatchObject({
    status: 409,
    body: { code: 'return_state', returnState: 'refunded' },
  })
  await o.t.idle()
  expect(await o.eventsOf(orderEvents.returnReceived, order.id)).toMatchObject([
    { returnId: order.returnId, reservationId: order.reservationId, restock: [{ sku: order.item.sku, quantity: 1 }] },
  ])
  expect(await o.eventsOf(orderEvents.refundRequested, order.id)).toMatchObject([
    { refundId: refunded.body.refundId, amount: { amountMinor: 1000, currency: 'EUR' } },
  ])
  expect(await order.read()).toMatchObject({ returnStatus: 'partial', refundStatus: 'pending', status: 'delivered' })
  expect(
    (await o.t.sql(`SELECT action FROM audit_entry WHERE target = '${order.returnId}' ORDER BY id`)).map(({ action }) => action),
  ).toEqual(['return.approved', 'return.received', 'return.refunded'])
})

test('goods that cannot be sold again are paid back and not put into stock', async () => {
  const order = await approved()
  await order.receive(2, false)
  await operate(order.returnId, 'refund', { reason: 'broken on the way' })
  await o.t.idle()
  expect(await o.eventsOf(orderEvents.returnReceived, order.id)).toMatchObject([{ restock: [] }])
  expect(await o.eventsOf(orderEvents.refundRequested, order.id)).toMatchObject([{ amount: { amountMinor: 2000 } }])
  expect(await order.read()).toMatchObject({ returnStatus: 'full' })
})

test('an operator may pay back another amount, at most what is left', async () => {
  const order = await approved()
  await order.receive(2, false)
  const eur = (amountMinor: number) => ({ amount: { amountMinor, currency: 'EUR' } })
  expect(await operate(order.returnId, 'refund', eur(2001))).toMatchObject({ status: 409, body: { code: 'over_refund' } })
  expect(await operate(order.returnId, 'refund', { amount: { amountMinor: 100, currency: 'USD' } })).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/amount/currency' }] },
  })
  expect(await operate(order.returnId, 'refund', eur(1500))).toMatchObject({ status: 200, body: { state: 'refunded' } })
})

test('a return is paid back after a cancellation of other units: together exactly what was paid', async () => {
  const order = await o.anOrderIn('processing', o.aShopper(), 3)
  const call = (action: string, body: object) => o.t.as(admin).post(`/v1/admin/orders/${order.id}/${action}`, body)
  const [{ id: lineId }] = (await order.read()).lines
  expect((await call('cancel', { reason: 'broken', lines: [{ lineId, quantity: 1 }] })).status).toBe(200)
  expect((await call('ship', { carrier: 'DHL', trackingNumber: 'T1' })).body).toMatchObject({ status: 'shipped' })
  const ask = (quantity: number) =>
    o.t.as(order.shopper).post(`/v1/orders/${order.id}/returns`, { lines: [{ lineId, quantity, reason: 'other' }] })
  expect(await ask(3)).toMatchObject({ status: 409, body: { returnable: [{ quantity: 2 }] } })
  const { id } = (await ask(2)).body
  await operate(id, 'approve')
  await operate(id, 'receive', { lines: [{ lineId, quantity: 2, restock: true }] })
  await operate(id, 'refund')
  expect(await order.read()).toMatchObject({ returnStatus: 'full', refundable: { amountMinor: 0 } })
  await o.t.idle()
  const refunds = await o.eventsOf(orderEvents.refundRequested, order.id)
  expect(refunds.map(({ amount }) => amount.amountMinor)).toEqual([1000, 2000])
})

test('a return of goods that were refunded before ends without another refund', async () => {
  const order = await approved()
  await order.receive(2, true)
  expect((await o.t.as(admin).post(`/v1/admin/orders/${order.id}/refunds`, { reason: 'sorry' })).status).toBe(202)
  expect(await operate(order.returnId, 'refund')).toMatchObject({ status: 200, body: { state: 'refunded', refundId: null } })
})

test('a return is not paid back while the payment is disputed', async () => {
  const order = await approved()
  await order.receive(2, true)
  await order.disputed()
  expect(await operate(order.returnId, 'refund')).toMatchObject({ status: 409, body: { code: 'order_disputed' } })
  await order.disputeClosed('won')
  expect(await operate(order.returnId, 'refund')).toMatchObject({ status: 200, body: { state: 'refunded' } })
})

test('a rejected return tells why, and its goods can be returned again', async () => {
  const order = await delivered()
  const { id } = (await order.request(2)).body
  expect(await operate(id, 'reject', { reason: 'worn' })).toMatchObject({
    status: 200,
    body: { state: 'rejected', rejectReason: 'worn' },
  })
  expect(await operate(id, 'approve')).toMatchObject({ status: 409, body: { code: 'return_state', returnState: 'rejected' } })
  expect(await order.read()).toMatchObject({ returnStatus: 'none' })
  await o.t.idle()
  expect(await o.eventsOf(orderEvents.returnRejected, order.id)).toMatchObject([{ returnId: id, reason: 'worn' }])
  expect(await order.request(2)).toMatchObject({ status: 201, body: { state: 'requested' } })
})

test('of two requests at once for the same goods one is taken', async () => {
  const order = await delivered()
  const answers = await Promise.all([order.request(2), order.request(2)])
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
    code: 'return_not_possible',
    returnable: [{ lineId: order.lineId, quantity: 0 }],
  })
})

test('a repeated request with the same key makes one return', async () => {
  const order = await delivered()
  const first = await order.request(1, 'again')
  const second = await order.request(1, 'again')
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect(second.body).toEqual(first.body)
  expect((await o.t.as(order.shopper).get(`/v1/orders/${order.id}/returns`)).body.items).toHaveLength(1)
})

test('goods are returned within the days after their delivery', async () => {
  const order = await delivered()
  o.t.clock.advance('31d')
  expect(await order.request(1)).toMatchObject({ status: 409, body: { code: 'return_not_possible' } })
})

test('goods that are not shipped cannot be returned', async () => {
  const order = await o.anOrderIn('processing')
  const { lines } = await order.read()
  const body = { lines: [{ lineId: lines[0].id, quantity: 1, reason: 'other' }] }
  expect(await o.t.as(order.shopper).post(`/v1/orders/${order.id}/returns`, body)).toMatchObject({
    status: 409,
    body: { code: 'return_not_possible', returnableUntil: null },
  })
})

test('another shopper’s order cannot be returned, and its returns are absent', async () => {
  const order = await delivered()
  const other = o.aShopper()
  const body = { lines: [{ lineId: order.lineId, quantity: 1, reason: 'other' }] }
  expect((await o.t.as(other).post(`/v1/orders/${order.id}/returns`, body)).status).toBe(404)
  expect((await o.t.as(other).get(`/v1/orders/${order.id}/returns`)).status).toBe(404)
})

test('an operator lists returns by state and by order', async () => {
  const order = await approved(1)
  const list = async (query: string) => (await o.t.as(admin).get(`/v1/admin/returns?${query}`)).body.items
  expect(await list(`orderId=${order.id}`)).toMatchObject([{ id: order.returnId, orderNumber: order.number, state: 'approved' }])
  expect((await list('state=approved&limit=100')).map(({ id }: { id: string }) => id)).toContain(order.returnId)
  expect(await list(`state=requested&orderId=${order.id}`)).toEqual([])
  expect((await operate('ret_none00', 'approve')).status).toBe(404)
})
