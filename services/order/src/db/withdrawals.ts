// SQL of withdrawals. Their rows are inserted and never changed; what operators do about them is in a table of its own.
import { AppError, type Withdrawal, type WithdrawalState } from '@cartwright/contracts'
import {
  decodeCursor,
  encodeCursor,
  insertIgnoreInto,
  insertInto,
  type OuterJoined,
  pageOf,
  type Queryable,
  type Sql,
  sql,
  type Tx,
  where,
} from '@cartwright/db'
import {
  type CustomerOrderRow,
  type WithdrawalHandlingRow,
  type WithdrawalRow,
  withdrawalHandlingTable,
  withdrawalTable,
} from './generated/rows.ts'

type Listed = WithdrawalRow &
  Pick<CustomerOrderRow, 'number' | 'status' | 'fulfilment_status' | 'return_status'> &
  OuterJoined<Omit<WithdrawalHandlingRow, 'withdrawal_id'>>

export const findWithdrawalOf = (db: Queryable, orderId: string): Promise<WithdrawalRow | null> =>
  db.one<WithdrawalRow>`SELECT * FROM withdrawal WHERE order_id = ${orderId}`

export const insertWithdrawal = async (tx: Tx, row: WithdrawalRow): Promise<WithdrawalRow> => {
  await tx.run`${insertInto(withdrawalTable, row)}`
  return row
}

/** Closes a withdrawal. @returns false when it was closed before */
export const insertHandling = async (tx: Tx, row: WithdrawalHandlingRow): Promise<boolean> =>
  (await tx.run`${insertIgnoreInto(withdrawalHandlingTable, row)}`).affectedRows === 1

const viewOf = (row: Listed): Withdrawal => ({
  id: row.id,
  orderId: row.order_id,
  orderNumber: row.number,
  state: row.handled_at === null ? 'open' : 'handled',
  orderStatus: row.status,
  fulfilmentStatus: row.fulfilment_status,
  returnStatus: row.return_status,
  receivedAt: row.received_at.toISOString(),
  receipt: row.receipt,
  handledAt: row.handled_at?.toISOString() ?? null,
  handledBy: row.handled_by,
  note: row.note,
})

const select = (db: Queryable, rest: Sql): Promise<Listed[]> =>
  db.rows<Listed>`
    SELECT w.*, o.number, o.status, o.fulfilment_status, o.return_status, h.handled_by, h.note, h.handled_at
    FROM withdrawal w
    JOIN customer_order o ON o.id = w.order_id
    LEFT JOIN withdrawal_handling h ON h.withdrawal_id = w.id
    ${rest}`

/** @throws AppError not_found */
export const getWithdrawal = async (db: Queryable, id: string): Promise<Withdrawal> => {
  const [row] = await select(db, sql`WHERE w.id = ${id}`)
  if (row === undefined) throw new AppError('not_found')
  return viewOf(row)
}

interface Filter {
  state?: WithdrawalState | undefined
  orderId?: string | undefined
}

/** Withdrawals of all orders, newest first. */
export const listWithdrawals = async (db: Queryable, { state, orderId }: Filter, limit: number, cursor: string | undefined) => {
  const last = cursor === undefined ? undefined : String(decodeCursor('-id', cursor, 1)[0])
  const conditions = where([
    state === 'open' && sql`h.withdrawal_id IS NULL`,
    state === 'handled' && sql`h.withdrawal_id IS NOT NULL`,
    orderId !== undefined && sql`w.order_id = ${orderId}`,
    last !== undefined && sql`w.id < ${last}`,
  ])
  const rows = await select(db, sql`WHERE ${conditions} ORDER BY w.id DESC LIMIT ${limit + 1}`)
  const page = pageOf(rows, limit, (row) => encodeCursor('-id', [row.id]))
  return { items: page.items.map(viewOf), nextCursor: page.nextCursor }
}
