// Invariants of stock: levels within bounds, movements that sum to the level, holds that sum to the reserved stock and end in time.

import { type Database, type OuterJoined, raw, type Sql, sql } from '@cartwright/db'
import { maxViolations, type Violation } from '@cartwright/messaging'
import type { ReservationRow, StockLevelRow, StockMovementRow } from '../db/generated/rows.ts'
import { reservedLinesColumn } from '../db/json-columns.ts'
import type { StockLine } from '../db/stock.ts'
import { invariant } from '../deps.ts'
import { sumBySku } from '../domain/stock.ts'

/** Newest movements that every round checks one by one. */
const newestMovements = 5000
/** SKUs of which one round checks all movements from the first. A SKU may have many. */
const summedSkus = 500

export const stockBounds = invariant({
  name: 'I2-stock-bounds',
  sentence: 'what is reserved is neither below zero nor more than what is on hand',
  find: async ({ deps: { db } }) => {
    const rows = await db.rows<Pick<StockLevelRow, 'sku' | 'on_hand' | 'reserved'>>`
      SELECT sku, on_hand, reserved
      FROM stock_level
      WHERE reserved < 0 OR reserved > on_hand
      LIMIT ${maxViolations}`
    return rows.map((row) => ({ id: row.sku, description: `${row.sku}: ${row.reserved} reserved of ${row.on_hand} on hand` }))
  },
})

// Each movement records the level after it. If the last one matches and each continues the one before, their sum is the level.
const unbalancedLevels = async (db: Database): Promise<Violation[]> => {
  const rows = await db.rows<Pick<StockLevelRow, 'sku' | 'on_hand'> & { recorded: number }>`
    SELECT sku, on_hand, recorded
    FROM (
      SELECT s.sku, s.on_hand,
        COALESCE((SELECT m.on_hand_after FROM stock_movement m WHERE m.sku = s.sku ORDER BY m.id DESC LIMIT 1), 0) AS recorded
      FROM stock_level s) ledger
    WHERE on_hand <> recorded
    LIMIT ${maxViolations}`
  return rows.map(({ sku, on_hand, recorded }) => ({
    id: sku,
    description: `${sku}: ${on_hand} on hand, its last movement records ${recorded}`,
  }))
}

type Movement = Pick<StockMovementRow, 'sku' | 'id' | 'delta' | 'on_hand_after'> & { previous: number }

/** Movements that do not continue the one before. @param start level before the first movement of a SKU, null when unknown */
const brokenChains = async (db: Database, movements: Sql, start: 0 | null): Promise<Violation[]> => {
  const rows = await db.rows<Movement>`SELECT sku, id, delta, previous, on_hand_after FROM (
      SELECT sku, id, delta, on_hand_after, COALESCE(LAG(on_hand_after) OVER (PARTITION BY sku ORDER BY id), ${start}) AS previous
      FROM (${movements}) looked) chain
    WHERE previous + delta <> on_hand_after LIMIT ${maxViolations}`
  return rows.map(({ sku, id, delta, previous, on_hand_after: after }) => ({
    id: `${sku} movement ${id}`,
    description: `${sku}: movement ${id} of ${delta} makes ${after} out of ${previous}`,
    rows: [{ table: 'stock_level', key: [sku] }],
  }))
}

const columns = raw('m.sku, m.id, m.delta, m.on_hand_after')

export const stockLedger = invariant({
  name: 'I2-stock-ledger',
  sentence: 'the movements of a SKU add up to what is on hand',
  find: async ({ deps: { db }, scan }) => {
    const newest = sql`SELECT ${columns} FROM stock_movement m ORDER BY m.id DESC LIMIT ${newestMovements}`
    const skus = await scan.older(db, 'stock_level', ['sku'], summedSkus)
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
  const held = new Map(sumBySku(lines).map(({ sku, quantity }) => [sku, quantity]))
  return [...new Set([...held.keys(), ...reserved.keys()])]
    .sort()
    .map((sku) => ({ sku, reserved: reserved.get(sku) ?? 0, held: held.get(sku) ?? 0 }))
    .filter((level) => level.reserved !== level.held)
}

// One statement reads one snapshot: orders in progress do not look like differences.
export const stockHolds = invariant({
  name: 'I2-stock-holds',
  sentence: 'the holds on a SKU add up to what is reserved',
  find: async ({ deps: { db } }) => {
    const rows = await db.rows<OuterJoined<Pick<StockLevelRow, 'sku' | 'reserved'> & Pick<ReservationRow, 'stock_lines'>>>`
      SELECT sku, reserved, NULL AS stock_lines FROM stock_level WHERE reserved > 0
      UNION ALL SELECT NULL, NULL, stock_lines FROM reservation WHERE state = 'held'`
    const reserved = new Map(rows.flatMap((row) => (row.sku === null ? [] : [[row.sku, row.reserved ?? 0] as const])))
    const lines = rows.flatMap((row) => (row.stock_lines === null ? [] : reservedLinesColumn.parse(row.stock_lines)))
    return differingHolds(reserved, lines).map((level) => ({
      id: level.sku,
      description: `${level.sku}: holds add up to ${level.held}, reserved are ${level.reserved}`,
    }))
  },
})

// Order releases its holds, and the schedule those that order missed. A hold that is older has no owner.
export const holdsEnd = invariant({
  name: 'I6-holds-end',
  sentence: 'no stock is held five minutes after its hold was over',
  find: async ({ deps: { db } }) => {
    const rows = await db.rows<Pick<ReservationRow, 'id' | 'order_id'>>`SELECT id, order_id FROM reservation
      WHERE state = 'held' AND held_until < ${db.dbNow} - INTERVAL 5 MINUTE ORDER BY held_until LIMIT ${maxViolations}`
    return rows.map(({ id, order_id }) => ({
      id,
      description: `${id} of ${order_id} is still held, and its hold ended more than five minutes ago`,
    }))
  },
})
