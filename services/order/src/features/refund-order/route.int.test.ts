// Integration tests of refunds: whole or in parts, at most the captured amount.
import { orderEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const refund = (id: string, body: object, key?: string) =>
  o.t.as(admin).post(`/v1/admin/orders/${id}/refunds`, { reason: 'sorry', ...body }, key === undefined ? {} : { key })

test('refunds in parts leave the status partial until the whole amount is refunded', async () => {
  const order = await o.anOrderIn('processing')
  expect(await refund(order.id, { amount: eur(500) }, 'k')).toMatchObject({
    status: 202,
    body: { refundStatus: 'pending', refundable: eur(1500), refunds: [{ amount: eur(500), state: 'pending', origin: 'order' }] },
  })
  expect((await refund(order.id, { amount: eur(500) }, 'k')).headers.get('idempotent-replayed')).toBe('true')
  await o.t.idle()
  const [first] = await o.eventsOf(orderEvents.refundRequested, order.id)
  expect(first).toMatchObject({ amount: eur(500), reason: 'sorry', recipient: { email: order.shopper.email } })
  await order.refunded(String(first?.refundId), 500)
  expect(await order.read()).toMatchObject({ status: 'processing', refundStatus: 'partial' })
  expect(
    (await o.t.as(admin).get('/v1/admin/orders?refundStatus=partial')).body.items.map((item: { id: string }) => item.id),
  ).toContain(order.id)
  await refund(order.id, {})
  await o.t.idle()
  const second = (await o.eventsOf(orderEvents.refundRequested, order.id))[1]
  expect(second).toMatchObject({ amount: eur(1500) })
  await order.refunded(String(second?.refundId), 1500)
  expect(await order.read()).toMatchObject({ refundStatus: 'full', refundable: eur(0) })
  expect(await o.t.sql(`SELECT action FROM audit_entry WHERE target = '${order.id}'`)).toEqual([
    { action: 'order.refund' },
    { action: 'order.refund' },
  ])
})

test('a refund of more than the refundable amount is refused with that amount, also for two requests at once', async () => {
  const order = await o.anOrderIn('processing')
  expect(await refund(order.id, { amount: eur(2001) })).toMatchObject({
    status: 409,
    body: { code: 'over_refund', refundable: eur(2000) },
  })
  expect(await refund(order.id, { amount: eur(0) })).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  const both = await Promise.all([refund(order.id, { amount: eur(1200) }), refund(order.id, { amount: eur(1200) })])
  expect(both.map((answer) => answer.status).sort()).toEqual([202, 409])
  expect(both.find((answer) => answer.status === 409)?.body).toMatchObject({ code: 'over_refund', refundable: eur(800) })
  expect(await refund(order.id, {})).toMatchObject({ status: 202, body: { refundable: eur(0) } })
  expect(await refund(order.id, {})).toMatchObject({ status: 409, body: { code: 'over_refund', refundable: eur(0) } })
})

test('a failed refund can be made again; a refund that fails after its success counts as failed', async () => {
  const order = await o.anOrderIn('processing')
  await refund(order.id, {})
  await o.t.idle()
  const [first] = await o.eventsOf(orderEvents.refundRequested, order.id)
  await order.refundFailed(String(first?.refundId), 2000)
  expect(await order.read()).toMatchObject({ refundStatus: 'failed', refundable: eur(2000) })
  await refund(order.id, {})
  await o.t.idle()
  const second = (await o.eventsOf(orderEvents.refundRequested, order.id))[1]
  await order.refunded(String(second?.refundId), 2000)
  expect(await order.read()).toMatchObject({ refundStatus: 'full' })
  await order.refundFailed(String(second?.refundId), 2000)
  await order.refunded(String(second?.refundId), 2000)
  expect(await order.read()).toMatchObject({ refundStatus: 'failed', refundable: eur(2000) })
})

test('a refund without captured money or in another currency is refused', async () => {
  const pending = await o.anOrderIn('paying')
  expect(await refund(pending.id, {})).toMatchObject({
    status: 409,
    body: { code: 'order_state', allowed: ['cancelled'] },
  })
  const paid = await o.anOrderIn('processing')
  expect(await refund(paid.id, { amount: { amountMinor: 100, currency: 'USD' } })).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/amount/currency' }] },
  })
})
