// The tree of categories as plain values: ancestors, subtrees, and the views of the API. Pure.
import { AppError } from '@cartwright/contracts'
import type { CategoryRow } from '../db/generated/rows.ts'
import type { Categories } from '../db/products.ts'

/** Ancestors of a category, from the root to the parent. */
export const ancestorsOf = (categories: Categories, id: string): CategoryRow[] => {
  const path: CategoryRow[] = []
  for (let next = categories.get(id)?.parent_id; next; next = categories.get(next)?.parent_id) {
    const parent = categories.get(next)
    if (parent === undefined || path.includes(parent)) break
    path.unshift(parent)
  }
  return path
}

export const findCategory = (categories: Categories, idOrSlug: string): CategoryRow | undefined =>
  categories.get(idOrSlug) ?? [...categories.values()].find((category) => category.slug === idOrSlug)

/** Ids of a category and its descendants; empty for an unknown category. */
export const subtreeOf = (categories: Categories, idOrSlug: string): string[] => {
  const root = findCategory(categories, idOrSlug)
  if (root === undefined) return []
  return [...categories.keys()].filter(
    (id) => id === root.id || ancestorsOf(categories, id).some((ancestor) => ancestor.id === root.id),
  )
}

/** Largest depth of the tree: a product's event names all ancestors of its categories. */
const maxDepth = 20

/** Number of levels of a category's subtree, with its own. */
const heightOf = (categories: Categories, id: string): number => {
  const depth = ancestorsOf(categories, id).length
  return Math.max(1, ...subtreeOf(categories, id).map((below) => ancestorsOf(categories, below).length - depth + 1))
}

/** @throws AppError not_found for an unknown parent, category_cycle for one inside the category's own subtree, validation_failed when it is too deep */
export const assertParent = (categories: Categories, id: string, parentId: string | null | undefined): void => {
  if (!parentId) return
  if (!categories.has(parentId)) throw new AppError('not_found', { detail: `there is no category ${parentId}` })
  if (parentId === id || ancestorsOf(categories, parentId).some((ancestor) => ancestor.id === id))
    throw new AppError('category_cycle')
  if (ancestorsOf(categories, parentId).length + 1 + heightOf(categories, id) <= maxDepth) return
  const message = `the tree has at most ${maxDepth} levels`
  throw new AppError('validation_failed', { detail: message, extra: { errors: [{ path: '/parentId', message }] } })
}

const refOf = ({ id, slug, name }: CategoryRow) => ({ id, slug, name })

/** References to the categories that exist. */
export const refsOf = (categories: Categories, ids: readonly string[]) =>
  ids.flatMap((id) => {
    const category = categories.get(id)
    return category ? [refOf(category)] : []
  })

/** Visible products by category, with everything below it. */
export type ProductCounts = ReadonlyMap<string, number>

const categoryOf = (row: CategoryRow, counts: ProductCounts) => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  parentId: row.parent_id,
  position: row.position,
  productCount: counts.get(row.id) ?? 0,
})
type CategoryNode = ReturnType<typeof categoryOf> & { children: CategoryNode[] }

const childrenOf = (categories: Categories, parentId: string | null): CategoryRow[] =>
  [...categories.values()].filter((row) => row.parent_id === parentId)

export const treeOf = (categories: Categories, counts: ProductCounts, parentId: string | null): CategoryNode[] =>
  childrenOf(categories, parentId).map((row) => ({
    ...categoryOf(row, counts),
    children: treeOf(categories, counts, row.id),
  }))

/** A category with its ancestors and children. @throws AppError not_found */
export const categoryDetail = (categories: Categories, counts: ProductCounts, idOrSlug: string) => {
  const row = findCategory(categories, idOrSlug)
  if (row === undefined) throw new AppError('not_found')
  return {
    ...categoryOf(row, counts),
    breadcrumbs: [...ancestorsOf(categories, row.id), row].map(refOf),
    children: childrenOf(categories, row.id).map((child) => categoryOf(child, counts)),
  }
}
