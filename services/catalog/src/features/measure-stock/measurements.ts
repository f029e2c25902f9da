// Measurements of stock and of the search index for the metrics page.
import { measurePending } from '../../db/search.ts'
import { measurement } from '../../deps.ts'

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
  run: async ({ deps: { db, gauges, engine } }) => {
    // Without Elasticsearch no document is written, so none can be late.
    gauges.circuit.set({ upstream: 'elasticsearch' }, engine?.breaker.isOpen() ? 1 : 0)
    const { products, oldestSec } = engine === null ? { products: 0, oldestSec: 0 } : await measurePending(db)
    gauges.pending.set(products)
    gauges.pendingAge.set(oldestSec)
  },
})
