// SQL of orders, their history and shipments. A status and its history row are written together.
import { AppError, discountsOf, erasedEmail, money, type Order, type OrderStatus } from '@cartwright/contracts'
import {
  assignments,
  type Changes,
  insertInto,
  isSql,
  list,
  lockedRows,
  nullColumns,
  type Queryable,
  type Sql,
  sql,
  type Tx,
} from '@cartwright/db'
import { currentTrace } from '@cartwright/telemetry'
import {
  type CustomerOrderRow,
  customerOrderTable,
  type OrderHistoryRow,
  orderSkuTable,
  type ShipmentRow,
} from './generated/rows.ts'
import {
  addressesColumn,
  type Dispute,
  disputesColumn,
  type LineCancellation,
  lineCancellationsColumn,
  orderLinesColumn,
  orderTaxesColumn,
  shippingOptionColumn,
} from './json-columns.ts'

/** The other columns are read by SQL only. */
export type OrderRow = Omit<CustomerOrderRow, 'recipient_name' | 'erase_when_done' | 'updated_at'>

/** What was cancelled of an order before it was shipped, oldest first. */
export const lineCancellationsOf = (row: Pick<OrderRow, 'line_cancellations'>): LineCancellation[] =>
  lineCancellationsColumn.parseOrNull(row.line_cancellations) ?? []

/** Lines of an order. Those of older orders have neither an id nor discounts nor taxes; their SKU is as good an id. */
export const linesOf = (row: Pick<OrderRow, 'order_lines' | 'line_cancellations'>): Order['lines'] => {
  const cancelled = new Map<string, number>()
  for (const { lineId, quantity } of lineCancellationsOf(row).flatMap(({ lines }) => lines))
    cancelled.set(lineId, (cancelled.get(lineId) ?? 0) + quantity)
  return orderLinesColumn.parse(row.order_lines).map((line) => {
    const id = line.id ?? line.sku
    const { discounts = [], taxes = [] } = line
    return { ...line, id, discounts, taxes, cancelledQuantity: cancelled.get(id) ?? 0 }
  })
}
export const disputesOf = (row: Pick<OrderRow, 'disputes'>): Dispute[] => disputesColumn.parseOrNull(row.disputes) ?? []

/** The order's reservation as events to catalog carry it: ids, and lines without the units that were cancelled before. */
export const stockOf = (row: OrderRow) => ({
  ids: { orderId: row.id, reservationId: row.reservation_id },
  lines: linesOf(row).flatMap(({ sku, quantity, cancelledQuantity }) =>
    quantity > cancelledQuantity ? [{ sku, quantity: quantity - cancelledQuantity }] : [],
  ),
})

export const totalsOfRow = (row: OrderRow) => ({
  subtotal: money(row.subtotal_minor, row.currency),
  shipping: money(row.shipping_minor, row.currency),
  tax: money(row.tax_minor, row.currency),
  discount: money(row.discount_minor, row.currency),
  total: money(row.total_minor, row.currency),
})

const shippingSummary = ({ shipping_option }: OrderRow) => {
  const option = shippingOptionColumn.parseOrNull(shipping_option)
  return option && { id: option.id, name: option.name, price: option.price, discounts: option.discounts }
}

/** How the total came about. */
export const priceDetailsOf = (row: OrderRow) => ({
  taxIncluded: row.tax_included === 1,
  taxes: orderTaxesColumn.parseOrNull(row.order_taxes) ?? [],
  discounts: discountsOf([...linesOf(row), shippingOptionColumn.parseOrNull(row.shipping_option) ?? {}]),
  shippingOption: shippingSummary(row),
})

/** Lines and price of an order, as events carry them. */
export const pricedOf = (row: OrderRow) => ({ lines: linesOf(row), totals: totalsOfRow(row), ...priceDetailsOf(row) })

/** Recipient and names that events carry for mails. */
export const mailOf = (row: OrderRow) => {
  // A guest's address is unverified, so the email carries no text that the guest wrote.
  const name = row.principal_role === 'guest' ? undefined : addressesColumn.parseOrNull(row.addresses)?.shipping?.name
  return {
    orderId: row.id,
    number: row.number,
    locale: row.locale,
    principalId: row.principal_id,
    recipient: { email: row.email ?? erasedEmail, ...(name === undefined ? {} : { name }) },
  }
}

/** Data of `order.cancelled`. `paid` keeps the lines out of the shopper's cart. */
export const cancelledFrom = (row: OrderRow, reason: NonNullable<Order['cancelReason']>, paid: boolean) => ({
  ...mailOf(row),
  principal: { id: row.principal_id, role: row.principal_role },
  cartId: row.cart_id,
  currency: row.currency,
  reason,
  paid,
  ...pricedOf(row),
})

export const findOrder = (db: Queryable, condition: Sql): Promise<OrderRow | null> =>
  db.one<OrderRow>`SELECT * FROM customer_order WHERE ${condition}`

export const findOrders = (db: Queryable, ids: readonly string[]): Promise<OrderRow[]> =>
  db.rows<OrderRow>`SELECT * FROM customer_order WHERE id IN (${list(ids)})`

/** The address of the last order of a principal; null when there is none, or when it was erased. */
export const findLastEmail = async (db: Queryable, principalId: string): Promise<string | null> => {
  const row = await db.one<Pick<OrderRow, 'email'>>`
    SELECT email
    FROM customer_order
    WHERE principal_id = ${principalId}
    ORDER BY created_at DESC
    LIMIT 1`
  return row?.email ?? null
}

/**
 * Whether this principal or e-mail address has an order that was not cancelled before its payment. Two lookups, since one with OR would read
 * no index.
 */
export const hasOrderedBefore = async (db: Queryable, principalId: string, email: string | null): Promise<boolean> => {
  const by = (owner: Sql) =>
    sql`(SELECT id FROM customer_order WHERE ${owner} AND NOT (status = 'cancelled' AND cart_restored = TRUE) LIMIT 1)`
  return (await db.one`${by(sql`principal_id = ${principalId}`)} UNION ALL ${by(sql`email = ${email}`)} LIMIT 1`) !== null
}

const orders = lockedRows<OrderRow>({
  keyOf: (row) => row.id,
  lock: (tx, id) => tx.one<OrderRow>`SELECT * FROM customer_order WHERE id = ${id} FOR UPDATE`,
})

/** Locks an order until the transaction ends. Lock order: saga row first, then the order row. @throws AppError not_found */
export const lockOrder = async (tx: Tx, id: string): Promise<OrderRow> => {
  const row = await orders.get(tx, id)
  if (row === null) throw new AppError('not_found')
  return row
}

const newOrderDefaults = {
  status: 'pending',
  payment_status: 'awaiting',
  fulfilment_status: 'none',
  refund_status: 'none',
  return_status: 'none',
  cancel_restock: 1,
  cart_restored: 0,
  captured_minor: 0,
  version: 1,
} as const
const emptyColumns = nullColumns(customerOrderTable)

type Filled = keyof typeof newOrderDefaults
type Nullable = Exclude<keyof typeof emptyColumns & keyof OrderRow, Filled>
/** An order that was just placed. Columns that allow NULL may be left out; the others start with `newOrderDefaults`. */
type NewOrder = Omit<OrderRow, Filled | Nullable> & Partial<Pick<OrderRow, Nullable | 'payment_status'>>

/** Writes an order with the first entry of its history. @returns the updated row */
export const insertOrder = (tx: Tx, row: NewOrder): OrderRow => {
  const filled = { ...newOrderDefaults, ...row }
  const made: OrderRow = { ...emptyColumns, ...filled }
  tx.write`${insertInto(customerOrderTable, { ...filled, updated_at: tx.dbNow })}`
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

/** Search rows for operators: each SKU once, in lower case. */
const insertSkus = (tx: Tx, row: OrderRow): void => {
  const skus = new Set(linesOf(row).map(({ sku }) => sku.toLowerCase()))
  tx.write`${insertInto(orderSkuTable, ...[...skus].sort().map((sku) => ({ sku, order_id: row.id })))}`
}

interface NewHistory {
  orderId: string
  from: OrderStatus | null
  to: OrderStatus
  reason: string | null
  actor: string
  at: Date | Sql
}

/** Appends a history entry. The order is locked, or not yet visible to other transactions. */
const insertHistory = (tx: Tx, entry: NewHistory): void => {
  tx.write`INSERT INTO order_history (order_id, version, from_status, to_status, reason, actor, correlation_id, created_at)
    SELECT ${entry.orderId}, COALESCE(MAX(version), 0) + 1, ${entry.from}, ${entry.to}, ${entry.reason}, ${entry.actor},
      ${currentTrace().correlationId.slice(0, 80)}, ${entry.at} FROM order_history WHERE order_id = ${entry.orderId}`
}

/**
 * Updates the status of a locked order with its history row. Which status may follow which is decided by `domain/transition.ts`.
 * @returns the updated row
 * @throws AppError conflict when the stored status is another one
 */
export const updateStatus = async (
  tx: Tx,
  row: OrderRow,
  to: OrderStatus,
  change: { reason?: string | null; actor: string },
): Promise<OrderRow> => {
  const from = row.status
  const moved = await tx.run`
    UPDATE customer_order
    SET status = ${to}, client_hash = NULL, version = version + 1, updated_at = ${tx.dbNow}
    WHERE id = ${row.id} AND status = ${from}`
  if (moved.affectedRows !== 1)
    throw new AppError('conflict', { detail: 'the order was changed at the same time: read it again' })
  insertHistory(tx, { orderId: row.id, from, to, reason: change.reason ?? null, actor: change.actor, at: tx.dbNow })
  return orders.update(tx, row, { status: to, client_hash: null, version: row.version + 1 })
}

/** Changes columns of a locked order. @returns the updated row; it is read again when the database computes a value */
export const changeOrder = async (tx: Tx, row: OrderRow, changes: Changes<OrderRow>): Promise<OrderRow> => {
  tx.write`UPDATE customer_order SET ${assignments(changes)}, version = version + 1, updated_at = ${tx.dbNow} WHERE id = ${row.id}`
  if (!Object.values(changes).some(isSql))
    return orders.update(tx, row, { ...(changes as Partial<OrderRow>), version: row.version + 1 })
  orders.forget(tx, row)
  return lockOrder(tx, row.id)
}

/** A history entry without the order's id. */
export type HistoryRow = Omit<OrderHistoryRow, 'order_id' | 'version'>

export const listHistory = (db: Queryable, orderId: string): Promise<HistoryRow[]> =>
  db.rows<HistoryRow>`SELECT from_status, to_status, reason, actor, correlation_id, created_at FROM order_history
    WHERE order_id = ${orderId} ORDER BY version`

export const listShipments = (db: Queryable, orderId: string): Promise<ShipmentRow[]> =>
  db.rows<ShipmentRow>`SELECT * FROM shipment WHERE order_id = ${orderId} ORDER BY id`
