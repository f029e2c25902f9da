// Watches the ledger's invariants: movements add up to what is on hand, and holds to what is reserved. Exported as metrics; a difference is an alert.
import type { Database } from '@cartwright/db'
import { periodic } from '@cartwright/messaging'
import { countPending } from '../db/search.ts'
import { type StockLine, summed } from '../db/stock.ts'
import type { CatalogDeps } from '../deps.ts'

export interface LedgerFindings {
  /** SKUs whose last movement does not say what is on hand. */
  unbalanced: string[]
  /** SKUs whose holds do not add up to what is reserved. */
  unheld: string[]
  /** Reservations that are held now. */
  held: number
}

/** Each comparison is one statement, hence one moment of the database: orders under way do not look like differences. */
export const inspectLedger = async (db: Database): Promise<LedgerFindings> => {
  const unbalanced = await db.rows<{ sku: string }>`SELECT s.sku FROM stock_level s
    WHERE s.on_hand <> COALESCE((SELECT m.on_hand_after FROM stock_movement m WHERE m.sku = s.sku ORDER BY m.id DESC LIMIT 1), 0) ORDER BY s.sku`
  const rows = await db.rows<{ sku: string | null; reserved: number | null; stock_lines: string | null }>`
    SELECT sku, reserved, NULL AS stock_lines FROM stock_level WHERE reserved > 0 UNION ALL SELECT NULL, NULL, stock_lines FROM reservation WHERE state = 'held'`
  const lines = rows.flatMap((row) => (row.stock_lines === null ? [] : (JSON.parse(row.stock_lines) as StockLine[])))
  const held = new Map(summed(lines).map(({ sku, quantity }) => [sku, quantity]))
  const reserved = new Map(rows.flatMap((row) => (row.sku === null ? [] : [[row.sku, row.reserved ?? 0] as const])))
  const skus = [...new Set([...held.keys(), ...reserved.keys()])].sort()
  return {
    unbalanced: unbalanced.map((row) => row.sku),
    unheld: skus.filter((sku) => (held.get(sku) ?? 0) !== (reserved.get(sku) ?? 0)),
    held: rows.filter((row) => row.stock_lines !== null).length,
  }
}

export const ledgerCheck = (everySec: number) =>
  periodic({
    name: 'catalog-ledger-check',
    everySec,
    run: async ({ db, gauges, log }: CatalogDeps) => {
      const { unbalanced, unheld, held } = await inspectLedger(db)
      gauges.unbalanced.set(unbalanced.length)
      gauges.unheld.set(unheld.length)
      gauges.held.set(held)
      gauges.pending.set(await countPending(db))
      if (unbalanced.length + unheld.length > 0) log.error({ unbalanced, unheld }, 'the stock ledger does not add up')
    },
  })
