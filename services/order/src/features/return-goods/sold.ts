// What was sold, shipped and returned of a locked order, and the status that follows from it.
import type { DataOf, orderEvents } from '@cartwright/contracts'
import type { Queryable, Tx } from '@cartwright/db'
import type { OrderReturnRow } from '../../db/generated/rows.ts'
import { changeOrder, linesOf, listHistory, mailOf, type OrderRow } from '../../db/orders.ts'
import { returnLinesOf } from '../../db/returns.ts'
import { readReturns, readShipped } from '../../domain/order-goods.ts'
import { decideReturnStatus, type Sold } from './decide.ts'

export const readSold = async (db: Queryable, row: OrderRow): Promise<Sold> => ({
  lines: linesOf(row),
  shipped: await readShipped(db, row.id),
  returns: await readReturns(db, row.id),
})

/** When the order was delivered; null before. */
export const deliveredAt = async (db: Queryable, orderId: string): Promise<Date | null> =>
  (await listHistory(db, orderId)).find(({ to_status }) => to_status === 'delivered')?.created_at ?? null

/** Writes the return status of a locked order. */
export const renewReturnStatus = async (tx: Tx, row: OrderRow): Promise<OrderRow> =>
  changeOrder(tx, row, {
    return_status: decideReturnStatus({ lines: linesOf(row), returns: await readReturns(tx, row.id) }),
  })

/** What every event of a return carries. */
export const returnedGoods = (order: OrderRow, row: OrderReturnRow): DataOf<typeof orderEvents.returnRequested> => ({
  ...mailOf(order),
  returnId: row.id,
  lines: returnLinesOf(row).map(({ sku, name, quantity }) => ({ sku, name, quantity })),
})
