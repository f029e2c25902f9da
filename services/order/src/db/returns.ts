// SQL of returns.
import { AppError, type Return, type ReturnLine, type ReturnState } from '@cartwright/contracts'
import { decodeCursor, encodeCursor, insertInto, pageOf, type Queryable, sql, type Tx, where } from '@cartwright/db'
import { type CustomerOrderRow, type OrderReturnRow, orderReturnTable } from './generated/rows.ts'
import { returnLinesColumn } from './json-columns.ts'

/** A return with the number of its order. */
type Numbered = OrderReturnRow & Pick<CustomerOrderRow, 'number'>

export const returnLinesOf = (row: Pick<OrderReturnRow, 'return_lines'>): ReturnLine[] =>
  returnLinesColumn.parse(row.return_lines)

export const returnView = (row: OrderReturnRow, orderNumber: string): Return => ({
  id: row.id,
  orderId: row.order_id,
  orderNumber,
  state: row.state,
  lines: returnLinesOf(row),
  note: row.note,
  rejectReason: row.reject_reason,
  refundId: row.refund_id,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
})

/** Returns of an order, oldest first. */
export const listOfOrder = (db: Queryable, orderId: string): Promise<OrderReturnRow[]> =>
  db.rows<OrderReturnRow>`SELECT * FROM order_return WHERE order_id = ${orderId} ORDER BY id`

/** The order of a return, to be locked before the return. @throws AppError not_found */
export const orderOfReturn = async (db: Queryable, id: string): Promise<string> => {
  const row = await db.one<Pick<OrderReturnRow, 'order_id'>>`SELECT order_id FROM order_return WHERE id = ${id}`
  if (row === null) throw new AppError('not_found')
  return row.order_id
}

/** A return of a locked order. @throws AppError not_found */
export const lockReturn = async (tx: Tx, id: string): Promise<OrderReturnRow> => {
  const row = await tx.one<OrderReturnRow>`SELECT * FROM order_return WHERE id = ${id} FOR UPDATE`
  if (row === null) throw new AppError('not_found')
  return row
}

export const insertReturn = async (tx: Tx, row: OrderReturnRow): Promise<OrderReturnRow> => {
  await tx.run`${insertInto(orderReturnTable, row)}`
  return row
}

type Change = Partial<Pick<OrderReturnRow, 'state' | 'return_lines' | 'reject_reason' | 'refund_id' | 'updated_at'>>

/** Changes a locked return. @returns the changed row */
export const changeReturn = async (tx: Tx, row: OrderReturnRow, changes: Change): Promise<OrderReturnRow> => {
  const changed = { ...row, ...changes }
  await tx.run`UPDATE order_return SET state = ${changed.state}, return_lines = ${changed.return_lines},
    reject_reason = ${changed.reject_reason}, refund_id = ${changed.refund_id}, updated_at = ${changed.updated_at}
    WHERE id = ${row.id}`
  return changed
}

interface Filter {
  state?: ReturnState | undefined
  orderId?: string | undefined
}

/** Returns of all orders, newest first. */
export const listReturns = async (db: Queryable, { state, orderId }: Filter, limit: number, cursor: string | undefined) => {
  const last = cursor === undefined ? undefined : String(decodeCursor('-id', cursor, 1)[0])
  const conditions = where([
    state !== undefined && sql`r.state = ${state}`,
    orderId !== undefined && sql`r.order_id = ${orderId}`,
    last !== undefined && sql`r.id < ${last}`,
  ])
  const rows = await db.rows<Numbered>`SELECT r.*, o.number FROM order_return r JOIN customer_order o ON o.id = r.order_id
    WHERE ${conditions} ORDER BY r.id DESC LIMIT ${limit + 1}`
  const page = pageOf(rows, limit, (row) => encodeCursor('-id', [row.id]))
  return { items: page.items.map((row) => returnView(row, row.number)), nextCursor: page.nextCursor }
}
