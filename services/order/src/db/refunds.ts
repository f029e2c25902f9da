// SQL of refunds.
import { insertInto, type Queryable, type Tx } from '@cartwright/db'
import { type RefundRow, refundTable } from './generated/rows.ts'

export const listRefunds = (db: Queryable, orderId: string): Promise<RefundRow[]> =>
  db.rows<RefundRow>`SELECT * FROM refund WHERE order_id = ${orderId} ORDER BY id`

/** A new refund, requested by order or reported by payment. */
type NewRefund = Omit<RefundRow, 'state' | 'created_at' | 'updated_at'>

export const insertRefund = (tx: Tx, refund: NewRefund): void => {
  tx.write`${insertInto(refundTable, { ...refund, state: 'pending', created_at: tx.dbNow, updated_at: tx.dbNow })}`
}

/** A failed refund stays failed. */
export const updateRefundState = (
  tx: Tx,
  { id, orderId, state }: { id: string; orderId: string; state: 'succeeded' | 'failed' },
): void => {
  tx.write`UPDATE refund SET state = ${state}, updated_at = ${tx.dbNow} WHERE id = ${id} AND order_id = ${orderId} AND state <> 'failed'`
}
