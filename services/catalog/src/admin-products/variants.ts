// Operators add, change and withdraw variants. A SKU belongs to its variant for good: the ledger and old orders name it.
import { AppError, catalogApi, variantLimit } from '@cartwright/contracts'
import type { Queryable } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { changeProduct } from '../db/audit-product.ts'
import { explainConflict, insertVariant, setChoice, setPrices } from '../db/write-products.ts'
import type { CatalogDeps } from '../deps.ts'
import { liveVariants, type ProductState } from '../product.ts'
import { assertChoice, assertFree } from '../variant-choice.ts'
import { readAdminProduct } from './read.ts'

/** @throws AppError validation_failed when the product has as many as it may */
const refuseOneMore = (product: ProductState): void => {
  if (liveVariants(product).length < variantLimit) return
  const message = `a product has at most ${variantLimit} variants`
  throw new AppError('validation_failed', message, { errors: [{ path: '/', message }] })
}

export const addVariant = route(catalogApi.addVariant, async (req, { db, newId, prisma }: CatalogDeps) => {
  const { productId } = req.params
  const variantId = newId('var')
  await explainConflict(() =>
    db.tx((tx) =>
      changeProduct(tx, productId, { actor: req.principal.id, action: 'variant.add' }, async (product) => {
        refuseOneMore(product)
        const choice = assertChoice(product.options, req.body.options ?? {}, '/options')
        assertFree(liveVariants(product), choice)
        await insertVariant(tx, productId, variantId, req.body, choice)
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
  const { name, options, prices } = req.body
  const productId = await productOf(db, variantId)
  await db.tx((tx) =>
    changeProduct(tx, productId, { actor: req.principal.id, action: 'variant.update' }, async (product) => {
      await productOf(tx, variantId)
      if (name !== undefined) await tx.run`UPDATE variant SET name = ${name ?? ''} WHERE id = ${variantId}`
      if (options !== undefined) {
        const choice = assertChoice(product.options, options ?? {}, '/options')
        assertFree(
          liveVariants(product).filter(({ id }) => id !== variantId),
          choice,
        )
        await setChoice(tx, variantId, choice)
      }
      if (prices !== undefined) await setPrices(tx, variantId, prices ?? [])
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
