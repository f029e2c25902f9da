// Invariant I13: units and money of cancelled, shipped and returned goods. It reads the orders that the money invariant reads.
import { type OuterJoined, sql } from '@cartwright/db'
import type { CustomerOrderRow, OrderReturnRow, RefundRow, ShipmentRow } from '../db/generated/rows.ts'
import { shippedLinesColumn } from '../db/json-columns.ts'
import { lineCancellationsOf, linesOf } from '../db/orders.ts'
import { returnLinesOf } from '../db/returns.ts'
import { invariant } from '../deps.ts'
import { unitsBySku } from '../domain/order-units.ts'
import { type AfterSale, findAfterSaleViolation } from './after-sale-rules.ts'
import { selectCandidates, toViolations } from './candidates.ts'

type Sold = Pick<CustomerOrderRow, 'id' | 'captured_minor' | 'order_lines' | 'line_cancellations'>
/** An order once for each combination of its parts: there are few of them, and one statement reads all at one moment. */
type Joined = Sold &
  OuterJoined<Pick<ShipmentRow, 'shipped_lines'>> &
  OuterJoined<Pick<RefundRow, 'cause' | 'amount_minor'>> &
  OuterJoined<Pick<OrderReturnRow, 'return_lines'>> & {
    shipment_id: string | null
    refund_id: string | null
    refund_state: RefundRow['state'] | null
    return_id: string | null
    return_state: OrderReturnRow['state'] | null
    return_refund: string | null
  }

/** What `read` makes of each row with another id; rows without an id have no such part. */
const distinct = <T>(
  rows: readonly Joined[],
  id: 'shipment_id' | 'refund_id' | 'return_id',
  read: (row: Joined, id: string) => T,
): T[] => {
  const found = new Map<string, T>()
  for (const row of rows) {
    const key = row[id]
    if (key !== null && !found.has(key)) found.set(key, read(row, key))
  }
  return [...found.values()]
}

const afterSaleOf = (rows: readonly [Joined, ...Joined[]]): AfterSale => ({
  lines: linesOf(rows[0]),
  cancellations: lineCancellationsOf(rows[0]),
  capturedMinor: rows[0].captured_minor,
  shipped: unitsBySku(distinct(rows, 'shipment_id', (row) => shippedLinesColumn.parse(row.shipped_lines ?? '[]')).flat()),
  refunds: distinct(rows, 'refund_id', (row, id) => ({
    id,
    cause: row.cause ?? '',
    amountMinor: row.amount_minor ?? 0,
    state: row.refund_state ?? 'failed',
  })),
  returns: distinct(rows, 'return_id', (row, id) => ({
    id,
    state: row.return_state ?? 'rejected',
    lines: returnLinesOf({ return_lines: row.return_lines ?? '[]' }),
    refundId: row.return_refund,
  })),
})

export const afterSale = invariant({
  name: 'I13-after-sale',
  sentence: 'no more is returned than was shipped, shipped and cancelled than ordered, refunded than captured and recorded',
  find: async ({ deps: { db }, scan }) => {
    // Without a shipment and a refund nothing has happened after the sale.
    const touched = sql`(o.fulfilment_status <> 'none' OR o.refund_status <> 'none' OR o.line_cancellations IS NOT NULL)`
    const rows = await db.rows<Joined>`SELECT o.id, o.captured_minor, o.order_lines, o.line_cancellations,
        s.id AS shipment_id, s.shipped_lines,
        f.id AS refund_id, f.cause, f.amount_minor, f.state AS refund_state,
        r.id AS return_id, r.state AS return_state, r.return_lines, r.refund_id AS return_refund
      FROM ${await selectCandidates(db, scan)}
      JOIN customer_order o ON o.id = candidates.id AND ${touched}
      LEFT JOIN shipment s ON s.order_id = o.id
      LEFT JOIN refund f ON f.order_id = o.id
      LEFT JOIN order_return r ON r.order_id = o.id`
    return toViolations(rows, (found) => findAfterSaleViolation(afterSaleOf(found)))
  },
})
