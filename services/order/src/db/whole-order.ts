// Query of an order with its history, refunds and shipments.
import type { Queryable, Sql } from '@cartwright/db'
import type { RefundRow, ShipmentRow } from './generated/rows.ts'
import { type HistoryRow, listHistory, listShipments, type OrderRow } from './orders.ts'
import { listRefunds } from './refunds.ts'

/** Rows that belong to an order. */
export interface OrderParts {
  history: readonly HistoryRow[]
  refunds: readonly RefundRow[]
  shipments: readonly ShipmentRow[]
}

/** Reads refunds and shipments only when the order's statuses show that there are any. */
const readRest = async (db: Queryable, row: OrderRow): Promise<Omit<OrderParts, 'history'>> => {
  const refunds = row.refund_status === 'none' ? [] : await listRefunds(db, row.id)
  const shipments = row.fulfilment_status === 'none' ? [] : await listShipments(db, row.id)
  return { refunds, shipments }
}

export const readParts = async (db: Queryable, row: OrderRow): Promise<OrderParts> => {
  const history = await listHistory(db, row.id)
  return { history, ...(await readRest(db, row)) }
}

/** An order with all of its parts. */
export interface WholeOrder extends OrderParts {
  row: OrderRow
}

type Joined = OrderRow & Omit<HistoryRow, 'created_at'> & { entry_version: number | null; entry_at: Date }

/**
 * Finds an order with all of its parts. One statement reads order and history, so they are consistent. Measured on MariaDB: a JSON
 * aggregate costs six times as much, sorting in SQL a fifth more.
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
