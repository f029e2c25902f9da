// Invariants I1, I3, I5 and I7 of order.
import { orderApi } from '@cartwright/contracts'
import { type Database, list, type OuterJoined } from '@cartwright/db'
import { maxViolations, type Scan, sagaInstances, type Violation } from '@cartwright/messaging'
import { listCreatedReplies } from '@cartwright/service-kit'
import type { CustomerOrderRow, OrderHistoryRow, RefundRow } from '../db/generated/rows.ts'
import { disputesOf } from '../db/orders.ts'
import { invariant } from '../deps.ts'
import { checkoutSaga } from '../domain/checkout-saga/effects.ts'
import { disputedMinor } from '../domain/disputes.ts'
import { newest, orderTable, selectCandidates, toViolations } from './candidates.ts'
import { findFulfilmentViolation, findHistoryViolation, findMoneyViolation, findSagaViolation } from './rules.ts'

type Money = Pick<
  CustomerOrderRow,
  'id' | 'status' | 'payment_status' | 'refund_status' | 'disputes' | 'total_minor' | 'captured_minor'
>
type MoneyRow = Money & OuterJoined<Pick<RefundRow, 'amount_minor' | 'state'>>

export const orderMoney = invariant({
  name: 'I1-order-money',
  sentence: 'an active order is paid, a cancelled order retains no money, and the payment and refund statuses match the amounts',
  find: async ({ deps: { db }, scan }) => {
    const rows = await db.rows<MoneyRow>`SELECT o.id, o.status, o.payment_status, o.refund_status, o.disputes,
        o.total_minor, o.captured_minor, f.amount_minor, f.state
      FROM ${await selectCandidates(db, scan)}
      JOIN customer_order o ON o.id = candidates.id
      LEFT JOIN refund f ON f.order_id = o.id`
    return toViolations(rows, (found) => {
      const [row] = found
      return findMoneyViolation({
        status: row.status,
        paymentStatus: row.payment_status,
        refundStatus: row.refund_status,
        totalMinor: row.total_minor,
        capturedMinor: row.captured_minor,
        disputedMinor: disputedMinor(disputesOf(row)),
        refunds: found.flatMap(({ amount_minor, state }) =>
          amount_minor === null || state === null ? [] : [{ amountMinor: amount_minor, state }],
        ),
      })
    })
  },
})

const findSharedCarts = async (db: Database, scan: Scan): Promise<Violation[]> => {
  const rows = await db.rows<
    Pick<CustomerOrderRow, 'cart_id' | 'id'> & { other: string }
  >`SELECT o.cart_id, o.id, again.id AS other
    FROM ${await selectCandidates(db, scan)}
    JOIN customer_order o ON o.id = candidates.id
    JOIN customer_order again ON again.cart_id = o.cart_id AND again.id <> o.id
    LIMIT ${maxViolations}`
  return rows.map(({ cart_id, id, other }) => ({
    id: `${cart_id} ${other}`,
    description: `${cart_id} was ordered as ${id} and as ${other}`,
    rows: [{ table: orderTable, key: [id] }],
  }))
}

/** A stored checkout reply names an order of its principal, and no order is the reply to two keys. */
const findBrokenReplies = async (db: Database, scan: Scan): Promise<Violation[]> => {
  const replies = await listCreatedReplies(db, scan, { operationId: orderApi.placeOrder.operationId, newest })
  const orders = await db.rows<Pick<CustomerOrderRow, 'id' | 'principal_id'>>`
    SELECT id, principal_id
    FROM customer_order
    WHERE id IN (${list(replies.map(({ resourceId }) => resourceId))})`
  const owners = new Map(orders.map(({ id, principal_id }) => [id, principal_id]))
  return [...Map.groupBy(replies, ({ resourceId }) => resourceId)].flatMap(([id, [first, ...others]]) => {
    if (first === undefined) return []
    const rows = [first, ...others].map(({ row }) => row)
    const { principalId } = first
    if (owners.get(id) !== principalId)
      return [{ id, description: `${id} was answered to ${principalId}, who has no such order`, rows }]
    return others.length === 0 ? [] : [{ id, description: `${id} was answered to ${rows.length} keys`, rows }]
  })
}

export const oneOrder = invariant({
  name: 'I3-one-order',
  sentence: 'a cart and an idempotency key each have at most one order',
  find: async ({ deps: { db }, scan }) => [...(await findSharedCarts(db, scan)), ...(await findBrokenReplies(db, scan))],
})

type HistoryRow = Pick<CustomerOrderRow, 'id' | 'status' | 'fulfilment_status'> &
  OuterJoined<Pick<OrderHistoryRow, 'version' | 'from_status' | 'to_status'>>

export const orderHistory = invariant({
  name: 'I5-order-history',
  sentence: 'the history of an order is a legal path without gaps to its status, and its fulfilment status matches',
  find: async ({ deps: { db }, scan }) => {
    const rows = await db.rows<HistoryRow>`SELECT o.id, o.status, o.fulfilment_status, h.version, h.from_status, h.to_status
      FROM ${await selectCandidates(db, scan)}
      JOIN customer_order o ON o.id = candidates.id
      LEFT JOIN order_history h ON h.order_id = o.id
      ORDER BY o.id, h.version`
    return toViolations(rows, (found) => {
      const [{ status, fulfilment_status: fulfilment }] = found
      const history = found.flatMap(({ version, from_status, to_status }) =>
        version === null || to_status === null ? [] : [{ version, from: from_status, to: to_status }],
      )
      return findHistoryViolation(status, history) ?? findFulfilmentViolation(status, fulfilment)
    })
  },
})

interface SagaRow extends Pick<CustomerOrderRow, 'id' | 'status'> {
  state: string | null
  deadline_at: Date | null
}

export const orderSaga = invariant({
  name: 'I7-order-saga',
  sentence: 'an order and its saga agree, and a waiting saga has a deadline',
  find: async ({ deps: { db }, scan }) => {
    const rows = await db.rows<SagaRow>`SELECT o.id, o.status, s.state, s.deadline_at
      FROM ${await selectCandidates(db, scan)}
      JOIN customer_order o ON o.id = candidates.id
      LEFT JOIN (${sagaInstances(checkoutSaga.name)}) s ON s.id = o.id`
    return toViolations(rows, ([{ status, state, deadline_at }]) => findSagaViolation(status, state, deadline_at !== null))
  },
})
