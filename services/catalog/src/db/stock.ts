// The stock ledger: conditional updates decide, every change of what is on hand is a movement, every change of either is announced.
import { catalogEvents } from '@cartwright/contracts'
import { gather, list, type Queryable, rowsOf, sql, type Tx } from '@cartwright/db'
import { currentTrace, publish, runInTrace, type Trace } from '@cartwright/messaging'

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

/**
 * Lines as this schema spells their SKUs. Events of an older shop may carry another case; a SKU that is there as it was written stays.
 */
export const spelled = async (tx: Queryable, lines: readonly StockLine[]): Promise<StockLine[]> => {
  const doubtful = lines.filter(({ sku }) => sku !== sku.toUpperCase())
  if (doubtful.length === 0) return [...lines]
  const there = await findStocks(
    tx,
    doubtful.map(({ sku }) => sku),
  )
  return lines.map(({ sku, quantity }) => ({ sku: there.has(sku) ? sku : sku.toUpperCase(), quantity }))
}

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

/** An SKU whose level a transaction has changed, and in whose trace. */
interface Change {
  sku: string
  trace: Trace
}
const changesKey = Symbol('changed stock')

/** The levels as the transaction leaves them: one event for an SKU, however many orders of the transaction changed it. */
const publishLevels = async (tx: Tx, changes: readonly Change[]): Promise<void> => {
  const last = new Map(changes.map(({ sku, trace }) => [sku, trace]))
  const rows = await findStocks(tx, [...last.keys()])
  for (const [sku, trace] of last) {
    const row = rows.get(sku)
    if (row === undefined) throw new Error(`no stock level for ${sku}`)
    const level = { ...stockOf(row), productId: row.product_id, version: row.version }
    await runInTrace(trace, () => publish(tx, catalogEvents.stockChanged, level))
  }
}

/** Announces the level of an SKU when the transaction commits. */
export const announceStock = (tx: Tx, sku: string): void => gather(tx, changesKey, { sku, trace: currentTrace() }, publishLevels)

const announceStocks = (tx: Tx, lines: readonly StockLine[]): void => {
  for (const { sku } of lines) announceStock(tx, sku)
}

/** Writes down what was just changed: the level is the one that the statement before has left. */
const record = (tx: Tx, movements: readonly { sku: string; delta: number }[], cause: Cause): void => {
  const { reason, actor, reference, at } = cause
  const levelOf = (sku: string) => sql`(SELECT on_hand FROM stock_level WHERE sku = ${sku})`
  tx.write`INSERT INTO stock_movement (sku, delta, on_hand_after, reason, actor, reference, created_at)
    VALUES ${rowsOf(movements.map(({ sku, delta }) => [sku, delta, levelOf(sku), reason, actor, reference, at ?? tx.dbNow]))}`
}

/** Changes what is on hand. @returns null when that would fall below what is reserved, or there is no such SKU */
export const adjust = async (tx: Tx, sku: string, delta: number, cause: Cause): Promise<StockRow | null> => {
  const changed = await tx.run`UPDATE stock_level SET on_hand = on_hand + ${delta}, version = version + 1
    WHERE sku = ${sku} AND on_hand + ${delta} BETWEEN reserved AND ${mostOnHand}`
  if (changed.affectedRows !== 1) return null
  record(tx, [{ sku, delta }], cause)
  announceStock(tx, sku)
  return findStock(tx, sku)
}

/** Holds free stock. @returns whether there was enough */
const hold = async (tx: Tx, { sku, quantity }: StockLine): Promise<boolean> => {
  const held =
    await tx.run`UPDATE stock_level SET reserved = reserved + ${quantity}, version = version + 1 WHERE sku = ${sku} AND on_hand - reserved >= ${quantity}`
  return held.affectedRows === 1
}

const unhold = (tx: Tx, { sku, quantity }: StockLine): void =>
  tx.write`UPDATE stock_level SET reserved = reserved - ${quantity}, version = version + 1 WHERE sku = ${sku}`

/** Takes every line or none, in ascending order. What was taken before a shortage is given back in the same transaction. */
const takeAll = async (tx: Tx, lines: readonly StockLine[]): Promise<boolean> => {
  // Sent together, and so carried out in this order.
  const taken = await Promise.all(lines.map((line) => hold(tx, line)))
  if (taken.every(Boolean)) return true
  for (const [index, line] of lines.entries()) if (taken[index]) unhold(tx, line)
  return false
}

const turnKey = Symbol('turn')

/** Orders that share a transaction take stock one after the other: none sees what another is about to give back. */
const inTurn = <T>(tx: Tx, work: () => Promise<T>): Promise<T> => {
  const before = tx.locals.get(turnKey) as Promise<unknown> | undefined
  const mine = before ? before.then(work, work) : work()
  tx.locals.set(
    turnKey,
    mine.catch(() => undefined),
  )
  return mine
}

/** Holds every line or none. @param lines from `summed` @returns what is missing, null when everything is held */
export const holdAll = (tx: Tx, lines: readonly StockLine[]): Promise<Shortage[] | null> =>
  inTurn(tx, async () => {
    if (!(await takeAll(tx, lines))) return shortagesOf(tx, lines)
    announceStocks(tx, lines)
    return null
  })

/** Gives held stock back. @param lines from `summed` */
export const unholdAll = (tx: Tx, lines: readonly StockLine[]): void => {
  for (const line of lines) unhold(tx, line)
  announceStocks(tx, lines)
}

/** Turns held stock into sold stock. @param lines from `summed` */
export const sellHeld = (tx: Tx, lines: readonly StockLine[], cause: Cause): void => {
  for (const { sku, quantity } of lines)
    tx.write`UPDATE stock_level SET on_hand = on_hand - ${quantity}, reserved = reserved - ${quantity}, version = version + 1 WHERE sku = ${sku}`
  record(
    tx,
    lines.map(({ sku, quantity }) => ({ sku, delta: -quantity })),
    cause,
  )
  announceStocks(tx, lines)
}

/** Sells free stock, every line or none. @param lines from `summed` @returns what is missing, null when everything is sold */
export const sellFree = (tx: Tx, lines: readonly StockLine[], cause: Cause): Promise<Shortage[] | null> =>
  inTurn(tx, async () => {
    if (!(await takeAll(tx, lines))) return shortagesOf(tx, lines)
    sellHeld(tx, lines, cause)
    return null
  })

interface Shortage {
  sku: string
  requested: number
  available: number
}

/** The lines that cannot be had, with what can. */
const shortagesOf = async (tx: Tx, lines: readonly StockLine[]): Promise<Shortage[]> => {
  const rows = await findStocks(
    tx,
    lines.map(({ sku }) => sku),
  )
  return lines.flatMap(({ sku, quantity }) => {
    const row = rows.get(sku)
    const available = row === undefined ? 0 : row.on_hand - row.reserved
    return available < quantity ? [{ sku, requested: quantity, available }] : []
  })
}
