// The order as the API shows it: to its shopper, and with more to operators.
import {
  type Address,
  type AdminOrder,
  money,
  type Order,
  type OrderMessage,
  type OrderPage,
  orderMessage,
} from '@cartwright/contracts'
import type { Queryable, Sql } from '@cartwright/db'
import { disputesIn, mainDispute } from '../disputes.ts'
import { paymentViewOf } from '../payment-view.ts'
import { type HistoryRow, linesOf, listHistory, listShipments, type OrderRow, type ShipmentRow, totalsOfRow } from './orders.ts'
import { leftToRefund, listRefunds, type RefundRow } from './refunds.ts'

/** Actors as the public sees them: staff are `operator`, services are themselves. */
const shownActor = (actor: string, principalId: string): string =>
  actor === principalId ? 'customer' : actor.startsWith('usr_') ? 'operator' : actor

interface Parts {
  history: readonly HistoryRow[]
  refunds: readonly RefundRow[]
  shipments: readonly ShipmentRow[]
}

/** Refunds and shipments, only as the order says there are any: most are looked at while they have neither. */
const readRest = async (db: Queryable, row: OrderRow): Promise<Omit<Parts, 'history'>> => {
  const refunds = row.refund_status === 'none' ? [] : await listRefunds(db, row.id)
  const shipments = row.fulfilment_status === 'none' ? [] : await listShipments(db, row.id)
  return { refunds, shipments }
}

const readParts = async (db: Queryable, row: OrderRow): Promise<Parts> => {
  const history = await listHistory(db, row.id)
  return { history, ...(await readRest(db, row)) }
}

/** An order with all that hangs on it. */
export interface WholeOrder extends Parts {
  row: OrderRow
}

type Joined = OrderRow & Omit<HistoryRow, 'created_at'> & { entry_version: number | null; entry_at: Date }

/**
 * The order that fits, with all that hangs on it. Its history comes in the same statement: one round trip, and both are of one moment. (As a JSON
 * aggregate it cost MariaDB six times as much, and sorting there a fifth.)
 */
export const findWhole = async (db: Queryable, condition: Sql): Promise<WholeOrder | null> => {
  const joined =
    await db.rows<Joined>`SELECT customer_order.*, h.version AS entry_version, h.from_status, h.to_status, h.reason, h.actor,
      h.correlation_id, h.created_at AS entry_at
    FROM customer_order LEFT JOIN order_history h ON h.order_id = customer_order.id WHERE ${condition}`
  const [row] = joined
  if (row === undefined) return null
  const entries = joined.flatMap(({ entry_version, from_status, to_status, reason, actor, correlation_id, entry_at }) =>
    entry_version === null
      ? []
      : [{ version: entry_version, from_status, to_status, reason, actor, correlation_id, created_at: entry_at }],
  )
  return { row, history: entries.sort((a, b) => a.version - b.version), ...(await readRest(db, row)) }
}

const shownEntry = (entry: HistoryRow, row: OrderRow) => ({
  at: entry.created_at.toISOString(),
  from: entry.from_status,
  to: entry.to_status,
  reason: entry.reason,
  actor: shownActor(entry.actor, row.principal_id),
})

const shown = (row: OrderRow, { history, refunds, shipments }: Parts): Order => {
  const addresses = row.addresses === null ? null : (JSON.parse(row.addresses) as { shipping: Address; billing: Address | null })
  return {
    id: row.id,
    number: row.number,
    status: row.status,
    paymentStatus: row.payment_status,
    fulfilmentStatus: row.fulfilment_status,
    refundStatus: row.refund_status,
    cancelReason: row.cancel_reason,
    cancelRequestedAt: row.cancel_requested_at?.toISOString() ?? null,
    email: row.email,
    currency: row.currency,
    lines: linesOf(row),
    addresses: { shipping: addresses?.shipping ?? null, billing: addresses?.billing ?? null },
    ...totalsOfRow(row),
    lastDecline: row.last_decline === null ? null : JSON.parse(row.last_decline),
    shipments: shipments.map(({ id, carrier, tracking_number, shipped_lines, created_at }) => ({
      id,
      carrier,
      trackingNumber: tracking_number,
      lines: JSON.parse(shipped_lines),
      at: created_at.toISOString(),
    })),
    refunds: refunds.map(({ id, amount_minor, reason, state, origin }) => ({
      id,
      amount: money(amount_minor, row.currency),
      reason,
      state,
      origin,
    })),
    history: history.map((entry) => shownEntry(entry, row)),
    createdAt: row.created_at.toISOString(),
  }
}

/** An order that was placed a moment ago: what it holds is known without reading. */
export const viewPlaced = (row: OrderRow): Order => {
  const placed = {
    from_status: null,
    to_status: row.status,
    reason: null,
    actor: row.principal_id,
    correlation_id: '',
    created_at: row.created_at,
  }
  return shown(row, { history: [placed], refunds: [], shipments: [] })
}

/** The order as its shopper sees it. */
export const showOrder = ({ row, ...parts }: WholeOrder): Order => shown(row, parts)

/** The same, of an order that is at hand already. */
export const viewOrder = async (db: Queryable, row: OrderRow): Promise<Order> => shown(row, await readParts(db, row))

/** The order as operators see it. */
export const showToOperator = ({ row, ...parts }: WholeOrder): AdminOrder => ({
  ...shown(row, parts),
  principal: { id: row.principal_id, role: row.principal_role },
  cartId: row.cart_id,
  reservationId: row.reservation_id,
  captured: money(row.captured_minor, row.currency),
  refundable: money(leftToRefund(row, parts.refunds), row.currency),
  cancelNote: row.cancel_note,
  dispute: mainDispute(disputesIn(row.disputes)),
  history: parts.history.map((entry) => ({
    ...shownEntry(entry, row),
    actorId: entry.actor,
    correlationId: entry.correlation_id,
  })),
})

/** The same, of an order that is at hand already. */
export const viewForOperator = async (db: Queryable, row: OrderRow): Promise<AdminOrder> =>
  showToOperator({ row, ...(await readParts(db, row)) })

const sumOf = (refunds: readonly RefundRow[]): number =>
  refunds.filter(({ state }) => state === 'succeeded').reduce((sum, { amount_minor }) => sum + amount_minor, 0)

/** What is true of the order, in sentences for its shopper. */
const messageOf = (row: OrderRow, refunds: readonly RefundRow[]): OrderMessage =>
  orderMessage({
    status: row.status,
    paymentStatus: row.payment_status,
    fulfilmentStatus: row.fulfilment_status,
    refundStatus: row.refund_status,
    cancelReason: row.cancel_reason,
    cancelRequestedAt: row.cancel_requested_at?.toISOString() ?? null,
    total: money(row.total_minor, row.currency),
    captured: money(row.captured_minor, row.currency),
    refunded: money(sumOf(refunds), row.currency),
    cartRestored: Boolean(row.cart_restored),
    payable: paymentViewOf(row).state === 'open',
  })

/** The same, of an order that is at hand. */
export const readMessage = async (db: Queryable, row: OrderRow): Promise<OrderMessage> =>
  messageOf(row, row.refund_status === 'none' ? [] : await listRefunds(db, row.id))

/** The order as its page shows it, without the addresses. */
export const showPage = ({ row, ...parts }: WholeOrder): OrderPage => {
  const { email: _, addresses: __, lastDecline: ___, ...rest } = shown(row, parts)
  return { ...rest, payment: paymentViewOf(row), message: messageOf(row, parts.refunds) }
}
