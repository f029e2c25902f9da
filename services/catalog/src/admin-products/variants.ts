// Operators add, change and withdraw variants. A SKU belongs to its variant for good: the ledger and old orders name it.
import { AppError, catalogApi, variantLimit } from '@cartwright/contracts'
import type { Queryable, Tx } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { changeProduct } from '../db/audit-product.ts'
import { explainConflict, insertVariant, setPrices } from '../db/write-products.ts'
import type { CatalogDeps } from '../deps.ts'
import { readAdminProduct } from './read.ts'

/** @throws AppError validation_failed when the product has as many as it may */
const refuseOneMore = async (tx: Tx, productId: string): Promise<void> => {
  const row = await tx.one<{
    had: number
  }>`SELECT COUNT(*) AS had FROM variant WHERE product_id = ${productId} AND deleted_at IS NULL`
  if ((row?.had ?? 0) < variantLimit) return
  const message = `a product has at most ${variantLimit} variants`
  throw new AppError('validation_failed', message, { errors: [{ path: '/', message }] })
}

export const addVariant = route(catalogApi.addVariant, async (req, { db, newId, prisma }: CatalogDeps) => {
  const { productId } = req.params
  const variantId = newId('var')
  await explainConflict(() =>
    db.tx((tx) =>
      changeProduct(tx, productId, { actor: req.principal.id, action: 'variant.add' }, async () => {
        await refuseOneMore(tx, productId)
        await insertVariant(tx, productId, variantId, req.body)
      }),
    ),
  )
  return readAdminProduct(prisma, productId)
})

/** @throws AppError not_found */
const productOf = async (db: Queryable, variantId: string): Promise<string> => {
  const row = await db.one<{ product_id: string }>`SELECT product_id FROM variant WHERE id = ${variantId} AND deleted_at IS NULL`
  if (row === null) throw new AppError('not_found')
  return row.product_id
}

export const updateVariant = route(catalogApi.updateVariant, async (req, { db, prisma }: CatalogDeps) => {
  const { variantId } = req.params
  const { name = null, options, prices } = req.body
  const productId = await productOf(db, variantId)
  await db.tx((tx) =>
    changeProduct(tx, productId, { actor: req.principal.id, action: 'variant.update' }, async () => {
      await productOf(tx, variantId)
      await tx.run`UPDATE variant SET name = COALESCE(${name}, name), options = COALESCE(${options ? JSON.stringify(options) : null}, options) WHERE id = ${variantId}`
      if (prices) await setPrices(tx, variantId, prices)
    }),
  )
  return readAdminProduct(prisma, productId)
})

export const deleteVariant = route(catalogApi.deleteVariant, async (req, { db }: CatalogDeps) => {
  const { variantId } = req.params
  const productId = await productOf(db, variantId)
  await db.tx((tx) =>
    changeProduct(tx, productId, { actor: req.principal.id, action: 'variant.delete' }, async () => {
      await productOf(tx, variantId)
      await tx.run`UPDATE variant SET deleted_at = ${tx.dbNow} WHERE id = ${variantId}`
    }),
  )
  return null
})
