// The ledger's invariants: stock within its bounds, movements that add up to what is on hand, holds that add up to what is reserved and end in time.
import { type Database, raw, type Sql, sql } from '@cartwright/db'
import { invariant, keptViolations, type Violation } from '@cartwright/messaging'
import { type StockLine, summed } from '../db/stock.ts'
import type { CatalogDeps } from '../deps.ts'

/** How many of the newest movements are added up one by one in every round. */
const newestMovements = 5000
/** SKUs of which all movements are added up in a round, one by one from nothing. An SKU may have many. */
const summedSkus = 500

export const stockBounds = invariant<CatalogDeps>({
  name: 'I2-stock-bounds',
  sentence: 'what is reserved is neither below zero nor more than what is on hand',
  find: async ({ db }) => {
    const rows = await db.rows<{ sku: string; on_hand: number; reserved: number }>`SELECT sku, on_hand, reserved FROM stock_level
      WHERE reserved < 0 OR reserved > on_hand LIMIT ${keptViolations}`
    return rows.map((row) => ({ id: row.sku, account: `${row.sku}: ${row.reserved} reserved of ${row.on_hand} on hand` }))
  },
})

// Each movement says what is on hand after it. So if the last one is right, and each continues the one before, their sum is what is on hand.
const unbalancedLevels = async (db: Database): Promise<Violation[]> => {
  const rows = await db.rows<{
    sku: string
    on_hand: number
    says: number
  }>`SELECT sku, on_hand, says FROM (SELECT s.sku, s.on_hand,
      COALESCE((SELECT m.on_hand_after FROM stock_movement m WHERE m.sku = s.sku ORDER BY m.id DESC LIMIT 1), 0) AS says FROM stock_level s) ledger
    WHERE on_hand <> says LIMIT ${keptViolations}`
  return rows.map(({ sku, on_hand, says }) => ({
    id: sku,
    account: `${sku}: ${on_hand} on hand, its last movement says ${says}`,
  }))
}

interface Movement {
  sku: string
  id: number
  delta: number
  previous: number
  on_hand_after: number
}

/** Movements that do not continue the one before. @param movements their rows @param start what was on hand before the first of an SKU, null: unknown */
const brokenChains = async (db: Database, movements: Sql, start: 0 | null): Promise<Violation[]> => {
  const rows = await db.rows<Movement>`SELECT sku, id, delta, previous, on_hand_after FROM (
      SELECT sku, id, delta, on_hand_after, COALESCE(LAG(on_hand_after) OVER (PARTITION BY sku ORDER BY id), ${start}) AS previous
      FROM (${movements}) looked) chain
    WHERE previous + delta <> on_hand_after LIMIT ${keptViolations}`
  return rows.map(({ sku, id, delta, previous, on_hand_after: after }) => ({
    id: `${sku} movement ${id}`,
    account: `${sku}: movement ${id} of ${delta} makes ${after} out of ${previous}`,
    rows: [{ table: 'stock_level', key: [sku] }],
  }))
}

const columns = raw('m.sku, m.id, m.delta, m.on_hand_after')

export const stockLedger = invariant<CatalogDeps>({
  name: 'I2-stock-ledger',
  sentence: 'the movements of a SKU add up to what is on hand',
  find: async ({ db }, round) => {
    const newest = sql`SELECT ${columns} FROM stock_movement m ORDER BY m.id DESC LIMIT ${newestMovements}`
    const skus = await round.older(db, 'stock_level', ['sku'], summedSkus)
    const older = sql`SELECT ${columns} FROM (${skus}) those JOIN stock_movement m ON m.sku = those.sku`
    const found = [
      ...(await unbalancedLevels(db)),
      ...(await brokenChains(db, newest, null)),
      ...(await brokenChains(db, older, 0)),
    ]
    return [...new Map(found.map((violation) => [violation.id, violation])).values()]
  },
})

/** SKUs whose holds differ from what is reserved. */
export const differingHolds = (
  reserved: ReadonlyMap<string, number>,
  lines: readonly StockLine[],
): { sku: string; reserved: number; held: number }[] => {
  const held = new Map(summed(lines).map(({ sku, quantity }) => [sku, quantity]))
  return [...new Set([...held.keys(), ...reserved.keys()])]
    .sort()
    .map((sku) => ({ sku, reserved: reserved.get(sku) ?? 0, held: held.get(sku) ?? 0 }))
    .filter((level) => level.reserved !== level.held)
}

// One statement, hence one moment of the database: orders under way do not look like differences.
export const stockHolds = invariant<CatalogDeps>({
  name: 'I2-stock-holds',
  sentence: 'the holds on a SKU add up to what is reserved',
  find: async ({ db }) => {
    const rows = await db.rows<{ sku: string | null; reserved: number | null; stock_lines: string | null }>`
      SELECT sku, reserved, NULL AS stock_lines FROM stock_level WHERE reserved > 0
      UNION ALL SELECT NULL, NULL, stock_lines FROM reservation WHERE state = 'held'`
    const reserved = new Map(rows.flatMap((row) => (row.sku === null ? [] : [[row.sku, row.reserved ?? 0] as const])))
    const lines = rows.flatMap((row) => (row.stock_lines === null ? [] : (JSON.parse(row.stock_lines) as StockLine[])))
    return differingHolds(reserved, lines).map((level) => ({
      id: level.sku,
      account: `${level.sku}: holds add up to ${level.held}, reserved are ${level.reserved}`,
    }))
  },
})

// Order releases a hold by itself, and the sweeper what order forgot; whatever is held minutes later belongs to nobody.
export const holdsEnd = invariant<CatalogDeps>({
  name: 'I6-holds-end',
  sentence: 'no stock is held five minutes after its hold was over',
  find: async ({ db }) => {
    const rows = await db.rows<{ id: string; order_id: string }>`SELECT id, order_id FROM reservation
      WHERE state = 'held' AND held_until < ${db.dbNow} - INTERVAL 5 MINUTE ORDER BY held_until LIMIT ${keptViolations}`
    return rows.map(({ id, order_id }) => ({
      id,
      account: `${id} of ${order_id} is held, and its time was over five minutes ago`,
    }))
  },
})
