// Operators shape the tree of categories; a category never stands below itself.
import { AppError, catalogApi } from '@cartwright/contracts'
import { list, type Queryable, type Tx } from '@cartwright/db'
import { audit, changesOf, route } from '@cartwright/service-kit'
import { assertParent, type CategoryRow, categoryDetail, subtreeOf } from '../category.ts'
import { announceLater } from '../db/announce-later.ts'
import { loadCategories } from '../db/products.ts'
import { explainConflict } from '../db/write-products.ts'
import type { CatalogDeps } from '../deps.ts'
import { slugOf, withFreeSlug } from '../slug.ts'

/** Tree changes are rare and must see each other: they take turns. */
const lockTree = (tx: Tx) => tx.rows`SELECT id FROM category ORDER BY id FOR UPDATE`

const auditedState = ({ slug, name, parent_id: parentId, position }: CategoryRow) => ({ slug, name, parentId, position })

/** @throws AppError not_found */
const getCategoryRow = async (tx: Tx, id: string): Promise<CategoryRow> => {
  const row = (await loadCategories(tx)).get(id)
  if (row === undefined) throw new AppError('not_found')
  return row
}

const productsIn = async (db: Queryable, categoryIds: readonly string[]): Promise<string[]> => {
  const rows = await db.rows<{
    product_id: string
  }>`SELECT DISTINCT product_id FROM product_category WHERE category_id IN (${list(categoryIds)}) ORDER BY product_id`
  return rows.map((row) => row.product_id)
}

export const createCategory = route(catalogApi.createCategory, async (req, { db, newId }: CatalogDeps) => {
  const { name, parentId = null, position = 0 } = req.body
  const id = newId('cat')
  const create = (slug: string) =>
    db.tx(async (tx) => {
      await lockTree(tx)
      assertParent(await loadCategories(tx), id, parentId)
      await tx.run`INSERT INTO category (id, slug, name, parent_id, position) VALUES (${id}, ${slug}, ${name}, ${parentId}, ${position})`
      await audit(tx, {
        actor: req.principal.id,
        action: 'category.create',
        target: id,
        after: { slug, name, parentId, position },
      })
    })
  await withFreeSlug({ asked: req.body.slug, plain: slugOf(name, 'category'), suffix: () => newId('s').slice(-6) }, (slug) =>
    explainConflict(() => create(slug)),
  )
  return categoryDetail(await loadCategories(db), id)
})

export const updateCategory = route(catalogApi.updateCategory, async (req, { db, newId }: CatalogDeps) => {
  const { categoryId } = req.params
  const { name = null, slug = null, parentId, position: wanted } = req.body
  const position = wanted === undefined ? null : (wanted ?? 0)
  await explainConflict(() =>
    db.tx(async (tx) => {
      await lockTree(tx)
      const categories = await loadCategories(tx)
      const current = await getCategoryRow(tx, categoryId)
      assertParent(categories, categoryId, parentId)
      const parent = parentId === undefined ? current.parent_id : parentId
      await tx.run`UPDATE category SET name = COALESCE(${name}, name), slug = COALESCE(${slug}, slug), position = COALESCE(${position}, position), parent_id = ${parent} WHERE id = ${categoryId}`
      const next = await getCategoryRow(tx, categoryId)
      // A place in the tree matters to everything below it, a name only to what is in the category itself.
      const affected = next.parent_id === current.parent_id ? [categoryId] : subtreeOf(categories, categoryId)
      await announceLater(tx, await productsIn(tx, affected), newId)
      await audit(tx, {
        actor: req.principal.id,
        action: 'category.update',
        target: categoryId,
        ...changesOf(auditedState(current), auditedState(next)),
      })
    }),
  )
  return categoryDetail(await loadCategories(db), categoryId)
})

export const deleteCategory = route(catalogApi.deleteCategory, async (req, { db, newId }: CatalogDeps) => {
  const { categoryId } = req.params
  await db.tx(async (tx) => {
    await lockTree(tx)
    const current = await getCategoryRow(tx, categoryId)
    const affected = await productsIn(tx, subtreeOf(await loadCategories(tx), categoryId))
    await tx.run`UPDATE category SET parent_id = ${current.parent_id} WHERE parent_id = ${categoryId}`
    await tx.run`DELETE FROM product_category WHERE category_id = ${categoryId}`
    await tx.run`DELETE FROM category WHERE id = ${categoryId}`
    await announceLater(tx, affected, newId)
    await audit(tx, { actor: req.principal.id, action: 'category.delete', target: categoryId, before: auditedState(current) })
  })
  return null
})
