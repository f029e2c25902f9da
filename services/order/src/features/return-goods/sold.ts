// What was sold, shipped and returned of a locked order, and the status that follows from it.
import type { DataOf, orderEvents } from '@cartwright/contracts'
import type { Queryable, Tx } from '@cartwright/db'
import type { OrderReturnRow } from '../../db/generated/rows.ts'
import { shippedLinesColumn } from '../../db/json-columns.ts'
import { changeOrder, linesOf, listHistory, listShipments, mailOf, type OrderRow } from '../../db/orders.ts'
import { listOfOrder, returnLinesOf } from '../../db/returns.ts'
import { decideReturnStatus, type KnownReturn, type Sold } from './decide.ts'

const knownReturn = (row: OrderReturnRow): KnownReturn => ({ state: row.state, lines: returnLinesOf(row) })

export const readReturns = async (db: Queryable, orderId: string, exceptId?: string): Promise<KnownReturn[]> =>
  (await listOfOrder(db, orderId)).filter(({ id }) => id !== exceptId).map(knownReturn)

export const readSold = async (db: Queryable, row: OrderRow): Promise<Sold> => {
  const shipped = new Map<string, number>()
  for (const { shipped_lines } of await listShipments(db, row.id))
    for (const { sku, quantity } of shippedLinesColumn.parse(shipped_lines)) shipped.set(sku, (shipped.get(sku) ?? 0) + quantity)
  return { lines: linesOf(row), shipped, returns: await readReturns(db, row.id) }
}

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
