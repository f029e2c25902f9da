// The stock ledger: conditional updates decide, every change of what is on hand is a movement, every change of either is announced.
import { catalogEvents } from '@cartwright/contracts'
import { type Queryable, rowsOf, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'

export interface StockRow {
  sku: string
  product_id: string
  on_hand: number
  reserved: number
  version: number
}

export interface StockLine {
  sku: string
  quantity: number
}

export const findStock = (db: Queryable, sku: string): Promise<StockRow | null> =>
  db.one<StockRow>`SELECT sku, product_id, on_hand, reserved, version FROM stock_level WHERE sku = ${sku}`

export const stockOf = (row: StockRow) => ({ sku: row.sku, onHand: row.on_hand, reserved: row.reserved, available: row.on_hand - row.reserved })

/** One line per SKU, ascending: the order in which every transaction takes its locks. */
export const summed = (lines: readonly StockLine[]): StockLine[] => {
  const bySku = new Map<string, number>()
  for (const { sku, quantity } of lines) bySku.set(sku, (bySku.get(sku) ?? 0) + quantity)
  return [...bySku].map(([sku, quantity]) => ({ sku, quantity })).sort((a, b) => (a.sku < b.sku ? -1 : 1))
}

export interface Cause {
  reason: string
  actor: string
  reference: string | null
}

/** Announces the level of a SKU that this transaction has changed. */
export const announceStock = async (tx: Tx, sku: string): Promise<StockRow> => {
  const row = await findStock(tx, sku)
  if (row === null) throw new Error(`no stock level for ${sku}`)
  await publish(tx, catalogEvents.stockChanged, { ...stockOf(row), productId: row.product_id, version: row.version })
  return row
}

const record = async (tx: Tx, sku: string, delta: number, onHandAfter: number, cause: Cause): Promise<void> => {
  await tx.run`INSERT INTO stock_movement (sku, delta, on_hand_after, reason, actor, reference, created_at)
    VALUES ${rowsOf([[sku, delta, onHandAfter, cause.reason, cause.actor, cause.reference, tx.dbNow]])}`
}

/** Changes what is on hand. @returns null when that would fall below what is reserved, or there is no such SKU */
export const adjust = async (tx: Tx, sku: string, delta: number, cause: Cause): Promise<StockRow | null> => {
  const changed = await tx.run`UPDATE stock_level SET on_hand = on_hand + ${delta}, version = version + 1 WHERE sku = ${sku} AND on_hand + ${delta} >= reserved`
  if (changed.affectedRows !== 1) return null
  const row = await announceStock(tx, sku)
  await record(tx, sku, delta, row.on_hand, cause)
  return row
}

/** Holds free stock. @returns whether there was enough */
export const hold = async (tx: Tx, { sku, quantity }: StockLine): Promise<boolean> => {
  const held = await tx.run`UPDATE stock_level SET reserved = reserved + ${quantity}, version = version + 1 WHERE sku = ${sku} AND on_hand - reserved >= ${quantity}`
  return held.affectedRows === 1
}

export const unhold = async (tx: Tx, { sku, quantity }: StockLine): Promise<void> => {
  await tx.run`UPDATE stock_level SET reserved = reserved - ${quantity}, version = version + 1 WHERE sku = ${sku}`
}

/** Turns held stock into sold stock. */
export const commitHeld = async (tx: Tx, { sku, quantity }: StockLine, cause: Cause): Promise<void> => {
  await tx.run`UPDATE stock_level SET on_hand = on_hand - ${quantity}, reserved = reserved - ${quantity}, version = version + 1 WHERE sku = ${sku}`
  const row = await announceStock(tx, sku)
  await record(tx, sku, -quantity, row.on_hand, cause)
}
