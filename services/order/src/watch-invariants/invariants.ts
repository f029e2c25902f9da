// Order's invariants I1, I3, I5 and I7 over the orders that are new or were moved lately and a slice of the older ones, read in one statement each.
import { type FulfilmentStatus, type OrderStatus, orderApi, type PaymentStatus, type RefundStatus } from '@cartwright/contracts'
import { type Database, list, type Sql, sql } from '@cartwright/db'
import { invariant, keptViolations, type Round, type Violation } from '@cartwright/messaging'
import type { OrderDeps } from '../deps.ts'
import { disputedMinor, disputesIn } from '../disputes.ts'
import type { RefundPart } from '../order.ts'
import { fulfilmentTrouble, historyTrouble, moneyTrouble, sagaTrouble } from './rules.ts'

const newest = 1000
const orderTable = 'customer_order'
const keyTable = 'idempotency_key'

/** The newest orders, those that have said something last, those whose saga has met something last, and the next of the older ones. */
const lookedAt = async (db: Database, round: Round): Promise<Sql> => {
  const older = await round.older(db, orderTable, ['id'])
  return sql`(SELECT id FROM (SELECT id FROM customer_order ORDER BY created_at DESC, id DESC LIMIT ${newest}) placed
  UNION SELECT aggregate_id FROM (SELECT aggregate_type, aggregate_id FROM outbox_event ORDER BY id DESC LIMIT ${newest}) told WHERE aggregate_type = 'order'
  UNION SELECT saga_id FROM (SELECT saga_id FROM saga_step ORDER BY id DESC LIMIT ${newest}) moved
  UNION ${older}) looked`
}

/** One violation per order with trouble. */
const troubled = <R extends { id: string }>(
  rows: readonly R[],
  troubleOf: (rows: readonly [R, ...R[]]) => string | null,
): Violation[] =>
  [...Map.groupBy(rows, ({ id }) => id)]
    .flatMap(([id, [first, ...rest]]) => {
      const trouble = first && troubleOf([first, ...rest])
      return trouble ? [{ id, account: `${id} ${trouble}`, rows: [{ table: orderTable, key: [id] }] }] : []
    })
    .slice(0, keptViolations)

interface MoneyRow {
  id: string
  status: OrderStatus
  payment_status: PaymentStatus
  refund_status: RefundStatus
  disputes: string | null
  total_minor: number
  captured_minor: number
  amount_minor: number | null
  state: RefundPart['state'] | null
}

export const orderMoney = invariant<OrderDeps>({
  name: 'I1-order-money',
  sentence:
    'an order that goes on is paid, one that was cancelled keeps no money, and its states of payment and refund say what happened',
  find: async ({ db }, round) => {
    const rows =
      await db.rows<MoneyRow>`SELECT o.id, o.status, o.payment_status, o.refund_status, o.disputes, o.total_minor, o.captured_minor, f.amount_minor, f.state
      FROM ${await lookedAt(db, round)} JOIN customer_order o ON o.id = looked.id LEFT JOIN refund f ON f.order_id = o.id`
    return troubled(rows, (found) => {
      const [row] = found
      return moneyTrouble({
        status: row.status,
        paymentStatus: row.payment_status,
        refundStatus: row.refund_status,
        totalMinor: row.total_minor,
        capturedMinor: row.captured_minor,
        disputedMinor: disputedMinor(disputesIn(row.disputes)),
        refunds: found.flatMap(({ amount_minor, state }) =>
          amount_minor === null || state === null ? [] : [{ amountMinor: amount_minor, state }],
        ),
      })
    })
  },
})

const sharedCarts = async (db: Database, round: Round): Promise<Violation[]> => {
  const rows = await db.rows<{ cart_id: string; id: string; other: string }>`SELECT o.cart_id, o.id, again.id AS other
    FROM ${await lookedAt(db, round)} JOIN customer_order o ON o.id = looked.id JOIN customer_order again ON again.cart_id = o.cart_id AND again.id <> o.id
    LIMIT ${keptViolations}`
  return rows.map(({ cart_id, id, other }) => ({
    id: `${cart_id} ${other}`,
    account: `${cart_id} was ordered as ${id} and as ${other}`,
    rows: [{ table: orderTable, key: [id] }],
  }))
}

/** A checkout's key keeps the answer that was given: an order of that principal. */
const brokenPromises = async (db: Database, round: Round): Promise<Violation[]> => {
  const older = await round.older(db, keyTable, ['scope', 'idempotency_key'])
  const answers = await db.rows<{ scope: string; name: string; order_id: string }>`
    SELECT k.scope, k.idempotency_key AS name, JSON_UNQUOTE(JSON_EXTRACT(k.body, '$.id')) AS order_id
    FROM (SELECT scope, idempotency_key FROM (SELECT scope, idempotency_key FROM idempotency_key ORDER BY created_at DESC LIMIT ${newest}) newest
      UNION ${older}) looked
    JOIN idempotency_key k ON k.scope = looked.scope AND k.idempotency_key = looked.idempotency_key
    WHERE k.status = 201 AND k.scope LIKE ${`%:${orderApi.placeOrder.operationId}`}`
  const orders = await db.rows<{ id: string; principal_id: string }>`SELECT id, principal_id FROM customer_order
    WHERE id IN (${list(answers.map((answer) => answer.order_id))})`
  const owners = new Map(orders.map(({ id, principal_id }) => [id, principal_id]))
  return [...Map.groupBy(answers, (answer) => answer.order_id)].flatMap(([id, [first, ...others]]) => {
    if (first === undefined) return []
    const rows = [first, ...others].map(({ scope, name }) => ({ table: keyTable, key: [scope, name] }))
    const [principalId] = first.scope.split(':')
    if (owners.get(id) !== principalId)
      return [{ id, account: `${id} was answered to ${principalId}, who has no such order`, rows }]
    return others.length === 0 ? [] : [{ id, account: `${id} was answered to ${rows.length} keys`, rows }]
  })
}

export const oneOrder = invariant<OrderDeps>({
  name: 'I3-one-order',
  sentence: 'a cart is ordered once, and so is a key',
  find: async ({ db }, round) => [...(await sharedCarts(db, round)), ...(await brokenPromises(db, round))],
})

interface HistoryRow {
  id: string
  status: OrderStatus
  fulfilment_status: FulfilmentStatus
  version: number | null
  from_status: OrderStatus | null
  to_status: OrderStatus | null
}

export const orderHistory = invariant<OrderDeps>({
  name: 'I5-order-history',
  sentence: 'the history of an order is a legal path without gaps to what it is now, and its goods are where it says',
  find: async ({ db }, round) => {
    const rows = await db.rows<HistoryRow>`SELECT o.id, o.status, o.fulfilment_status, h.version, h.from_status, h.to_status
      FROM ${await lookedAt(db, round)} JOIN customer_order o ON o.id = looked.id LEFT JOIN order_history h ON h.order_id = o.id ORDER BY o.id, h.version`
    return troubled(rows, (found) => {
      const [{ status, fulfilment_status: fulfilment }] = found
      const history = found.flatMap(({ version, from_status, to_status }) =>
        version === null || to_status === null ? [] : [{ version, from: from_status, to: to_status }],
      )
      return historyTrouble(status, history) ?? fulfilmentTrouble(status, fulfilment)
    })
  },
})

interface SagaRow {
  id: string
  status: OrderStatus
  state: string | null
  deadline_at: Date | null
}

export const orderSaga = invariant<OrderDeps>({
  name: 'I7-order-saga',
  sentence: 'an order and its saga agree, and who waits has a deadline',
  find: async ({ db }, round) => {
    const rows =
      await db.rows<SagaRow>`SELECT o.id, o.status, s.state, s.deadline_at FROM ${await lookedAt(db, round)} JOIN customer_order o ON o.id = looked.id
      LEFT JOIN saga_instance s ON s.saga = 'checkout' AND s.id = o.id`
    return troubled(rows, ([{ status, state, deadline_at }]) => sagaTrouble(status, state, deadline_at !== null))
  },
})
