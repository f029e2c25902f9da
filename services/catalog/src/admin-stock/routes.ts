// Operators correct stock; every correction is a movement with a reason, and never takes what is reserved.
import { AppError, catalogApi } from '@cartwright/contracts'
import { CursorError, decodeCursor, encodeCursor, pageOf, type Queryable } from '@cartwright/db'
import { audit, route } from '@cartwright/service-kit'
import { adjust, findStock, type StockRow, stockOf } from '../db/stock.ts'
import type { CatalogDeps } from '../deps.ts'

/** @throws AppError sku_unknown */
const getStockRow = async (db: Queryable, sku: string): Promise<StockRow> => {
  const row = await findStock(db, sku)
  if (row === null) throw new AppError('sku_unknown')
  return row
}

export const adjustStock = route(catalogApi.adjustStock, (req, _: CatalogDeps) =>
  req.once(async (tx) => {
    const { sku } = req.params
    const { delta, reason } = req.body
    await getStockRow(tx, sku)
    const row = await adjust(tx, sku, delta, { reason, actor: req.principal.id, reference: null })
    if (row === null) throw new AppError('stock_insufficient')
    await audit(tx, {
      actor: req.principal.id,
      action: 'stock.adjust',
      target: sku,
      before: { onHand: row.on_hand - delta },
      after: { onHand: row.on_hand, reason },
    })
    return stockOf(row)
  }),
)

export const getStock = route(catalogApi.getStock, async (req, { db }: CatalogDeps) =>
  stockOf(await getStockRow(db, req.params.sku)),
)

const idOf = (cursor: string): number => {
  const [id] = decodeCursor('id', cursor, 1)
  if (!Number.isSafeInteger(id)) throw new CursorError()
  return Number(id)
}

export const listMovements = route(catalogApi.listMovements, async (req, { db, prisma }: CatalogDeps) => {
  const { sku } = req.params
  const { limit = 20, cursor } = req.query
  await getStockRow(db, sku)
  const rows = await prisma.stockMovement.findMany({
    where: { sku, ...(cursor === undefined ? {} : { id: { lt: idOf(cursor) } }) },
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
  const page = pageOf(rows, limit, (last) => encodeCursor('id', [Number(last.id)]))
  return {
    items: page.items.map(({ id, createdAt, ...movement }) => ({ ...movement, id: Number(id), at: createdAt.toISOString() })),
    nextCursor: page.nextCursor,
  }
})
