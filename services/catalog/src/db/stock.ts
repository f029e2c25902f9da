// The stock ledger: conditional updates decide, every change of what is on hand is a movement, every change of either is announced.
import { catalogEvents } from '@cartwright/contracts'
import { list, type Queryable, rowsOf, type Tx } from '@cartwright/db'
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

/** Stock of the SKUs that exist, by SKU. */
export const findStocks = async (db: Queryable, skus: readonly string[]): Promise<Map<string, StockRow>> => {
  const rows =
    await db.rows<StockRow>`SELECT sku, product_id, on_hand, reserved, version FROM stock_level WHERE sku IN (${list(skus)})`
  return new Map(rows.map((row) => [row.sku, row]))
}

export const findStock = async (db: Queryable, sku: string): Promise<StockRow | null> =>
  (await findStocks(db, [sku])).get(sku) ?? null

export const stockOf = (row: StockRow) => ({
  sku: row.sku,
  onHand: row.on_hand,
  reserved: row.reserved,
  available: row.on_hand - row.reserved,
})

/** One line per SKU, ascending: the order in which every transaction takes its locks. */
export const summed = (lines: readonly StockLine[]): StockLine[] => {
  const bySku = new Map<string, number>()
  for (const { sku, quantity } of lines) bySku.set(sku, (bySku.get(sku) ?? 0) + quantity)
  return [...bySku].map(([sku, quantity]) => ({ sku, quantity })).sort((a, b) => (a.sku < b.sku ? -1 : 1))
}

/** Why stock changed, for the ledger. */
export interface Cause {
  reason: string
  actor: string
  reference: string | null
  /** When; now when left out. */
  at?: Date
}

/** No shop holds more of one thing; keeps sums inside the column. */
const mostOnHand = 1_000_000_000

/** Announces the levels of SKUs that this transaction has changed. @returns them in the order of `skus` */
const announceStocks = async (tx: Tx, skus: readonly string[]): Promise<StockRow[]> => {
  const rows = await findStocks(tx, skus)
  const changed: StockRow[] = []
  for (const sku of skus) {
    const row = rows.get(sku)
    if (row === undefined) throw new Error(`no stock level for ${sku}`)
    await publish(tx, catalogEvents.stockChanged, { ...stockOf(row), productId: row.product_id, version: row.version })
    changed.push(row)
  }
  return changed
}

/** Announces the level of one SKU. */
export const announceStock = async (tx: Tx, sku: string): Promise<void> => void (await announceStocks(tx, [sku]))

const record = async (tx: Tx, movements: readonly { row: StockRow; delta: number }[], cause: Cause): Promise<void> => {
  if (movements.length === 0) return
  const { reason, actor, reference, at } = cause
  await tx.run`INSERT INTO stock_movement (sku, delta, on_hand_after, reason, actor, reference, created_at)
    VALUES ${rowsOf(movements.map(({ row, delta }) => [row.sku, delta, row.on_hand, reason, actor, reference, at ?? tx.dbNow]))}`
}

/** Changes what is on hand. @returns null when that would fall below what is reserved, or there is no such SKU */
export const adjust = async (tx: Tx, sku: string, delta: number, cause: Cause): Promise<StockRow | null> => {
  const changed = await tx.run`UPDATE stock_level SET on_hand = on_hand + ${delta}, version = version + 1
    WHERE sku = ${sku} AND on_hand + ${delta} BETWEEN reserved AND ${mostOnHand}`
  if (changed.affectedRows !== 1) return null
  const [row] = await announceStocks(tx, [sku])
  if (row === undefined) return null
  await record(tx, [{ row, delta }], cause)
  return row
}

/** Holds free stock. @returns whether there was enough */
const hold = async (tx: Tx, { sku, quantity }: StockLine): Promise<boolean> => {
  const held =
    await tx.run`UPDATE stock_level SET reserved = reserved + ${quantity}, version = version + 1 WHERE sku = ${sku} AND on_hand - reserved >= ${quantity}`
  return held.affectedRows === 1
}

const unhold = async (tx: Tx, { sku, quantity }: StockLine): Promise<void> => {
  await tx.run`UPDATE stock_level SET reserved = reserved - ${quantity}, version = version + 1 WHERE sku = ${sku}`
}

/**
 * Takes every line or none, in ascending order. What was taken before a shortage is given back in the same transaction.
 * Announces nothing: the caller does, as the last thing before COMMIT, since from here on the rows are locked.
 */
const takeAll = async (tx: Tx, lines: readonly StockLine[]): Promise<boolean> => {
  const held: StockLine[] = []
  for (const line of lines) {
    if (await hold(tx, line)) held.push(line)
    else {
      for (const taken of held) await unhold(tx, taken)
      return false
    }
  }
  return true
}

const skusOf = (lines: readonly StockLine[]) => lines.map((line) => line.sku)

/** Holds every line or none. @param lines from `summed` */
export const holdAll = async (tx: Tx, lines: readonly StockLine[]): Promise<boolean> => {
  if (!(await takeAll(tx, lines))) return false
  await announceStocks(tx, skusOf(lines))
  return true
}

/** Gives held stock back. @param lines from `summed` */
export const unholdAll = async (tx: Tx, lines: readonly StockLine[]): Promise<void> => {
  for (const line of lines) await unhold(tx, line)
  await announceStocks(tx, skusOf(lines))
}

/** Turns held stock into sold stock. @param lines from `summed` */
export const sellHeld = async (tx: Tx, lines: readonly StockLine[], cause: Cause): Promise<void> => {
  for (const { sku, quantity } of lines) {
    await tx.run`UPDATE stock_level SET on_hand = on_hand - ${quantity}, reserved = reserved - ${quantity}, version = version + 1 WHERE sku = ${sku}`
  }
  const rows = await announceStocks(tx, skusOf(lines))
  await record(
    tx,
    rows.map((row, index) => ({ row, delta: -(lines[index]?.quantity ?? 0) })),
    cause,
  )
}

/** Sells free stock, every line or none. @param lines from `summed` */
export const sellFree = async (tx: Tx, lines: readonly StockLine[], cause: Cause): Promise<boolean> => {
  if (!(await takeAll(tx, lines))) return false
  await sellHeld(tx, lines, cause)
  return true
}

/** The lines that cannot be had, with what can. */
export const shortagesOf = async (tx: Tx, lines: readonly StockLine[]) => {
  const rows = await findStocks(tx, skusOf(lines))
  return lines.flatMap(({ sku, quantity }) => {
    const row = rows.get(sku)
    const available = row === undefined ? 0 : row.on_hand - row.reserved
    return available < quantity ? [{ sku, requested: quantity, available }] : []
  })
}
