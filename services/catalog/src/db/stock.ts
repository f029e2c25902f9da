// SQL of the stock levels and the stock ledger. Conditional updates decide whether there is enough stock.
import { insertInto, list, type Queryable, sql, type Tx } from '@cartwright/db'
import { type StockLevelRow, stockMovementTable } from './generated/rows.ts'

export interface StockLine {
  sku: string
  quantity: number
}

/** Stock levels of the SKUs that exist, by SKU. */
export const findStocks = async (db: Queryable, skus: readonly string[]): Promise<Map<string, StockLevelRow>> => {
  const rows = await db.rows<StockLevelRow>`
    SELECT *
    FROM stock_level
    WHERE sku IN (${list(skus)})`
  return new Map(rows.map((row) => [row.sku, row]))
}

export const findStock = async (db: Queryable, sku: string): Promise<StockLevelRow | null> =>
  (await findStocks(db, [sku])).get(sku) ?? null

export const stockOf = (row: StockLevelRow) => ({
  sku: row.sku,
  onHand: row.on_hand,
  reserved: row.reserved,
  available: row.on_hand - row.reserved,
})

/** Units left to sell of one variant. */
export interface VariantStock {
  sku: string
  available: number
}

/** Units left of the variants on sale, by product. A product that shoppers do not see is absent. */
export const listAvailability = async (db: Queryable, productIds: readonly string[]): Promise<Map<string, VariantStock[]>> => {
  const rows = await db.rows<{ id: string; sku: string | null; available: number }>`
    SELECT p.id, v.sku, COALESCE(s.on_hand - s.reserved, 0) AS available
    FROM product p
    LEFT JOIN variant v ON v.product_id = p.id AND v.deleted_at IS NULL
    LEFT JOIN stock_level s ON s.sku = v.sku
    WHERE p.id IN (${list(productIds)}) AND p.status = 'active' AND p.deleted_at IS NULL
    ORDER BY v.id`
  const products = new Map<string, VariantStock[]>()
  for (const { id, sku, available } of rows) {
    const variants = products.get(id) ?? []
    if (sku !== null) variants.push({ sku, available: Number(available) })
    products.set(id, variants)
  }
  return products
}

/** Reason, actor and reference that the ledger records for a movement. */
export interface MovementCause {
  reason: string
  actor: string
  reference: string | null
  /** Time of the movement; the transaction's time when left out. */
  at?: Date
}

/** Upper bound of one level: keeps sums inside the column. */
const maxOnHand = 1_000_000_000

/** Inserts movements of levels that the statement before has changed: each row copies the level as it is now. */
export const insertMovements = (
  tx: Tx,
  movements: readonly { sku: string; delta: number }[],
  { reason, actor, reference, at }: MovementCause,
): void => {
  const levelOf = (sku: string) => sql`(SELECT on_hand FROM stock_level WHERE sku = ${sku})`
  const about = { reason, actor, reference, created_at: at ?? tx.dbNow }
  const rows = movements.map(({ sku, delta }) => ({ sku, delta, on_hand_after: levelOf(sku), ...about }))
  tx.write`${insertInto(stockMovementTable, ...rows)}`
}

/** Changes what is on hand. @returns false when that would fall below what is reserved, or the SKU does not exist */
export const updateOnHand = async (tx: Tx, sku: string, delta: number): Promise<boolean> => {
  const changed = await tx.run`
    UPDATE stock_level
    SET on_hand = on_hand + ${delta}, version = version + 1
    WHERE sku = ${sku} AND on_hand + ${delta} BETWEEN reserved AND ${maxOnHand}`
  return changed.affectedRows === 1
}

/** Reserves available stock. @returns false when there is not enough */
export const reserveLine = async (tx: Tx, { sku, quantity }: StockLine): Promise<boolean> => {
  const reserved = await tx.run`
    UPDATE stock_level
    SET reserved = reserved + ${quantity}, version = version + 1
    WHERE sku = ${sku} AND on_hand - reserved >= ${quantity}`
  return reserved.affectedRows === 1
}

/** Makes reserved stock available again. */
export const releaseLine = (tx: Tx, { sku, quantity }: StockLine): void =>
  tx.write`
    UPDATE stock_level
    SET reserved = reserved - ${quantity}, version = version + 1
    WHERE sku = ${sku}`

/** Takes reserved stock off what is on hand. */
export const sellLine = (tx: Tx, { sku, quantity }: StockLine): void =>
  tx.write`
    UPDATE stock_level
    SET on_hand = on_hand - ${quantity}, reserved = reserved - ${quantity}, version = version + 1
    WHERE sku = ${sku}`
