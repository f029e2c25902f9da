// Reads what was shipped and what was returned of an order.
import type { Queryable } from '@cartwright/db'
import { shippedLinesColumn } from '../db/json-columns.ts'
import { listShipments } from '../db/orders.ts'
import { listOfOrder, returnLinesOf } from '../db/returns.ts'
import { type KnownReturn, unitsBySku } from './order-units.ts'

/** Shipped units by SKU. */
export const readShipped = async (db: Queryable, orderId: string): Promise<Map<string, number>> =>
  unitsBySku((await listShipments(db, orderId)).flatMap(({ shipped_lines }) => shippedLinesColumn.parse(shipped_lines)))

/** Returns of an order, oldest first. @param exceptId a return that is left out */
export const readReturns = async (db: Queryable, orderId: string, exceptId?: string): Promise<KnownReturn[]> =>
  (await listOfOrder(db, orderId))
    .filter(({ id }) => id !== exceptId)
    .map((row) => ({ state: row.state, lines: returnLinesOf(row) }))
