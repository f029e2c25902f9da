// Tests of payment's invariants: consistent payments violate none, and each corrupted row is found by the next check.
import { checkedEachSecond, contradicted } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { badCard, type PaymentFixture, startPaymentFixture } from '../fixtures.ts'

let fixture: PaymentFixture
let paid = ''
let refunded = ''
let open = ''
beforeAll(async () => {
  fixture = await startPaymentFixture({ env: checkedEachSecond })
  const [first, second, third, fourth] = [await fixture.open(), await fixture.open(), await fixture.open(), await fixture.open()]
  await fixture.pay(first.sessionId)
  await fixture.pay(second.sessionId)
  await fixture.pay(third.sessionId, badCard)
  await fixture.expire(fourth.orderId)
  await fixture.refund(second.orderId, 1000)
  await fixture.refund(second.orderId, 1400)
  paid = first.orderId
  refunded = second.orderId
  open = third.orderId
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** Corrupts a row, checks the invariants and restores the row. */
const corrupted = async (corrupt: string, restore: string): Promise<string[]> => {
  await fixture.service.sql(corrupt)
  const found = await contradicted(fixture.service)
  await fixture.service.sql(restore)
  expect(await contradicted(fixture.service)).toEqual([])
  return found
}
const payment = (orderId: string, set: string) => `UPDATE payment SET ${set} WHERE order_id = '${orderId}'`

test('paid, declined, expired and refunded payments violate no invariant', async () => {
  expect(await contradicted(fixture.service)).toEqual([])
})

test('I1 finds refunds that exceed the captured amount', async () => {
  const refund = (from: number, to: number) =>
    `UPDATE payment_refund SET amount_minor = ${to} WHERE order_id = '${refunded}' AND amount_minor = ${from}`
  expect(await corrupted(refund(1400, 1401), refund(1401, 1400))).toEqual(['I1-refunds-covered'])
})

test('I3 finds two payments of one order, an open payment without a page, and captured money that its state excludes', async () => {
  expect(await corrupted(payment(open, 'url = NULL'), payment(open, "url = 'https://pay.example/1'"))).toEqual(['I3-one-page'])
  expect(await corrupted(payment(paid, "state = 'expired'"), payment(paid, "state = 'paid'"))).toEqual(['I3-one-page'])
  await fixture.service.sql('ALTER TABLE payment DROP INDEX payment_order, ADD INDEX payment_order (order_id)')
  expect(
    await corrupted(
      payment(open, `order_id = '${paid}'`),
      `UPDATE payment SET order_id = '${open}' WHERE order_id = '${paid}' AND state = 'open'`,
    ),
  ).toEqual(['I3-one-page'])
})

test('I1 and I3 find an old payment and an old refund however many are newer', async () => {
  const many = `(SELECT a.n * 10 + b.n AS n FROM (SELECT id AS n FROM many) a JOIN (SELECT id AS n FROM many WHERE id < 10) b)`
  await fixture.service.sql('CREATE TABLE many (id INT NOT NULL)')
  await fixture.service.sql(`INSERT INTO many (id) VALUES ${Array.from({ length: 110 }, (_, n) => `(${n})`).join(', ')}`)
  await fixture.service.sql(`INSERT INTO payment (id, order_id, number, locale, state, amount_minor, currency, attempt, request, hold_until, declined_charges, created_at, updated_at)
    SELECT CONCAT('pay_z', n), CONCAT('ord_z', n), n, 'en', 'expired', 100, 'EUR', 1, '{}', UTC_TIMESTAMP(6), '[]', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM ${many} many`)
  await fixture.service.sql(`INSERT INTO payment_refund (id, order_id, amount_minor, state, origin, reason, created_at, updated_at)
    SELECT CONCAT('rfd_z', n), CONCAT('ord_z', n), 0, 'failed', 'order', '', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM ${many} many`)
  await fixture.service.sql(`INSERT INTO outbox_event (event_id, aggregate_type, aggregate_id, aggregate_version, event_type, schema_version, topic, partition_key, payload, headers, occurred_at, available_at, published_at)
    SELECT CONCAT('evt_', n), 'dead-letter', CONCAT('evt_', n), 1, 'x', 1, 'x.dlq', 'x', '{}', '{}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM ${many} many`)
  expect(await contradicted(fixture.service)).toEqual([])
  expect(await corrupted(payment(paid, "state = 'expired'"), payment(paid, "state = 'paid'"))).toEqual(['I3-one-page'])
  expect(await corrupted(payment(refunded, 'captured_minor = 100'), payment(refunded, 'captured_minor = 2400'))).toEqual([
    'I1-refunds-covered',
    'I3-one-page',
  ])
})
