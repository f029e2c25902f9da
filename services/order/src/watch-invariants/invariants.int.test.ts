// Order's invariants: orders in every state contradict none, and each finds the row that was corrupted at the next check.
import { checkedEachSecond, contradicted } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../fixtures.ts'

let lab: OrderUnderTest
let paid = ''
let cancelled = ''
beforeAll(async () => {
  lab = await startOrder(checkedEachSecond)
  for (const state of ['reserving', 'opening', 'paying', 'committing'] as const) await lab.anOrderIn(state)
  paid = (await lab.anOrderIn('processing')).id
  const order = await lab.anOrderIn('processing')
  cancelled = order.id
  await order.cancel()
  await lab.t.idle()
  const [{ id: refundId }] = await lab.t.sql(`SELECT id FROM refund WHERE order_id = '${cancelled}'`)
  await order.refunded(refundId, 2000)
  const reviewed = await lab.anOrderIn('paying')
  await reviewed.reviewed(1999)
})
afterAll(() => lab.stop())

/** Corrupts, checks and mends. */
const corrupted = async (corrupt: string, mend: string): Promise<string[]> => {
  await lab.t.sql(corrupt)
  const found = await contradicted(lab.t)
  await lab.t.sql(mend)
  expect(await contradicted(lab.t)).toEqual([])
  return found
}
const order = (id: string, set: string) => `UPDATE customer_order SET ${set} WHERE id = '${id}'`

test('orders in every state of their saga contradict nothing', async () => {
  expect(await contradicted(lab.t)).toEqual([])
  expect(
    (
      await lab.t
        .as(admin)
        .post(`/v1/admin/orders/${paid}/refunds`, { reason: 'goodwill', amount: { amountMinor: 500, currency: 'EUR' } })
    ).status,
  ).toBe(202)
  expect((await lab.t.as(admin).post(`/v1/admin/orders/${paid}/ship`, { carrier: 'DHL', trackingNumber: 'T1' })).status).toBe(200)
  expect(await contradicted(lab.t)).toEqual([])
})

test('I1: an order that goes on without its money, and one that was cancelled and keeps it', async () => {
  expect(await corrupted(order(paid, 'captured_minor = 1999'), order(paid, 'captured_minor = 2000'))).toEqual(['I1-order-money'])
  const amount = (minor: number) => `UPDATE refund SET amount_minor = ${minor} WHERE order_id = '${cancelled}'`
  expect(await corrupted(amount(1000), amount(2000))).toEqual(['I1-order-money'])
})

test('I3: a cart that was ordered twice, and an answer that promised an order that is not there', async () => {
  await lab.t.sql('ALTER TABLE customer_order DROP INDEX customer_order_cart')
  const [{ cart_id }] = await lab.t.sql(`SELECT cart_id FROM customer_order WHERE id = '${paid}'`)
  expect(
    await corrupted(
      order(cancelled, `cancel_note = cart_id, cart_id = '${cart_id}'`),
      order(cancelled, 'cart_id = cancel_note, cancel_note = NULL'),
    ),
  ).toEqual(['I3-one-order'])
  const scope = (from: string, to: string) =>
    `UPDATE idempotency_key SET scope = REPLACE(scope, '${from}', '${to}') WHERE scope LIKE '${from}%:checkout' AND status = 201 ORDER BY scope LIMIT 1`
  expect(await corrupted(scope('usr_', 'usx_'), scope('usx_', 'usr_'))).toEqual(['I3-one-order'])
})

test('I5: a history with a gap, and one that ends elsewhere', async () => {
  const entry = (from: number, to: number) =>
    `UPDATE order_history SET version = ${to} WHERE order_id = '${paid}' AND version = ${from}`
  expect(await corrupted(entry(2, 9), entry(9, 2))).toEqual(['I5-order-history'])
  expect(await corrupted(order(paid, "status = 'delivered'"), order(paid, "status = 'shipped'"))).toEqual(['I5-order-history'])
})

test('I7: a saga that ended without its order, and one that nobody will ever wake', async () => {
  const saga = (set: string) => `UPDATE saga_instance SET ${set} WHERE id = '${cancelled}'`
  expect(await corrupted(saga("state = 'reviewing'"), saga("state = 'confirmed'"))).toEqual(['I7-order-saga'])
  const [{ id }] = await lab.t.sql("SELECT id FROM saga_instance WHERE state = 'paying' LIMIT 1")
  const deadline = (at: string) => `UPDATE saga_instance SET deadline_at = ${at} WHERE id = '${id}'`
  expect(await corrupted(deadline('NULL'), deadline('UTC_TIMESTAMP(6) + INTERVAL 1 HOUR'))).toEqual(['I7-order-saga'])
})
