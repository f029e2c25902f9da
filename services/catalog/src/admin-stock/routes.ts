// Operators correct stock; every correction is a movement with a reason.
import { AppError, catalogApi } from '@cartwright/contracts'
import { after, decodeCursor, encodeCursor, orderBy, pageOf, sql, where } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { adjust, findStock, stockOf } from '../db/stock.ts'
import type { CatalogDeps } from '../deps.ts'

export const adjustStock = route(catalogApi.adjustStock, (req, _: CatalogDeps) =>
  req.once(async (tx) => {
    const { sku } = req.params
    if ((await findStock(tx, sku)) === null) throw new AppError('sku_unknown')
    const row = await adjust(tx, sku, req.body.delta, { reason: req.body.reason, actor: req.principal.id, reference: null })
    if (row === null) throw new AppError('stock_insufficient')
    return stockOf(row)
  }),
)

export const getStock = route(catalogApi.getStock, async (req, deps: CatalogDeps) => {
  const row = await findStock(deps.db, req.params.sku)
  if (row === null) throw new AppError('sku_unknown')
  return stockOf(row)
})

interface MovementRow {
  id: number
  sku: string
  delta: number
  on_hand_after: number
  reason: string
  actor: string
  reference: string | null
  created_at: Date
}

const newest = [{ column: 'id', descending: true }]

export const listMovements = route(catalogApi.listMovements, async (req, deps: CatalogDeps) => {
  const { sku } = req.params
  const { limit = 20, cursor } = req.query
  if ((await findStock(deps.db, sku)) === null) throw new AppError('sku_unknown')
  const rows = await deps.db.rows<MovementRow>`SELECT id, sku, delta, on_hand_after, reason, actor, reference, created_at FROM stock_movement
    WHERE ${where([sql`sku = ${sku}`, cursor !== undefined && after(newest, decodeCursor('id', cursor, 1))])} ORDER BY ${orderBy(newest)} LIMIT ${limit + 1}`
  const page = pageOf(rows, limit, (last) => encodeCursor('id', [last.id]))
  return {
    items: page.items.map((row) => ({ id: row.id, sku: row.sku, delta: row.delta, onHandAfter: row.on_hand_after, reason: row.reason, actor: row.actor, reference: row.reference, at: row.created_at.toISOString() })),
    nextCursor: page.nextCursor,
  }
})
