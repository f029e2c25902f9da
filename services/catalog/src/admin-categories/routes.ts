// Operators shape the tree of categories; a category never stands below itself.
import { AppError, catalogApi } from '@cartwright/contracts'
import { sql, type Tx } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { explainConflict, slugOf } from '../admin-products/write.ts'
import { categoryDetail } from '../browse/routes.ts'
import { ancestorsOf, announceProduct, type CategoryRow, loadCategories } from '../db/products.ts'
import type { CatalogDeps } from '../deps.ts'

/** Tree changes are rare and must see each other: they take turns. */
const lockTree = (tx: Tx) => tx.rows`SELECT id FROM category ORDER BY id FOR UPDATE`

const assertParent = (categories: ReadonlyMap<string, CategoryRow>, id: string, parentId: string | null | undefined): void => {
  if (!parentId) return
  if (!categories.has(parentId)) throw new AppError('not_found', `there is no category ${parentId}`)
  if (parentId === id || ancestorsOf(categories, parentId).some((ancestor) => ancestor.id === id)) throw new AppError('category_cycle')
}

export const createCategory = route(catalogApi.createCategory, async (req, deps: CatalogDeps) => {
  const { name, slug = slugOf(name), parentId = null, position = 0 } = req.body
  const id = deps.newId('cat')
  await explainConflict(() =>
    deps.db.tx(async (tx) => {
      await lockTree(tx)
      assertParent(await loadCategories(tx), id, parentId)
      await tx.run`INSERT INTO category (id, slug, name, parent_id, position) VALUES (${id}, ${slug}, ${name}, ${parentId}, ${position})`
    }),
  )
  return categoryDetail(await loadCategories(deps.db), id)
})

const reannounce = async (tx: Tx, categoryId: string): Promise<void> => {
  const products = await tx.rows<{ product_id: string }>`SELECT product_id FROM product_category WHERE category_id = ${categoryId} ORDER BY product_id`
  for (const { product_id } of products) await announceProduct(tx, product_id)
}

export const updateCategory = route(catalogApi.updateCategory, async (req, deps: CatalogDeps) => {
  const { categoryId } = req.params
  const { name = null, slug = null, parentId, position = null } = req.body
  await explainConflict(() =>
    deps.db.tx(async (tx) => {
      await lockTree(tx)
      const categories = await loadCategories(tx)
      const current = categories.get(categoryId)
      if (current === undefined) throw new AppError('not_found')
      assertParent(categories, categoryId, parentId)
      const parent = parentId === undefined ? current.parent_id : parentId
      await tx.run`UPDATE category SET name = COALESCE(${name}, name), slug = COALESCE(${slug}, slug), position = COALESCE(${position}, position), parent_id = ${parent} WHERE id = ${categoryId}`
      await reannounce(tx, categoryId)
    }),
  )
  return categoryDetail(await loadCategories(deps.db), categoryId)
})

export const deleteCategory = route(catalogApi.deleteCategory, async (req, deps: CatalogDeps) => {
  const { categoryId } = req.params
  await deps.db.tx(async (tx) => {
    await lockTree(tx)
    const current = (await loadCategories(tx)).get(categoryId)
    if (current === undefined) throw new AppError('not_found')
    const products = await tx.rows<{ product_id: string }>`SELECT product_id FROM product_category WHERE category_id = ${categoryId} ORDER BY product_id`
    await tx.run`UPDATE category SET parent_id = ${current.parent_id} WHERE parent_id = ${categoryId}`
    await tx.run`DELETE FROM product_category WHERE ${sql`category_id = ${categoryId}`}`
    await tx.run`DELETE FROM category WHERE id = ${categoryId}`
    for (const { product_id } of products) await announceProduct(tx, product_id)
  })
  return null
})
