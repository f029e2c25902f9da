// Measurements of stock and of the search index for the metrics page.
import { measurement } from '../../deps.ts'
import { searchEngines } from '../../metrics.ts'

export const measureReservations = measurement({
  name: 'reservations',
  gauges: ({ gauges }) => [gauges.held],
  run: async ({ deps: { db, gauges } }) => {
    const row = await db.one<{ held: number }>`SELECT COUNT(*) AS held FROM reservation WHERE state = 'held'`
    gauges.held.set(row?.held ?? 0)
  },
})

/** Reads every stock level: half a second for 100,000 SKUs, of which 5,000 are sold out, on a busy machine. */
const stockOutsEverySec = 60
const maxCounted = 10_000

export const measureStockOuts = measurement({
  name: 'stock-outs',
  everySec: stockOutsEverySec,
  gauges: ({ gauges }) => [gauges.stockOuts],
  run: async ({ deps: { db, gauges } }) => {
    // STRAIGHT_JOIN: few levels are sold out, and without it the optimizer begins with all variants.
    const row = await db.one<{ variants: number }>`
      SELECT COUNT(*) AS variants
      FROM (
        SELECT STRAIGHT_JOIN level.sku
        FROM stock_level level
        JOIN variant ON variant.sku = level.sku AND variant.deleted_at IS NULL
        JOIN product ON product.id = variant.product_id AND product.deleted_at IS NULL AND product.status = 'active'
        WHERE level.on_hand <= level.reserved
        LIMIT ${maxCounted}) sold_out`
    gauges.stockOuts.set(row?.variants ?? 0)
  },
})

export const measureSearch = measurement({
  name: 'search',
  gauges: ({ gauges }) => [gauges.pending, gauges.pendingAge],
  run: async ({ deps: { gauges, engine, elasticsearch } }) => {
    gauges.circuit.set({ upstream: 'elasticsearch' }, elasticsearch?.breaker.isOpen() ? 1 : 0)
    const answering = engine.isAnswering() ? engine.name : 'database'
    for (const name of searchEngines) gauges.answering.set({ engine: name }, name === answering ? 1 : 0)
    const { products, oldestSec } = await engine.measureUnwritten()
    gauges.pending.set(products)
    gauges.pendingAge.set(oldestSec)
  },
})
