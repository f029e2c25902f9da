// Operators create and change products, drafts and archived ones too.
import { AppError, catalogApi } from '@cartwright/contracts'
import { after, decodeCursor, encodeCursor, orderBy, pageOf, sql, type Tx, where } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { announceProduct, type CategoryRow, getProductState, loadCategories, loadProducts, type ProductState } from '../db/products.ts'
import type { CatalogDeps } from '../deps.ts'
import { explainConflict, insertProduct, insertVariant, setCategories, setPrices, slugOf } from './write.ts'

const adminProductOf = (product: ProductState, categories: ReadonlyMap<string, CategoryRow>) => ({
  id: product.id, slug: product.slug, name: product.name, description: product.description, status: product.status, version: product.version,
  categories: product.categoryIds.flatMap((id) => {
    const row = categories.get(id)
    return row ? [{ id, slug: row.slug, name: row.name }] : []
  }),
  images: product.images, options: product.options,
  variants: product.variants.filter((variant) => !variant.deleted).map(({ id, sku, name, options, prices, available }) => ({ id, sku, name, options, prices, available })),
  createdAt: product.createdAt.toISOString(), updatedAt: product.updatedAt.toISOString(),
})

const shown = async (product: ProductState, deps: CatalogDeps) => adminProductOf(product, await loadCategories(deps.db))

const lockProduct = async (tx: Tx, productId: string): Promise<void> => {
  const row = await tx.one`SELECT id FROM product WHERE id = ${productId} AND deleted_at IS NULL FOR UPDATE`
  if (row === null) throw new AppError('not_found')
}

const newest = [{ column: 'id', descending: true }]

export const adminListProducts = route(catalogApi.adminListProducts, async (req, deps: CatalogDeps) => {
  const { limit = 20, cursor, status } = req.query
  const condition = where([sql`deleted_at IS NULL`, status !== undefined && sql`status = ${status}`, cursor !== undefined && after(newest, decodeCursor('id', cursor, 1))])
  const rows = await loadProducts(deps.db, sql`${condition} ORDER BY ${orderBy(newest)} LIMIT ${limit + 1}`)
  const page = pageOf(rows, limit, (last) => encodeCursor('id', [last.id]))
  const categories = await loadCategories(deps.db)
  return { items: page.items.map((product) => adminProductOf(product, categories)), nextCursor: page.nextCursor }
})

/** A slug made from a name gets a suffix when taken; one that was asked for answers 409. */
const freeSlug = async (name: string, deps: CatalogDeps): Promise<string> => {
  const base = slugOf(name)
  const taken = await deps.db.one`SELECT id FROM product WHERE slug = ${base}`
  return taken === null ? base : `${base}-${deps.newId('s').slice(-6)}`
}

export const createProduct = route(catalogApi.createProduct, async (req, deps: CatalogDeps) => {
  const slug = req.body.slug ?? (await freeSlug(req.body.name, deps))
  const product = await explainConflict(() => deps.db.tx((tx) => insertProduct(tx, deps.newId('prd'), req.body, deps.newId, slug)))
  return shown(product, deps)
})

export const adminGetProduct = route(catalogApi.adminGetProduct, async (req, deps: CatalogDeps) => shown(await getProductState(deps.db, req.params.productId), deps))

export const updateProduct = route(catalogApi.updateProduct, async (req, deps: CatalogDeps) => {
  const { productId } = req.params
  const { name = null, slug = null, description = null, status = null, categoryIds, images, options } = req.body
  const product = await explainConflict(() =>
    deps.db.tx(async (tx) => {
      await lockProduct(tx, productId)
      await tx.run`UPDATE product SET name = COALESCE(${name}, name), slug = COALESCE(${slug}, slug), description = COALESCE(${description}, description), status = COALESCE(${status}, status),
        images = COALESCE(${images ? JSON.stringify(images) : null}, images), options = COALESCE(${options ? JSON.stringify(options) : null}, options) WHERE id = ${productId}`
      if (categoryIds) await setCategories(tx, productId, categoryIds)
      return announceProduct(tx, productId)
    }),
  )
  return shown(product, deps)
})

export const deleteProduct = route(catalogApi.deleteProduct, async (req, deps: CatalogDeps) => {
  const { productId } = req.params
  await deps.db.tx(async (tx) => {
    await lockProduct(tx, productId)
    // The slug becomes free again; the row stays for orders and the ledger.
    await tx.run`UPDATE product SET deleted_at = ${tx.dbNow}, slug = ${`deleted-${productId}`} WHERE id = ${productId}`
    await announceProduct(tx, productId)
  })
  return null
})

export const addVariant = route(catalogApi.addVariant, async (req, deps: CatalogDeps) => {
  const { productId } = req.params
  const product = await explainConflict(() =>
    deps.db.tx(async (tx) => {
      await lockProduct(tx, productId)
      await insertVariant(tx, productId, deps.newId('var'), req.body)
      return announceProduct(tx, productId)
    }),
  )
  return shown(product, deps)
})

const lockVariant = async (tx: Tx, variantId: string): Promise<string> => {
  const row = await tx.one<{ product_id: string }>`SELECT product_id FROM variant WHERE id = ${variantId} AND deleted_at IS NULL`
  if (row === null) throw new AppError('not_found')
  await lockProduct(tx, row.product_id)
  return row.product_id
}

export const updateVariant = route(catalogApi.updateVariant, async (req, deps: CatalogDeps) => {
  const { variantId } = req.params
  const { name = null, options, prices } = req.body
  const product = await deps.db.tx(async (tx) => {
    const productId = await lockVariant(tx, variantId)
    await tx.run`UPDATE variant SET name = COALESCE(${name}, name), options = COALESCE(${options ? JSON.stringify(options) : null}, options) WHERE id = ${variantId}`
    if (prices) await setPrices(tx, variantId, prices)
    return announceProduct(tx, productId)
  })
  return shown(product, deps)
})

export const deleteVariant = route(catalogApi.deleteVariant, async (req, deps: CatalogDeps) => {
  await deps.db.tx(async (tx) => {
    const productId = await lockVariant(tx, req.params.variantId)
    await tx.run`UPDATE variant SET deleted_at = ${tx.dbNow} WHERE id = ${req.params.variantId}`
    await announceProduct(tx, productId)
  })
  return null
})
