// Rows of orders with their history, shipments and refunds; every change of status writes both or neither.
import type { Address, FulfilmentStatus, Order, OrderStatus, PaymentStatus, RefundStatus, Role } from '@cartwright/contracts'
import { AppError, money } from '@cartwright/contracts'
import type { Queryable, Sql, Tx } from '@cartwright/db'
import { currentTrace } from '@cartwright/messaging'
import { assertTransition } from '../order.ts'

export interface OrderRow {
  id: string
  number: string
  principal_id: string
  principal_role: Role
  cart_id: string
  cart_version: number
  reservation_id: string
  status: OrderStatus
  payment_status: PaymentStatus
  fulfilment_status: FulfilmentStatus
  refund_status: RefundStatus
  cancel_reason: Order['cancelReason']
  cancel_requested_at: Date | null
  cancel_requested_by: string | null
  email: string | null
  locale: string
  currency: string
  subtotal_minor: number
  shipping_minor: number
  tax_minor: number
  discount_minor: number
  total_minor: number
  captured_minor: number
  order_lines: string
  addresses: string | null
  success_url: string
  cancel_url: string
  pay_url: string | null
  pay_expires_at: Date | null
  last_decline: string | null
  hold_until: Date
  version: number
  created_at: Date
}

export type OrderLine = Order['lines'][number]
export const linesOf = (row: Pick<OrderRow, 'order_lines'>): OrderLine[] => JSON.parse(row.order_lines)

export const totalsOfRow = (row: OrderRow) => ({
  subtotal: money(row.subtotal_minor, row.currency), shipping: money(row.shipping_minor, row.currency), tax: money(row.tax_minor, row.currency),
  discount: money(row.discount_minor, row.currency), total: money(row.total_minor, row.currency),
})

/** What mails need to know of an order. */
export const mailOf = (row: OrderRow) => {
  const addresses = row.addresses === null ? null : (JSON.parse(row.addresses) as { shipping: Address })
  return {
    orderId: row.id, number: row.number, locale: row.locale,
    recipient: { email: row.email ?? 'erased@invalid.example', ...(addresses ? { name: addresses.shipping.name } : {}) },
  }
}

export const findOrder = (db: Queryable, condition: Sql): Promise<OrderRow | null> => db.one<OrderRow>`SELECT * FROM customer_order WHERE ${condition}`

/** The order, locked until the transaction ends. @throws AppError not_found */
export const lockOrder = async (tx: Tx, id: string): Promise<OrderRow> => {
  const row = await tx.one<OrderRow>`SELECT * FROM customer_order WHERE id = ${id} FOR UPDATE`
  if (row === null) throw new AppError('not_found')
  return row
}

export const insertOrder = async (tx: Tx, row: Omit<OrderRow, 'created_at' | 'version' | 'captured_minor' | 'pay_url' | 'pay_expires_at' | 'last_decline' | 'cancel_requested_at' | 'cancel_requested_by' | 'cancel_reason'>): Promise<void> => {
  await tx.run`INSERT INTO customer_order (id, number, principal_id, principal_role, cart_id, cart_version, reservation_id, status, payment_status, fulfilment_status, refund_status, email, locale,
    currency, subtotal_minor, shipping_minor, tax_minor, discount_minor, total_minor, order_lines, addresses, success_url, cancel_url, hold_until, created_at, updated_at)
    VALUES (${row.id}, ${row.number}, ${row.principal_id}, ${row.principal_role}, ${row.cart_id}, ${row.cart_version}, ${row.reservation_id}, ${row.status}, ${row.payment_status},
    ${row.fulfilment_status}, ${row.refund_status}, ${row.email}, ${row.locale}, ${row.currency}, ${row.subtotal_minor}, ${row.shipping_minor}, ${row.tax_minor}, ${row.discount_minor},
    ${row.total_minor}, ${row.order_lines}, ${row.addresses}, ${row.success_url}, ${row.cancel_url}, ${row.hold_until}, ${tx.dbNow}, ${tx.dbNow})`
  await insertHistory(tx, row.id, 1, null, 'pending', null, row.principal_id)
}

const insertHistory = async (tx: Tx, orderId: string, version: number, from: OrderStatus | null, to: OrderStatus, reason: string | null, actor: string): Promise<void> => {
  await tx.run`INSERT INTO order_history (order_id, version, from_status, to_status, reason, actor, correlation_id, created_at)
    VALUES (${orderId}, ${version}, ${from}, ${to}, ${reason}, ${actor}, ${currentTrace().correlationId.slice(0, 80)}, ${tx.dbNow})`
}

/**
 * Moves a locked order to a status: conditional update and history row together.
 * @throws AppError order_state when the pair is not allowed or somebody was faster
 */
export const moveOrder = async (tx: Tx, row: OrderRow, to: OrderStatus, change: { reason?: string | null; actor: string }): Promise<void> => {
  assertTransition(row.status, to)
  const version = await tx.one<{ next: number }>`SELECT MAX(version) + 1 AS next FROM order_history WHERE order_id = ${row.id}`
  const moved = await tx.run`UPDATE customer_order SET status = ${to}, version = version + 1, updated_at = ${tx.dbNow} WHERE id = ${row.id} AND status = ${row.status}`
  if (moved.affectedRows !== 1) throw new AppError('order_state')
  await insertHistory(tx, row.id, version?.next ?? 1, row.status, to, change.reason ?? null, change.actor)
  row.status = to
}

/** Changes columns of an order. */
export const changeOrder = async (tx: Tx, id: string, assignments: Sql): Promise<void> => {
  await tx.run`UPDATE customer_order SET ${assignments}, version = version + 1, updated_at = ${tx.dbNow} WHERE id = ${id}`
}

export interface RefundRow {
  id: string
  order_id: string
  cause: string
  amount_minor: number
  reason: string
  state: 'pending' | 'succeeded' | 'failed'
  origin: 'order' | 'dashboard'
}

export const listRefunds = (db: Queryable, orderId: string): Promise<RefundRow[]> =>
  db.rows<RefundRow>`SELECT id, order_id, cause, amount_minor, reason, state, origin FROM refund WHERE order_id = ${orderId} ORDER BY id`

export interface ShipmentRow {
  id: string
  carrier: string
  tracking_number: string
  shipped_lines: string
  created_at: Date
}

export const listShipments = (db: Queryable, orderId: string): Promise<ShipmentRow[]> =>
  db.rows<ShipmentRow>`SELECT id, carrier, tracking_number, shipped_lines, created_at FROM shipment WHERE order_id = ${orderId} ORDER BY id`

interface HistoryRow {
  from_status: OrderStatus | null
  to_status: OrderStatus
  reason: string | null
  actor: string
  created_at: Date
}

/** Actors as the public sees them: staff are `operator`, services are themselves. */
const shownActor = (actor: string, principalId: string): string => (actor === principalId ? 'customer' : actor.startsWith('usr_') ? 'operator' : actor)

/** The order as the API shows it. */
export const viewOrder = async (db: Queryable, row: OrderRow): Promise<Order> => {
  const history = await db.rows<HistoryRow>`SELECT from_status, to_status, reason, actor, created_at FROM order_history WHERE order_id = ${row.id} ORDER BY version`
  const refunds = await listRefunds(db, row.id)
  const shipments = await listShipments(db, row.id)
  const addresses = row.addresses === null ? null : (JSON.parse(row.addresses) as { shipping: Address; billing: Address | null })
  return {
    id: row.id, number: row.number, status: row.status, paymentStatus: row.payment_status, fulfilmentStatus: row.fulfilment_status, refundStatus: row.refund_status,
    cancelReason: row.cancel_reason, cancelRequestedAt: row.cancel_requested_at?.toISOString() ?? null, email: row.email, currency: row.currency, lines: linesOf(row),
    addresses: { shipping: addresses?.shipping ?? null, billing: addresses?.billing ?? null }, ...totalsOfRow(row),
    lastDecline: row.last_decline === null ? null : JSON.parse(row.last_decline),
    shipments: shipments.map((shipment) => ({ id: shipment.id, carrier: shipment.carrier, trackingNumber: shipment.tracking_number, lines: JSON.parse(shipment.shipped_lines), at: shipment.created_at.toISOString() })),
    refunds: refunds.map((refund) => ({ id: refund.id, amount: money(refund.amount_minor, row.currency), reason: refund.reason, state: refund.state, origin: refund.origin })),
    history: history.map((entry) => ({ at: entry.created_at.toISOString(), from: entry.from_status, to: entry.to_status, reason: entry.reason, actor: shownActor(entry.actor, row.principal_id) })),
    createdAt: row.created_at.toISOString(),
  }
}
