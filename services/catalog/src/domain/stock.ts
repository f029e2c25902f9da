// Stock operations: reserve, release, sell and adjust. Each one writes its movements and publishes the changed levels at COMMIT.
import { createSemaphore } from '@cartwright/concurrency'
import { catalogEvents } from '@cartwright/contracts'
import { batchBeforeCommit, getOrCreate, type Queryable, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { currentTrace, runInTrace, type Trace } from '@cartwright/telemetry'
import type { StockLevelRow } from '../db/generated/rows.ts'
import {
  findStock,
  findStocks,
  insertMovements,
  type MovementCause,
  releaseLine,
  reserveLine,
  type StockLine,
  sellLine,
  stockOf,
  updateOnHand,
} from '../db/stock.ts'

/** Lines with their SKUs in the spelling of the stock table: upper case, unless an older row still has the given spelling. */
export const normalizeSkus = async (tx: Queryable, lines: readonly StockLine[]): Promise<StockLine[]> => {
  const inOtherCase = lines.filter(({ sku }) => sku !== sku.toUpperCase())
  if (inOtherCase.length === 0) return [...lines]
  const stocks = await findStocks(
    tx,
    inOtherCase.map(({ sku }) => sku),
  )
  return lines.map(({ sku, quantity }) => ({ sku: stocks.has(sku) ? sku : sku.toUpperCase(), quantity }))
}

/** One line per SKU in ascending order, which is the order in which every transaction takes its locks. */
export const sumBySku = (lines: readonly StockLine[]): StockLine[] => {
  const bySku = new Map<string, number>()
  for (const { sku, quantity } of lines) bySku.set(sku, (bySku.get(sku) ?? 0) + quantity)
  return [...bySku].map(([sku, quantity]) => ({ sku, quantity })).sort((a, b) => (a.sku < b.sku ? -1 : 1))
}

/** A SKU whose level the transaction has changed, with the trace of the change. */
interface Change {
  sku: string
  trace: Trace
}
const changesKey = Symbol('changed stock')

/** Publishes each level as the transaction leaves it: one event per SKU, also when several orders of the transaction changed it. */
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

/** Publishes the level of a SKU before the transaction commits. */
export const publishStockChanged = (tx: Tx, sku: string): void =>
  batchBeforeCommit(tx, changesKey, { sku, trace: currentTrace() }, publishLevels)

const publishAllChanged = (tx: Tx, lines: readonly StockLine[]): void => {
  for (const { sku } of lines) publishStockChanged(tx, sku)
}

/** Changes what is on hand. @returns null when that would fall below what is reserved, or the SKU does not exist */
export const adjustStockLevel = async (
  tx: Tx,
  sku: string,
  delta: number,
  cause: MovementCause,
): Promise<StockLevelRow | null> => {
  if (!(await updateOnHand(tx, sku, delta))) return null
  insertMovements(tx, [{ sku, delta }], cause)
  publishStockChanged(tx, sku)
  return findStock(tx, sku)
}

/** Reserves every line or none. Lines that were reserved before a shortage are released in the same transaction. */
const reserveEveryLine = async (tx: Tx, lines: readonly StockLine[]): Promise<boolean> => {
  // The statements are sent together, and the server executes them in this order.
  const reserved = await Promise.all(lines.map((line) => reserveLine(tx, line)))
  if (reserved.every(Boolean)) return true
  for (const [index, line] of lines.entries()) if (reserved[index]) releaseLine(tx, line)
  return false
}

const semaphoreKey = Symbol('stock semaphore')

/** Orders that share a transaction reserve stock one after the other: none sees stock that another one is about to release. */
const runExclusively = <T>(tx: Tx, work: () => Promise<T>): Promise<T> =>
  getOrCreate(tx.scope, semaphoreKey, () => createSemaphore(1)).run(work)

interface Shortage {
  sku: string
  requested: number
  available: number
}

/** Lines that exceed the available stock, each with what is available. */
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

/** Reserves every line or none. @param lines from `sumBySku` @returns the shortages, null when everything is reserved */
export const reserveAll = (tx: Tx, lines: readonly StockLine[]): Promise<Shortage[] | null> =>
  runExclusively(tx, async () => {
    if (!(await reserveEveryLine(tx, lines))) return shortagesOf(tx, lines)
    publishAllChanged(tx, lines)
    return null
  })

/** Releases reserved stock. @param lines from `sumBySku` */
export const releaseAll = (tx: Tx, lines: readonly StockLine[]): void => {
  for (const line of lines) releaseLine(tx, line)
  publishAllChanged(tx, lines)
}

/** Sells reserved stock. @param lines from `sumBySku` */
export const sellReserved = (tx: Tx, lines: readonly StockLine[], cause: MovementCause): void => {
  for (const line of lines) sellLine(tx, line)
  insertMovements(
    tx,
    lines.map(({ sku, quantity }) => ({ sku, delta: -quantity })),
    cause,
  )
  publishAllChanged(tx, lines)
}

/** Sells available stock, every line or none. @param lines from `sumBySku` @returns the shortages, null when everything is sold */
export const sellAvailable = (tx: Tx, lines: readonly StockLine[], cause: MovementCause): Promise<Shortage[] | null> =>
  runExclusively(tx, async () => {
    if (!(await reserveEveryLine(tx, lines))) return shortagesOf(tx, lines)
    sellReserved(tx, lines, cause)
    return null
  })
