// Rows of orders with their history and shipments; every change of status writes both or neither.
import type { Address, FulfilmentStatus, Order, OrderStatus, PaymentStatus, RefundStatus, Role } from '@cartwright/contracts'
import { AppError, erasedEmail, money } from '@cartwright/contracts'
import { assignments, isSql, kept, type Queryable, rowsOf, type Sql, type Tx } from '@cartwright/db'
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
  cancel_restock: number
  cancel_note: string | null
  /** Whether its cancellation gave the lines back to a cart. */
  cart_restored: number
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
  disputes: string | null
  /** The guest's client address, hashed, while the order is pending. */
  client_hash: string | null
  hold_until: Date
  version: number
  created_at: Date
}

export type OrderLine = Order['lines'][number]
export const linesOf = (row: Pick<OrderRow, 'order_lines'>): OrderLine[] => JSON.parse(row.order_lines)

/** What catalog needs to know of an order's lines. */
export const stockOf = (row: OrderRow) => ({
  ids: { orderId: row.id, reservationId: row.reservation_id },
  lines: linesOf(row).map(({ sku, quantity }) => ({ sku, quantity })),
})

export const totalsOfRow = (row: OrderRow) => ({
  subtotal: money(row.subtotal_minor, row.currency),
  shipping: money(row.shipping_minor, row.currency),
  tax: money(row.tax_minor, row.currency),
  discount: money(row.discount_minor, row.currency),
  total: money(row.total_minor, row.currency),
})

/** What mails need to know of an order. */
export const mailOf = (row: OrderRow) => {
  // A guest has proven no address: the mail carries no text that a stranger to it chose.
  const isNamed = row.addresses !== null && row.principal_role !== 'guest'
  const addresses = isNamed ? (JSON.parse(row.addresses ?? '') as { shipping: Address }) : null
  return {
    orderId: row.id,
    number: row.number,
    locale: row.locale,
    principalId: row.principal_id,
    recipient: { email: row.email ?? erasedEmail, ...(addresses ? { name: addresses.shipping.name } : {}) },
  }
}

/** What `order.cancelled` says. `paid` keeps the lines out of the shopper's cart. */
export const cancelledFrom = (row: OrderRow, reason: NonNullable<Order['cancelReason']>, paid: boolean) => ({
  ...mailOf(row),
  principal: { id: row.principal_id, role: row.principal_role },
  cartId: row.cart_id,
  currency: row.currency,
  reason,
  paid,
  lines: linesOf(row),
  totals: totalsOfRow(row),
})

export const findOrder = (db: Queryable, condition: Sql): Promise<OrderRow | null> =>
  db.one<OrderRow>`SELECT * FROM customer_order WHERE ${condition}`

const lockedKey = Symbol('locked orders')

/** The orders that a transaction has locked, as it knows them: what is locked need not be read twice. */
const lockedIn = (tx: Tx): Map<string, Promise<OrderRow | null>> =>
  kept(tx.locals, lockedKey, () => new Map<string, Promise<OrderRow | null>>())

/** Begins to lock an order that will be asked for soon, so that its row comes with the answer before it. */
export const lockAhead = (tx: Tx, id: string): void => {
  const locked = lockedIn(tx)
  if (locked.has(id)) return
  const row = tx.one<OrderRow>`SELECT * FROM customer_order WHERE id = ${id} FOR UPDATE`
  locked.set(id, row)
  // Whoever asks for it hears of a failure; when nobody does, COMMIT does.
  row.catch(() => undefined)
}

/** The order, locked until the transaction ends. Who also needs its saga locks that first. @throws AppError not_found */
export const lockOrder = async (tx: Tx, id: string): Promise<OrderRow> => {
  lockAhead(tx, id)
  const row = await lockedIn(tx).get(id)
  if (!row) throw new AppError('not_found')
  return row
}

/** An order that was just placed; the columns that come later have their first values. */
export type NewOrder = Omit<OrderRow, keyof typeof untouched>
const untouched = {
  status: 'pending',
  payment_status: 'awaiting',
  fulfilment_status: 'none',
  refund_status: 'none',
  cancel_reason: null,
  cancel_requested_at: null,
  cancel_requested_by: null,
  cancel_restock: 1,
  cancel_note: null,
  cart_restored: 0,
  captured_minor: 0,
  pay_url: null,
  pay_expires_at: null,
  last_decline: null,
  disputes: null,
  version: 1,
} as const

/** Writes an order with the first entry of its history. @returns the row as it now stands */
export const insertOrder = (tx: Tx, row: NewOrder): OrderRow => {
  const made: OrderRow = { ...row, ...untouched }
  tx.write`INSERT INTO customer_order (id, number, principal_id, principal_role, cart_id, cart_version, reservation_id,
      status, payment_status, fulfilment_status, refund_status, email, locale, currency, subtotal_minor, shipping_minor, tax_minor,
      discount_minor, total_minor, order_lines, addresses, success_url, cancel_url, client_hash, hold_until, created_at, updated_at)
    VALUES (${made.id}, ${made.number}, ${made.principal_id}, ${made.principal_role}, ${made.cart_id}, ${made.cart_version}, ${made.reservation_id},
      ${made.status}, ${made.payment_status}, ${made.fulfilment_status}, ${made.refund_status}, ${made.email}, ${made.locale}, ${made.currency},
      ${made.subtotal_minor}, ${made.shipping_minor}, ${made.tax_minor}, ${made.discount_minor}, ${made.total_minor}, ${made.order_lines},
      ${made.addresses}, ${made.success_url}, ${made.cancel_url}, ${made.client_hash}, ${made.hold_until}, ${made.created_at}, ${tx.dbNow})`
  insertSkus(tx, made)
  insertHistory(tx, {
    orderId: made.id,
    from: null,
    to: 'pending',
    reason: null,
    actor: made.principal_id,
    at: made.created_at,
  })
  return made
}

/** What operators find an order by: each SKU once, in lower case. */
const insertSkus = (tx: Tx, row: OrderRow): void => {
  const skus = new Set(linesOf(row).map(({ sku }) => sku.toLowerCase()))
  tx.write`INSERT INTO order_sku (sku, order_id) VALUES ${rowsOf([...skus].sort().map((sku) => [sku, row.id]))}`
}

interface NewHistory {
  orderId: string
  from: OrderStatus | null
  to: OrderStatus
  reason: string | null
  actor: string
  at: Date | Sql
}

/** The next entry. The order is locked, or new to everybody. */
const insertHistory = (tx: Tx, entry: NewHistory): void => {
  tx.write`INSERT INTO order_history (order_id, version, from_status, to_status, reason, actor, correlation_id, created_at)
    SELECT ${entry.orderId}, COALESCE(MAX(version), 0) + 1, ${entry.from}, ${entry.to}, ${entry.reason}, ${entry.actor},
      ${currentTrace().correlationId.slice(0, 80)}, ${entry.at} FROM order_history WHERE order_id = ${entry.orderId}`
}

/**
 * Moves a locked order to a status: conditional update and history row together.
 * @throws AppError order_state when the pair is not allowed or somebody was faster
 */
export const moveOrder = async (
  tx: Tx,
  row: OrderRow,
  to: OrderStatus,
  change: { reason?: string | null; actor: string },
): Promise<void> => {
  const from = row.status
  assertTransition(row, to)
  const moved =
    await tx.run`UPDATE customer_order SET status = ${to}, client_hash = NULL, version = version + 1, updated_at = ${tx.dbNow}
    WHERE id = ${row.id} AND status = ${from}`
  if (moved.affectedRows !== 1) throw new AppError('conflict', 'the order changed at this moment')
  insertHistory(tx, {
    orderId: row.id,
    from,
    to,
    reason: change.reason ?? null,
    actor: change.actor,
    at: tx.dbNow,
  })
  Object.assign(row, { status: to, client_hash: null, version: row.version + 1 })
}

type Changes = { [C in keyof OrderRow]?: OrderRow[C] | Sql }

/** Changes columns of a locked order, in its table and in `row`. What only the database can tell is read again by who asks next. */
export const changeOrder = (tx: Tx, row: OrderRow, changes: Changes): void => {
  tx.write`UPDATE customer_order SET ${assignments(changes)}, version = version + 1, updated_at = ${tx.dbNow} WHERE id = ${row.id}`
  if (Object.values(changes).some(isSql)) lockedIn(tx).delete(row.id)
  else Object.assign(row, changes, { version: row.version + 1 })
}

export interface HistoryRow {
  from_status: OrderStatus | null
  to_status: OrderStatus
  reason: string | null
  actor: string
  correlation_id: string
  created_at: Date
}

export const listHistory = (db: Queryable, orderId: string): Promise<HistoryRow[]> =>
  db.rows<HistoryRow>`SELECT from_status, to_status, reason, actor, correlation_id, created_at FROM order_history
    WHERE order_id = ${orderId} ORDER BY version`

export interface ShipmentRow {
  id: string
  carrier: string
  tracking_number: string
  shipped_lines: string
  created_at: Date
}

export const listShipments = (db: Queryable, orderId: string): Promise<ShipmentRow[]> =>
  db.rows<ShipmentRow>`SELECT id, carrier, tracking_number, shipped_lines, created_at FROM shipment WHERE order_id = ${orderId} ORDER BY id`
