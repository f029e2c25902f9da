// Operators create, change and withdraw products. Every write announces the whole state and leaves an audit row.
import { AppError, catalogApi } from '@cartwright/contracts'
import { audit, route } from '@cartwright/service-kit'
import { auditedState, changeProduct } from '../db/audit-product.ts'
import { announceProduct, getProductState } from '../db/products.ts'
import { explainConflict, insertProduct, lockProduct, setCategories } from '../db/write-products.ts'
import type { CatalogDeps } from '../deps.ts'
import { slugOf } from '../product.ts'
import { readAdminProduct } from './read.ts'

/** A slug made from a name gets a suffix when it is taken; one that was asked for answers 409. */
const withFreeSlug = async <T>(
  asked: string | undefined,
  name: string,
  suffix: () => string,
  create: (slug: string) => Promise<T>,
): Promise<T> => {
  try {
    return await create(asked ?? slugOf(name))
  } catch (error) {
    if (asked !== undefined || !(error instanceof AppError) || error.code !== 'slug_taken') throw error
    return create(`${slugOf(name)}-${suffix()}`)
  }
}

export const createProduct = route(catalogApi.createProduct, async (req, { db, newId, prisma }: CatalogDeps) => {
  const id = newId('prd')
  await withFreeSlug(
    req.body.slug,
    req.body.name,
    () => newId('s').slice(-6),
    (slug) =>
      explainConflict(() =>
        db.tx(async (tx) => {
          const product = await insertProduct(tx, id, req.body, slug, newId)
          await audit(tx, { actor: req.principal.id, action: 'product.create', target: id, after: auditedState(product) })
        }),
      ),
  )
  return readAdminProduct(prisma, id)
})

const jsonOrNull = (value: object | undefined): string | null => (value === undefined ? null : JSON.stringify(value))

export const updateProduct = route(catalogApi.updateProduct, async (req, { db, prisma }: CatalogDeps) => {
  const { productId } = req.params
  const { name = null, slug = null, description = null, status = null, categoryIds, images, options } = req.body
  await explainConflict(() =>
    db.tx((tx) =>
      changeProduct(tx, productId, { actor: req.principal.id, action: 'product.update' }, async () => {
        await tx.run`UPDATE product SET name = COALESCE(${name}, name), slug = COALESCE(${slug}, slug), description = COALESCE(${description}, description),
          status = COALESCE(${status}, status), images = COALESCE(${jsonOrNull(images)}, images), options = COALESCE(${jsonOrNull(options)}, options) WHERE id = ${productId}`
        if (categoryIds) await setCategories(tx, productId, categoryIds)
      }),
    ),
  )
  return readAdminProduct(prisma, productId)
})

export const deleteProduct = route(catalogApi.deleteProduct, async (req, { db }: CatalogDeps) => {
  const { productId } = req.params
  await db.tx(async (tx) => {
    await lockProduct(tx, productId)
    const before = auditedState(await getProductState(tx, productId))
    // The slug becomes free again; the row stays for orders and the ledger, and with it its SKUs.
    await tx.run`UPDATE product SET deleted_at = ${tx.dbNow}, slug = ${`deleted-${productId}`} WHERE id = ${productId}`
    await announceProduct(tx, productId)
    await audit(tx, { actor: req.principal.id, action: 'product.delete', target: productId, before })
  })
  return null
})
