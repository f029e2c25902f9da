// Order's invariants I1, I3, I5 and I7 over the orders that are new or were moved lately, read in one statement each.
import { type OrderStatus, orderApi } from '@cartwright/contracts'
import { type Database, list, sql } from '@cartwright/db'
import { invariant, keptViolations, type Violation } from '@cartwright/messaging'
import type { OrderDeps } from '../deps.ts'
import { disputedMinor, disputesIn } from '../disputes.ts'
import type { RefundPart } from '../order.ts'
import { historyTrouble, moneyTrouble, sagaTrouble } from './rules.ts'

const newest = 1000
const keptAnswers = 200

/** The newest orders, those that have said something last, and those whose saga has met something last. */
const recentOrders = sql`(SELECT id FROM (SELECT id FROM customer_order ORDER BY created_at DESC, id DESC LIMIT ${newest}) placed
  UNION SELECT aggregate_id FROM (SELECT aggregate_type, aggregate_id FROM outbox_event ORDER BY id DESC LIMIT ${newest}) told WHERE aggregate_type = 'order'
  UNION SELECT saga_id FROM (SELECT saga_id FROM saga_step ORDER BY id DESC LIMIT ${newest}) moved) recent`

/** One violation per order with trouble. */
const troubled = <R extends { id: string }>(
  rows: readonly R[],
  troubleOf: (rows: readonly [R, ...R[]]) => string | null,
): Violation[] =>
  [...Map.groupBy(rows, ({ id }) => id)]
    .flatMap(([id, [first, ...rest]]) => {
      const trouble = first && troubleOf([first, ...rest])
      return trouble ? [{ id, account: `${id} ${trouble}` }] : []
    })
    .slice(0, keptViolations)

interface MoneyRow {
  id: string
  status: OrderStatus
  disputes: string | null
  total_minor: number
  captured_minor: number
  amount_minor: number | null
  state: RefundPart['state'] | null
}

export const orderMoney = invariant<OrderDeps>({
  name: 'I1-order-money',
  sentence: 'an order that goes on is paid, and one that was cancelled keeps no money',
  find: async ({ db }) => {
    const rows =
      await db.rows<MoneyRow>`SELECT o.id, o.status, o.disputes, o.total_minor, o.captured_minor, f.amount_minor, f.state
      FROM ${recentOrders} JOIN customer_order o ON o.id = recent.id LEFT JOIN refund f ON f.order_id = o.id
      WHERE o.status IN ('processing', 'shipped', 'delivered') OR o.captured_minor > 0 OR f.id IS NOT NULL`
    return troubled(rows, (found) => {
      const [{ status, disputes, total_minor: totalMinor, captured_minor: capturedMinor }] = found
      const refunds = found.flatMap(({ amount_minor, state }) =>
        amount_minor === null || state === null ? [] : [{ amountMinor: amount_minor, state }],
      )
      return moneyTrouble({ status, totalMinor, capturedMinor, refunds, disputedMinor: disputedMinor(disputesIn(disputes)) })
    })
  },
})

const sharedCarts = async (db: Database): Promise<Violation[]> => {
  const rows = await db.rows<{ cart_id: string; id: string; other: string }>`SELECT o.cart_id, o.id, again.id AS other
    FROM ${recentOrders} JOIN customer_order o ON o.id = recent.id JOIN customer_order again ON again.cart_id = o.cart_id AND again.id <> o.id
    LIMIT ${keptViolations}`
  return rows.map(({ cart_id, id, other }) => ({
    id: `${cart_id} ${other}`,
    account: `${cart_id} was ordered as ${id} and as ${other}`,
  }))
}

/** A checkout's key keeps the answer that was given: an order of that principal. */
const brokenPromises = async (db: Database): Promise<Violation[]> => {
  const rows = await db.rows<{ scope: string; body: string }>`SELECT scope, body FROM idempotency_key
    WHERE status = 201 ORDER BY created_at DESC LIMIT ${keptAnswers}`
  const promised = rows.flatMap(({ scope, body }) => {
    const [principalId, operation] = scope.split(':')
    return operation === orderApi.placeOrder.operationId ? [{ principalId, orderId: String(JSON.parse(body).id) }] : []
  })
  const orders = await db.rows<{ id: string; principal_id: string }>`SELECT id, principal_id FROM customer_order
    WHERE id IN (${list(promised.map(({ orderId }) => orderId))})`
  const owners = new Map(orders.map(({ id, principal_id }) => [id, principal_id]))
  const keys = Map.groupBy(promised, ({ orderId }) => orderId)
  return [...keys].flatMap(([orderId, [first, ...others]]) => {
    if (owners.get(orderId) !== first?.principalId)
      return [{ id: orderId, account: `${orderId} was answered to ${first?.principalId}, who has no such order` }]
    return others.length === 0 ? [] : [{ id: orderId, account: `${orderId} was answered to ${others.length + 1} keys` }]
  })
}

export const oneOrder = invariant<OrderDeps>({
  name: 'I3-one-order',
  sentence: 'a cart is ordered once, and so is a key',
  find: async ({ db }) => [...(await sharedCarts(db)), ...(await brokenPromises(db))].slice(0, keptViolations),
})

interface HistoryRow {
  id: string
  status: OrderStatus
  version: number | null
  from_status: OrderStatus | null
  to_status: OrderStatus | null
}

export const orderHistory = invariant<OrderDeps>({
  name: 'I5-order-history',
  sentence: 'the history of an order is a legal path without gaps to what it is now',
  find: async ({ db }) => {
    const rows = await db.rows<HistoryRow>`SELECT o.id, o.status, h.version, h.from_status, h.to_status
      FROM ${recentOrders} JOIN customer_order o ON o.id = recent.id LEFT JOIN order_history h ON h.order_id = o.id ORDER BY o.id, h.version`
    return troubled(rows, (found) =>
      historyTrouble(
        found[0].status,
        found.flatMap(({ version, from_status, to_status }) =>
          version === null || to_status === null ? [] : [{ version, from: from_status, to: to_status }],
        ),
      ),
    )
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
  find: async ({ db }) => {
    const rows =
      await db.rows<SagaRow>`SELECT o.id, o.status, s.state, s.deadline_at FROM ${recentOrders} JOIN customer_order o ON o.id = recent.id
      LEFT JOIN saga_instance s ON s.saga = 'checkout' AND s.id = o.id`
    return troubled(rows, ([{ status, state, deadline_at }]) => sagaTrouble(status, state, deadline_at !== null))
  },
})
