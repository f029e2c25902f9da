// Routes by which operators create, change and delete categories. A category is never an ancestor of itself.

import { AppError, catalogApi } from '@cartwright/contracts'
import { insertInto, list, type Queryable, type Tx } from '@cartwright/db'
import { audit, changesOf } from '@cartwright/service-kit'
import { type CategoryRow, categoryTable, type ProductCategoryRow } from '../../db/generated/rows.ts'
import { categoryTranslationsColumn } from '../../db/json-columns.ts'
import { countProducts } from '../../db/product-counts.ts'
import { loadCategories } from '../../db/products.ts'
import { route } from '../../deps.ts'
import { assertParent, categoryDetail, subtreeOf } from '../../domain/category.ts'
import { enqueuePublishProducts } from '../../domain/publish-product.ts'
import { slugOf, withFreeSlug } from '../../domain/slug.ts'
import { explainConflict } from '../../domain/write-products.ts'

/** Serializes changes of the tree: each one must see the others, and they are rare. */
const lockTree = (tx: Tx) => tx.rows`SELECT id FROM category ORDER BY id FOR UPDATE`

const auditedState = ({ slug, name, parent_id: parentId, position, translations }: CategoryRow) => ({
  slug,
  name,
  parentId,
  position,
  translations: categoryTranslationsColumn.parseOrNull(translations) ?? {},
})

/** The category as operators see it. @throws AppError not_found */
const adminCategory = async (db: Queryable, id: string) => {
  const categories = await loadCategories(db)
  const translations = categoryTranslationsColumn.parseOrNull(categories.get(id)?.translations ?? null) ?? {}
  return { ...categoryDetail(categories, await countProducts(db), id), translations }
}

/** @throws AppError not_found */
const getCategoryRow = async (tx: Tx, id: string): Promise<CategoryRow> => {
  const row = (await loadCategories(tx)).get(id)
  if (row === undefined) throw new AppError('not_found')
  return row
}

const productsIn = async (db: Queryable, categoryIds: readonly string[]): Promise<string[]> => {
  const rows = await db.rows<Pick<ProductCategoryRow, 'product_id'>>`
    SELECT DISTINCT product_id
    FROM product_category
    WHERE category_id IN (${list(categoryIds)})
    ORDER BY product_id`
  return rows.map((row) => row.product_id)
}

export const createCategory = route(catalogApi.createCategory, async ({ request, deps: { db, newId } }) => {
  const { name, translations = {}, parentId = null, position = 0 } = request.body
  const id = newId('cat')
  const create = (slug: string) =>
    db.tx(async (tx) => {
      await lockTree(tx)
      assertParent(await loadCategories(tx), id, parentId)
      await tx.run`${insertInto(categoryTable, {
        id,
        slug,
        name,
        parent_id: parentId,
        position,
        translations: categoryTranslationsColumn.stringify(translations),
      })}`
      await audit(tx, {
        actor: request.principal.id,
        action: 'category.create',
        target: id,
        after: { slug, name, parentId, position, translations },
      })
    })
  await withFreeSlug(
    { requested: request.body.slug, plain: slugOf(name, 'category'), suffix: () => newId('s').slice(-6) },
    (slug) => explainConflict(() => create(slug)),
  )
  return adminCategory(db, id)
})

export const updateCategory = route(catalogApi.updateCategory, async ({ request, deps: { db, newId } }) => {
  const { categoryId } = request.params
  const { name = null, slug = null, parentId, position: newPosition, translations } = request.body
  const texts = translations === undefined ? null : categoryTranslationsColumn.stringify(translations ?? {})
  const position = newPosition === undefined ? null : (newPosition ?? 0)
  await explainConflict(() =>
    db.tx(async (tx) => {
      await lockTree(tx)
      const categories = await loadCategories(tx)
      const current = await getCategoryRow(tx, categoryId)
      assertParent(categories, categoryId, parentId)
      const parent = parentId === undefined ? current.parent_id : parentId
      await tx.run`
        UPDATE category
        SET name = COALESCE(${name}, name), slug = COALESCE(${slug}, slug),
          position = COALESCE(${position}, position), parent_id = ${parent},
          translations = COALESCE(${texts}, translations)
        WHERE id = ${categoryId}`
      const next = await getCategoryRow(tx, categoryId)
      // Events name all ancestors: a move affects the products of the subtree, another name only the category's own.
      const affected = next.parent_id === current.parent_id ? [categoryId] : subtreeOf(categories, categoryId)
      await enqueuePublishProducts(tx, await productsIn(tx, affected), newId)
      await audit(tx, {
        actor: request.principal.id,
        action: 'category.update',
        target: categoryId,
        ...changesOf(auditedState(current), auditedState(next)),
      })
    }),
  )
  return adminCategory(db, categoryId)
})

export const deleteCategory = route(catalogApi.deleteCategory, async ({ request, deps: { db, newId } }) => {
  const { categoryId } = request.params
  await db.tx(async (tx) => {
    await lockTree(tx)
    const current = await getCategoryRow(tx, categoryId)
    const affected = await productsIn(tx, subtreeOf(await loadCategories(tx), categoryId))
    await tx.run`UPDATE category SET parent_id = ${current.parent_id} WHERE parent_id = ${categoryId}`
    await tx.run`DELETE FROM product_category WHERE category_id = ${categoryId}`
    await tx.run`DELETE FROM category WHERE id = ${categoryId}`
    await enqueuePublishProducts(tx, affected, newId)
    await audit(tx, { actor: request.principal.id, action: 'category.delete', target: categoryId, before: auditedState(current) })
  })
  return null
})
