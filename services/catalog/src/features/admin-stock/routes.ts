// Routes by which operators read and adjust stock. An adjustment is a movement with a reason and never takes reserved stock.

import { AppError, catalogApi } from '@cartwright/contracts'
import { CursorError, decodeCursor, encodeCursor, pageOf, type Queryable, sql, where } from '@cartwright/db'
import { audit } from '@cartwright/service-kit'
import type { StockLevelRow, StockMovementRow } from '../../db/generated/rows.ts'
import { findStock, stockOf } from '../../db/stock.ts'
import { route } from '../../deps.ts'
import { adjustStockLevel } from '../../domain/stock.ts'

/** @throws AppError sku_unknown */
const getStockRow = async (db: Queryable, sku: string): Promise<StockLevelRow> => {
  const row = await findStock(db, sku)
  if (row === null) throw new AppError('sku_unknown')
  return row
}

export const adjustStock = route(catalogApi.adjustStock, ({ request, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const { sku } = request.params
    const { delta, reason } = request.body
    await getStockRow(tx, sku)
    const row = await adjustStockLevel(tx, sku, delta, { reason, actor: request.principal.id, reference: null })
    if (row === null) throw new AppError('stock_insufficient')
    await audit(tx, {
      actor: request.principal.id,
      action: 'stock.adjust',
      target: sku,
      before: { onHand: row.on_hand - delta },
      after: { onHand: row.on_hand, reason },
    })
    return stockOf(row)
  }),
)

export const getStock = route(catalogApi.getStock, async ({ request, deps: { db } }) =>
  stockOf(await getStockRow(db, request.params.sku)),
)

const idOf = (cursor: string): number => {
  const [id] = decodeCursor('id', cursor, 1)
  if (!Number.isSafeInteger(id)) throw new CursorError()
  return Number(id)
}

const movementOf = ({ id, sku, delta, on_hand_after, reason, actor, reference, created_at }: StockMovementRow) => ({
  id,
  sku,
  delta,
  onHandAfter: on_hand_after,
  reason,
  actor,
  reference,
  at: created_at.toISOString(),
})

export const listMovements = route(catalogApi.listMovements, async ({ request, deps: { db } }) => {
  const { sku } = request.params
  const { limit = 20, cursor } = request.query
  await getStockRow(db, sku)
  const conditions = where([sql`sku = ${sku}`, cursor !== undefined && sql`id < ${idOf(cursor)}`])
  const rows =
    await db.rows<StockMovementRow>`SELECT * FROM stock_movement WHERE ${conditions} ORDER BY id DESC LIMIT ${limit + 1}`
  const page = pageOf(rows, limit, (last) => encodeCursor('id', [last.id]))
  return { items: page.items.map(movementOf), nextCursor: page.nextCursor }
})
