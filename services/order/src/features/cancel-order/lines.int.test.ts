// Integration tests of partial cancellation: refund, stock, the order's end, and that no unit is both cancelled and shipped.
import { orderEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const act = (id: string, action: string, body: object, key?: string) =>
  o.t.as(admin).post(`/v1/admin/orders/${id}/${action}`, body, key === undefined ? {} : { key })

/** A paid order of some pieces at 10 euros each, and calls about its line. */
const paid = async (quantity = 3) => {
  const order = await o.anOrderIn('processing', o.aShopper(), quantity)
  const { lines } = await order.read()
  const lineId: string = lines[0].id
  const cancelUnits = (units: number, more: object = {}, key?: string) =>
    act(order.id, 'cancel', { reason: 'broken', lines: [{ lineId, quantity: units }], ...more }, key)
  const ship = (units?: number) =>
    act(order.id, 'ship', {
      carrier: 'Post',
      trackingNumber: 'T-1',
      ...(units && { lines: [{ sku: order.item.sku, quantity: units }] }),
    })
  return { ...order, lineId, cancelUnits, ship }
}

test('units are cancelled once per key: their share is refunded, their stock comes back, and the rest goes on', async () => {
  const order = await paid()
  expect(await order.cancelUnits(1, {}, 'k')).toMatchObject({
    status: 200,
    body: {
      status: 'processing',
      fulfilmentStatus: 'none',
      refundStatus: 'pending',
      lines: [{ quantity: 3, cancelledQuantity: 1 }],
      refunds: [{ amount: eur(1000), state: 'pending' }],
      refundable: eur(2000),
    },
  })
  expect((await order.cancelUnits(1, {}, 'k')).headers.get('idempotent-replayed')).toBe('true')
  await o.t.idle()
  const [event] = await o.eventsOf(orderEvents.linesCancelled, order.id)
  expect(event).toMatchObject({
    lines: [{ sku: order.item.sku, name: 'Harbour mug', quantity: 1 }],
    refund: eur(1000),
    recipient: { email: order.shopper.email },
  })
  expect(await o.eventsOf(orderEvents.stockReturnRequested, order.id)).toMatchObject([
    { returnId: `cancel:${String(event?.cancellationId)}`, lines: [{ sku: order.item.sku, quantity: 1 }] },
  ])
  expect(await o.eventsOf(orderEvents.refundRequested, order.id)).toMatchObject([{ amount: eur(1000) }])
  expect(await o.t.sql(`SELECT action FROM audit_entry WHERE target = '${order.id}'`)).toEqual([{ action: 'order.cancel-lines' }])
  expect((await order.ship()).body).toMatchObject({ status: 'shipped', shipments: [{ lines: [{ quantity: 2 }] }] })
})

test('each partial cancellation has a refund of its own', async () => {
  const order = await paid()
  await order.cancelUnits(1)
  expect((await order.cancelUnits(1)).body).toMatchObject({ refunds: [{ amount: eur(1000) }, { amount: eur(1000) }] })
  await o.t.idle()
  for (const { refundId } of await o.eventsOf(orderEvents.refundRequested, order.id)) await order.refunded(String(refundId), 1000)
  expect(await order.read()).toMatchObject({ status: 'processing', refundStatus: 'partial', refundable: eur(1000) })
})

test('stock stays away when the operator sets restock to false', async () => {
  const order = await paid()
  expect((await order.cancelUnits(1, { restock: false })).status).toBe(200)
  await o.t.idle()
  expect(await o.eventsOf(orderEvents.stockReturnRequested, order.id)).toEqual([])
})

test('the last open units of a partly shipped order complete its fulfilment', async () => {
  const order = await paid()
  await order.ship(2)
  expect((await order.cancelUnits(1)).body).toMatchObject({
    status: 'shipped',
    fulfilmentStatus: 'shipped',
    lines: [{ cancelledQuantity: 1 }],
  })
  expect((await act(order.id, 'deliver', {})).body).toMatchObject({ status: 'delivered' })
  expect((await order.read()).history.at(2)).toMatchObject({
    from: 'processing',
    to: 'shipped',
    reason: 'the rest was cancelled',
  })
})

test('the last units of an order of which nothing was shipped cancel it: all that is left is refunded and returned', async () => {
  const order = await paid()
  await order.cancelUnits(1)
  expect((await order.cancelUnits(2)).body).toMatchObject({ status: 'cancelled', cancelReason: 'operator', refundable: eur(0) })
  await o.t.idle()
  expect((await o.eventsOf(orderEvents.refundRequested, order.id)).map(({ amount }) => amount.amountMinor)).toEqual([1000, 2000])
  const returns = await o.eventsOf(orderEvents.stockReturnRequested, order.id)
  expect(returns.map(({ lines }) => lines)).toEqual([1, 2].map((quantity) => [{ sku: order.item.sku, quantity }]))
  expect(await o.eventsOf(orderEvents.cancelled, order.id)).toHaveLength(1)
})

test('a shopper who cancels the rest gets what is left back, and only open units go back into stock', async () => {
  const order = await paid()
  await order.cancelUnits(2)
  expect((await order.cancel()).body).toMatchObject({ status: 'cancelled' })
  await o.t.idle()
  expect((await o.eventsOf(orderEvents.refundRequested, order.id)).map(({ amount }) => amount.amountMinor)).toEqual([2000, 1000])
  expect((await o.eventsOf(orderEvents.stockReturnRequested, order.id)).at(-1)).toMatchObject({ lines: [{ quantity: 1 }] })
})

test('no more is paid back than is left after earlier refunds', async () => {
  const order = await paid()
  await act(order.id, 'refunds', { reason: 'late', amount: eur(2500) })
  expect((await order.cancelUnits(1)).body).toMatchObject({ refundable: eur(0) })
  expect((await order.cancelUnits(1)).body).toMatchObject({ lines: [{ cancelledQuantity: 2 }], refundable: eur(0) })
  await o.t.idle()
  expect((await o.eventsOf(orderEvents.linesCancelled, order.id)).map(({ refund }) => refund)).toEqual([eur(500), null])
})

describe('a refusal', () => {
  test('names what can be cancelled', async () => {
    const order = await paid()
    await order.ship(1)
    await order.cancelUnits(1)
    expect(await order.cancelUnits(2)).toMatchObject({
      status: 409,
      body: { code: 'over_cancel', cancellable: [{ lineId: order.lineId, quantity: 1 }] },
    })
  })

  test('names the field of a line that the order does not have, and of a quantity that is none', async () => {
    const order = await paid()
    const cancelLine = (lineId: string, quantity: number) =>
      act(order.id, 'cancel', { reason: 'x', lines: [{ lineId, quantity }] })
    expect(await cancelLine('lin_other', 1)).toMatchObject({ status: 400, body: { errors: [{ path: '/lines/0/lineId' }] } })
    expect(await cancelLine(order.lineId, 0)).toMatchObject({ status: 400, body: { errors: [{ path: '/lines/0/quantity' }] } })
  })

  test.each(['paying', 'shipped', 'cancelled'])('of an order that is %s changes nothing', async (state) => {
    const order = await o.anOrderIn(state === 'paying' ? 'paying' : 'processing')
    if (state === 'shipped') await act(order.id, 'ship', { carrier: 'Post', trackingNumber: 'T' })
    if (state === 'cancelled') await order.cancel()
    await o.t.idle()
    const before = await order.read()
    const lines = [{ lineId: before.lines[0].id, quantity: 1 }]
    expect(await act(order.id, 'cancel', { reason: 'x', lines })).toMatchObject({ status: 409, body: { code: 'order_state' } })
    expect(await order.read()).toEqual(before)
  })

  test('lasts while the payment is disputed', async () => {
    const order = await paid()
    await order.disputed()
    expect(await order.cancelUnits(1)).toMatchObject({ status: 409, body: { code: 'order_disputed' } })
    await order.disputeClosed('won')
    expect(await order.cancelUnits(1)).toMatchObject({ status: 200, body: { refunds: [{ amount: eur(1000) }] } })
  })

  test('meets shoppers, anonymous callers, unknown orders and calls without a key', async () => {
    const order = await paid()
    const body = { reason: 'x', lines: [{ lineId: order.lineId, quantity: 1 }] }
    const path = `/v1/admin/orders/${order.id}/cancel`
    expect((await o.t.as(order.shopper).post(path, body)).status).toBe(403)
    expect((await o.t.anonymous.post(path, body)).status).toBe(401)
    expect((await act('ord_nothing01', 'cancel', body)).status).toBe(404)
    expect(await o.t.as(admin).post(path, body, { key: null })).toMatchObject({ body: { code: 'idempotency_key_missing' } })
    expect((await order.read()).lines).toMatchObject([{ cancelledQuantity: 0 }])
  })
})

test('cancellations and shipments at once never exceed what was ordered, in ten rounds', async () => {
  for (let round = 0; round < 10; round++) {
    const order = await paid()
    await Promise.all([order.cancelUnits(2), order.ship(1), order.cancelUnits(1), order.ship(2)])
    await o.t.idle()
    const { lines, shipments, refunds, captured } = await order.read()
    const shipped = shipments.flatMap((one: { lines: { quantity: number }[] }) => one.lines.map(({ quantity }) => quantity))
    const gone = [lines[0].cancelledQuantity, ...shipped].reduce((sum, units) => sum + units, 0)
    expect(gone).toBeLessThanOrEqual(3)
    const owed = refunds.map((refund: { amount: { amountMinor: number } }) => refund.amount.amountMinor)
    const cause = await o.t.sql(`SELECT status FROM customer_order WHERE id = '${order.id}'`)
    const refunded = owed.reduce((sum: number, amount: number) => sum + amount, 0)
    expect(refunded).toBe(cause[0].status === 'cancelled' ? captured.amountMinor : 1000 * lines[0].cancelledQuantity)
    const returned = (await o.eventsOf(orderEvents.stockReturnRequested, order.id)).flatMap((event) => event.lines)
    expect(returned.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(
      cause[0].status === 'cancelled' ? 3 : lines[0].cancelledQuantity,
    )
  }
})
