// Integration tests of order's invariants: orders in every state violate none, and each finds a corrupted row at the next check.
import { checkedEachSecond, contradicted } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../fixtures.ts'
import { eur, percentOff, rulePublisher } from '../promotions.fixture.ts'

let lab: OrderUnderTest
let discounted = ''
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
  const publish = rulePublisher(() => lab)
  await publish({ promotions: [percentOff('prm_000001', 10, { limits: { total: 2, perCustomer: 1 } })] })
  const placed = await lab.aPlacedOrder(lab.aShopper(), 2, { expectedTotal: eur(1800) })
  discounted = placed.id
  // Paid, since a deadline would cancel it between the checks.
  const bought = lab.answering({ ...placed, total: eur(1800) })
  for (const answer of [bought.reserved, bought.opened, bought.succeeded, bought.committed]) await answer()
  const unpaid = lab.answering(await lab.aPlacedOrder(lab.aShopper(), 2, { expectedTotal: eur(1800) }))
  await unpaid.rejected('reserve')
  await publish({})
})
afterAll(() => lab.stop())

/** Corrupts a row, checks the invariants and restores the row. */
const corrupted = async (corrupt: string, repair: string): Promise<string[]> => {
  await lab.t.sql(corrupt)
  const found = await contradicted(lab.t)
  await lab.t.sql(repair)
  expect(await contradicted(lab.t)).toEqual([])
  return found
}
const order = (id: string, set: string) => `UPDATE customer_order SET ${set} WHERE id = '${id}'`

test('orders in every state of their saga violate no invariant', async () => {
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

test('I1 finds an active order without its money, and a cancelled one that keeps it', async () => {
  expect(await corrupted(order(paid, 'captured_minor = 1999'), order(paid, 'captured_minor = 2000'))).toEqual(['I1-order-money'])
  const amount = (minor: number) => `UPDATE refund SET amount_minor = ${minor} WHERE order_id = '${cancelled}'`
  expect(await corrupted(amount(1000), amount(2000))).toEqual(['I1-order-money'])
})

test('I1 finds a payment or refund status that contradicts the order and its refunds', async () => {
  const payment = (to: string) => order(paid, `payment_status = '${to}'`)
  expect(await corrupted(payment('awaiting'), payment('paid'))).toEqual(['I1-order-money'])
  expect(await corrupted(payment('disputed'), payment('paid'))).toEqual(['I1-order-money'])
  const [{ id }] = await lab.t.sql(
    "SELECT id FROM customer_order WHERE status = 'pending' AND payment_status = 'awaiting' LIMIT 1",
  )
  const refund = (to: string) => order(id, `refund_status = '${to}'`)
  expect(await corrupted(refund('full'), refund('none'))).toEqual(['I1-order-money'])
})

test('I3 finds a cart that was ordered twice, and a stored reply without its order', async () => {
  await lab.t.sql('ALTER TABLE customer_order DROP INDEX customer_order_cart, ADD INDEX customer_order_cart (cart_id)')
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

test('I5 finds a history with a gap, and one that ends in another status', async () => {
  const entry = (from: number, to: number) =>
    `UPDATE order_history SET version = ${to} WHERE order_id = '${paid}' AND version = ${from}`
  expect(await corrupted(entry(2, 9), entry(9, 2))).toEqual(['I5-order-history'])
  expect(await corrupted(order(paid, "status = 'delivered'"), order(paid, "status = 'shipped'"))).toEqual(['I5-order-history'])
})

test('I5 finds a fulfilment status that contradicts the order', async () => {
  const goods = (to: string) => order(cancelled, `fulfilment_status = '${to}'`)
  expect(await corrupted(goods('shipped'), goods('none'))).toEqual(['I5-order-history'])
})

test('I9 finds a missing event of an order, in the middle and at the beginning', async () => {
  const hide = (event: string, away: boolean) =>
    `UPDATE outbox_event SET aggregate_type = '${away ? 'dead-letter' : 'order'}' WHERE aggregate_id = '${paid}' AND event_type = '${event}'`
  for (const event of ['order.placed', 'order.payment-requested'])
    expect(await corrupted(hide(event, true), hide(event, false))).toEqual(['I9-aggregate-versions'])
})

test('I7 finds a saga that ended without its order, and a waiting one without a deadline', async () => {
  const saga = (set: string) => `UPDATE saga_instance SET ${set} WHERE id = '${cancelled}'`
  expect(await corrupted(saga("state = 'reviewing'"), saga("state = 'confirmed'"))).toEqual(['I7-order-saga'])
  const [{ id }] = await lab.t.sql("SELECT id FROM saga_instance WHERE state = 'paying' LIMIT 1")
  const deadline = (at: string) => `UPDATE saga_instance SET deadline_at = ${at} WHERE id = '${id}'`
  expect(await corrupted(deadline('NULL'), deadline('UTC_TIMESTAMP(6) + INTERVAL 1 HOUR'))).toEqual(['I7-order-saga'])
})

test('I13 finds units that are shipped and cancelled, returned and not shipped, and a refund that its cause does not name', async () => {
  const after = await lab.anOrderIn('processing', lab.aShopper(), 3)
  const act = (path: string, body: object) => lab.t.as(admin).post(`/v1/admin/${path}`, body)
  const [{ id: lineId }] = (await after.read()).lines
  const cancellation = { reason: 'broken', lines: [{ lineId, quantity: 1 }] }
  expect((await act(`orders/${after.id}/cancel`, cancellation)).status).toBe(200)
  expect((await act(`orders/${after.id}/ship`, { carrier: 'DHL', trackingNumber: 'T9' })).status).toBe(200)
  const wanted = { lines: [{ lineId, quantity: 1, reason: 'other' }] }
  const { id: returnId } = (await lab.t.as(after.shopper).post(`/v1/orders/${after.id}/returns`, wanted)).body
  await act(`returns/${returnId}/approve`, {})
  await act(`returns/${returnId}/receive`, { lines: [{ lineId, quantity: 1, restock: true }] })
  expect((await act(`returns/${returnId}/refund`, {})).status).toBe(200)
  expect(await contradicted(lab.t)).toEqual([])
  const replace = (table: string, column: string, from: string, to: string) =>
    `UPDATE ${table} SET ${column} = REPLACE(${column}, '${from}', '${to}') WHERE order_id = '${after.id}'`
  const both = (table: string, column: string, from: string, to: string) =>
    corrupted(replace(table, column, from, to), replace(table, column, to, from))
  expect(await both('shipment', 'shipped_lines', '"quantity":2', '"quantity":3')).toEqual(['I13-after-sale'])
  expect(await both('order_return', 'return_lines', '"received":1', '"received":7')).toEqual(['I13-after-sale'])
  expect(await both('refund', 'cause', 'lines:', 'lines:x')).toEqual(['I13-after-sale'])
  expect(await both('order_return', 'refund_id', 'rfd_', 'rfx_')).toEqual(['I13-after-sale'])
  const cents = (from: number, to: number) =>
    `UPDATE refund SET amount_minor = ${to} WHERE order_id = '${after.id}' AND cause LIKE 'lines:%' AND amount_minor = ${from}`
  expect(await corrupted(cents(1000, 1001), cents(1001, 1000))).toEqual(['I13-after-sale'])
})

test('I14 finds a gap in the numbers of invoices', async () => {
  lab.t.clock.advance('10s')
  await lab.t.idle()
  const [{ number, serial }] = await lab.t.sql('SELECT number, serial FROM invoice ORDER BY serial LIMIT 1')
  const numbered = (as: number) => `UPDATE invoice SET serial = ${as} WHERE number = '${number}'`
  expect(await corrupted(numbered(1_000_000), numbered(serial))).toEqual(['I14-invoice-numbers'])
})

test('I12 finds a promotion that is used more often than its limit, and a counter that orders contradict', async () => {
  const counter = (set: string, scope = "= ''") => `UPDATE promotion_counter SET ${set} WHERE scope ${scope} AND used = 1`
  expect(await corrupted(counter('max_uses = 0'), counter('max_uses = 2'))).toEqual(['I12-promotion-uses'])
  const used = (from: number, to: number) => `UPDATE promotion_counter SET used = ${to} WHERE scope = '' AND used = ${from}`
  expect(await corrupted(used(1, 2), used(2, 1))).toEqual(['I12-promotion-uses'])
  const ofHolder = "LIKE 'holder:%'"
  expect(await corrupted(counter('max_uses = 0', ofHolder), counter('max_uses = 1', ofHolder))).toEqual(['I12-promotion-uses'])
})

test('I12 finds an order whose use is given back though it goes on, and one that keeps it though it was cancelled', async () => {
  const use = (at: string, which: string) =>
    `UPDATE promotion_use SET given_back_at = ${at} WHERE order_id ${which} '${discounted}'`
  expect(await corrupted(use('UTC_TIMESTAMP(6)', '='), use('NULL', '='))).toEqual(['I12-promotion-uses'])
  expect(await corrupted(use('NULL', '<>'), use('UTC_TIMESTAMP(6)', '<>'))).toEqual(['I12-promotion-uses'])
})

test('I12 finds an order that has a discount, by its lines or by its frozen input alone, and no use of the promotion', async () => {
  const use = (from: string, to: string) => `UPDATE promotion_use SET order_id = '${to}' WHERE order_id = '${from}'`
  expect(await corrupted(use(discounted, 'ord_other'), use('ord_other', discounted))).toEqual(['I12-promotion-uses'])
  const [{ order_lines: lines }] = await lab.t.sql(`SELECT order_lines FROM customer_order WHERE id = '${discounted}'`)
  await lab.t.sql(order(discounted, `order_lines = '${lines.replace(/"discounts":\[[^\]]*\]/, '"discounts":[]')}'`))
  await lab.t.sql(use(discounted, 'ord_other'))
  expect((await contradicted(lab.t)).toSorted()).toEqual(['I11-order-prices', 'I12-promotion-uses'])
  await lab.t.sql(use('ord_other', discounted))
  await lab.t.sql(order(discounted, `order_lines = '${lines}'`))
  expect(await contradicted(lab.t)).toEqual([])
})

test('I11 finds a stored amount, line, tax or option that the frozen input does not give, and a rule set that is gone', async () => {
  const found = ['I11-order-prices']
  const amounts = (sign: '+' | '-') =>
    order(paid, `shipping_minor = shipping_minor ${sign} 1, subtotal_minor = subtotal_minor ${sign} -1`)
  expect(await corrupted(amounts('+'), amounts('-'))).toEqual(found)
  const renamed = (from: string, to: string) => order(paid, `order_lines = REPLACE(order_lines, '${from}', '${to}')`)
  expect(await corrupted(renamed('"quantity":2', '"quantity":3'), renamed('"quantity":3', '"quantity":2'))).toEqual(found)
  expect(await corrupted(order(paid, 'tax_included = FALSE'), order(paid, 'tax_included = TRUE'))).toEqual(found)
  const option = { id: 'opt_standard', name: 'S', price: { amountMinor: 0, currency: 'EUR' }, estimateDays: { min: 1, max: 2 } }
  const shipped = JSON.stringify({ ...option, discounts: [], taxes: [] })
  expect(await corrupted(order(paid, `shipping_option = '${shipped}'`), order(paid, 'shipping_option = NULL'))).toEqual(found)
  const input = (set: string) => `UPDATE order_price_input SET ${set} WHERE order_id = '${paid}'`
  expect(
    await corrupted(
      input('input = REPLACE(input, \'"quantity":2\', \'"quantity":1\')'),
      input('input = REPLACE(input, \'"quantity":1\', \'"quantity":2\')'),
    ),
  ).toEqual(found)
  expect(await corrupted(input('rules_version = 77'), input('rules_version = 0'))).toEqual(found)
})

test('the scan finds a corrupted row that is older than all sampled ones', async () => {
  const copies = Array.from({ length: 1100 }, (_, n) => `(${n})`).join(', ')
  await lab.t.sql('CREATE TABLE many (n INT NOT NULL)')
  await lab.t.sql(`INSERT INTO many (n) VALUES ${copies}`)
  await lab.t.sql(`INSERT INTO outbox_event (event_id, aggregate_type, aggregate_id, aggregate_version, event_type, schema_version, topic, partition_key, payload, headers, occurred_at, available_at, published_at)
    SELECT CONCAT('evt_', n), 'dead-letter', CONCAT('evt_', n), 1, 'x', 1, 'x.dlq', 'x', '{}', '{}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM many`)
  await lab.t.sql(`INSERT INTO saga_step (saga, saga_id, input, from_state, to_state, effects, traceparent, created_at)
    SELECT 'other', CONCAT('x', n), 'x', 'x', 'x', '', '', UTC_TIMESTAMP(6) FROM many`)
  const [{ number }] = await lab.t.sql(`SELECT number FROM customer_order WHERE id = '${paid}'`)
  const columns = (await lab.t.sql('SHOW COLUMNS FROM customer_order'))
    .filter(({ Extra }) => !String(Extra).includes('GENERATED'))
    .map(({ Field }) => String(Field))
  const made: Record<string, string> = {
    id: "CONCAT('ord_z', n)",
    number: 'n',
    cart_id: "CONCAT('crt_z', n)",
    status: "'cancelled'",
    payment_status: "'expired'",
    fulfilment_status: "'none'",
    refund_status: "'none'",
    captured_minor: '0',
    created_at: 'created_at + INTERVAL 1 HOUR',
  }
  await lab.t.sql(`INSERT INTO customer_order (${columns.join(', ')}) SELECT ${columns.map((column) => made[column] ?? column).join(', ')}
    FROM many JOIN customer_order ON number = '${number}'`)
  await lab.t.sql(`INSERT INTO order_history (order_id, version, from_status, to_status, actor, correlation_id, created_at)
    SELECT CONCAT('ord_z', n), 1, NULL, 'pending', 'x', 'x', UTC_TIMESTAMP(6) FROM many UNION ALL
    SELECT CONCAT('ord_z', n), 2, 'pending', 'cancelled', 'x', 'x', UTC_TIMESTAMP(6) FROM many`)
  await lab.t.sql(`INSERT INTO saga_instance (saga, id, state, headers, started_at, updated_at)
    SELECT 'checkout', CONCAT('ord_z', n), 'cancelled', '{}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM many`)
  expect(await contradicted(lab.t)).toEqual([])
  expect(await corrupted(order(cancelled, "refund_status = 'none'"), order(cancelled, "refund_status = 'full'"))).toEqual([
    'I1-order-money',
  ])
})
