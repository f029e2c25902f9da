// Reads a product with everything that belongs to it in three statements, and announces its state.
import { AppError, catalogEvents } from '@cartwright/contracts'
import { list, type Queryable, type Sql, sql, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'

export interface Image {
  url: string
  alt: string
}
export interface Option {
  name: string
  values: string[]
}
export type Status = 'draft' | 'active' | 'archived'

interface ProductRow {
  id: string
  slug: string
  name: string
  description: string
  status: Status
  version: number
  images: string
  options: string
  deleted_at: Date | null
  created_at: Date
  updated_at: Date
}
interface VariantRow {
  id: string
  product_id: string
  sku: string
  name: string
  options: string
  deleted_at: Date | null
  available: number | null
  currency: string | null
  amount_minor: number | null
}

export interface VariantState {
  id: string
  sku: string
  name: string
  options: Record<string, string>
  prices: { amountMinor: number; currency: string }[]
  available: number
  deleted: boolean
}
export interface ProductState {
  id: string
  slug: string
  name: string
  description: string
  status: Status
  version: number
  images: Image[]
  options: Option[]
  deleted: boolean
  createdAt: Date
  updatedAt: Date
  categoryIds: string[]
  variants: VariantState[]
}

const variantsOf = (rows: readonly VariantRow[]): Map<string, VariantState[]> => {
  const byId = new Map<string, VariantState>()
  const byProduct = new Map<string, VariantState[]>()
  for (const row of rows) {
    let variant = byId.get(row.id)
    if (variant === undefined) {
      variant = { id: row.id, sku: row.sku, name: row.name, options: JSON.parse(row.options), prices: [], available: row.available ?? 0, deleted: row.deleted_at !== null }
      byId.set(row.id, variant)
      byProduct.set(row.product_id, [...(byProduct.get(row.product_id) ?? []), variant])
    }
    if (row.currency !== null && row.amount_minor !== null) variant.prices.push({ amountMinor: row.amount_minor, currency: row.currency })
  }
  return byProduct
}

/** Products with variants (withdrawn ones too), prices, stock and category ids, in the order of the condition's rows. */
export const loadProducts = async (db: Queryable, condition: Sql): Promise<ProductState[]> => {
  const rows = await db.rows<ProductRow>`SELECT id, slug, name, description, status, version, images, options, deleted_at, created_at, updated_at FROM product WHERE ${condition}`
  if (rows.length === 0) return []
  const ids = list(rows.map((row) => row.id))
  const variants = variantsOf(
    await db.rows<VariantRow>`SELECT v.id, v.product_id, v.sku, v.name, v.options, v.deleted_at, CAST(s.on_hand AS SIGNED) - CAST(s.reserved AS SIGNED) AS available, p.currency, p.amount_minor
      FROM variant v LEFT JOIN stock_level s ON s.sku = v.sku LEFT JOIN variant_price p ON p.variant_id = v.id WHERE v.product_id IN (${ids}) ORDER BY v.id, p.currency`,
  )
  const links = Map.groupBy(
    await db.rows<{ product_id: string; category_id: string }>`SELECT product_id, category_id FROM product_category WHERE product_id IN (${ids}) ORDER BY category_id`,
    (link) => link.product_id,
  )
  return rows.map((row) => ({
    id: row.id, slug: row.slug, name: row.name, description: row.description, status: row.status, version: row.version, images: JSON.parse(row.images), options: JSON.parse(row.options),
    deleted: row.deleted_at !== null, createdAt: row.created_at, updatedAt: row.updated_at,
    categoryIds: (links.get(row.id) ?? []).map((link) => link.category_id),
    variants: variants.get(row.id) ?? [],
  }))
}

/** @throws AppError not_found */
export const getProductState = async (db: Queryable, productId: string): Promise<ProductState> => {
  const [product] = await loadProducts(db, sql`id = ${productId} AND deleted_at IS NULL`)
  if (product === undefined) throw new AppError('not_found')
  return product
}

export interface CategoryRow {
  id: string
  slug: string
  name: string
  parent_id: string | null
  position: number
}

/** All categories: a shop has hundreds at most, and trees need them together. */
export const loadCategories = async (db: Queryable): Promise<Map<string, CategoryRow>> => {
  const rows = await db.rows<CategoryRow>`SELECT id, slug, name, parent_id, position FROM category ORDER BY position, name, id`
  return new Map(rows.map((row) => [row.id, row]))
}

/** From the root down to the parent. */
export const ancestorsOf = (categories: ReadonlyMap<string, CategoryRow>, id: string): CategoryRow[] => {
  const path: CategoryRow[] = []
  for (let next = categories.get(id)?.parent_id; next; next = categories.get(next)?.parent_id) {
    const parent = categories.get(next)
    if (parent === undefined || path.includes(parent)) break
    path.unshift(parent)
  }
  return path
}

/** A category and everything below it. */
export const subtreeOf = (categories: ReadonlyMap<string, CategoryRow>, idOrSlug: string): string[] => {
  const root = categories.get(idOrSlug) ?? [...categories.values()].find((category) => category.slug === idOrSlug)
  if (root === undefined) return []
  return [...categories.keys()].filter((id) => id === root.id || ancestorsOf(categories, id).some((ancestor) => ancestor.id === root.id))
}

const relist = async (tx: Tx, product: ProductState): Promise<void> => {
  await tx.run`DELETE FROM product_listing WHERE product_id = ${product.id}`
  if (product.status !== 'active' || product.deleted) return
  const prices = product.variants.filter((variant) => !variant.deleted).flatMap((variant) => variant.prices)
  const lowest = new Map<string, number>()
  for (const { currency, amountMinor } of prices) lowest.set(currency, Math.min(lowest.get(currency) ?? amountMinor, amountMinor))
  for (const [currency, amountMinor] of lowest) {
    await tx.run`INSERT INTO product_listing (currency, product_id, name, min_price, priced, created_at)
      VALUES (${currency}, ${product.id}, ${product.name}, ${amountMinor}, TRUE, ${product.createdAt})`
  }
  // 'XXX' is ISO 4217's "no currency": it lists the product for currencies in which it has no price.
  await tx.run`INSERT INTO product_listing (currency, product_id, name, min_price, priced, created_at) VALUES ('XXX', ${product.id}, ${product.name}, 0, FALSE, ${product.createdAt})`
}

/** Bumps the version, renews the listing and publishes the whole state: the end of every change to a product. */
export const announceProduct = async (tx: Tx, productId: string): Promise<ProductState> => {
  await tx.run`UPDATE product SET version = version + 1, updated_at = ${tx.dbNow} WHERE id = ${productId}`
  const [product] = await loadProducts(tx, sql`id = ${productId}`)
  if (product === undefined) throw new AppError('not_found')
  await relist(tx, product)
  const categories = await loadCategories(tx)
  const live = product.variants.filter((variant) => !variant.deleted)
  await publish(tx, catalogEvents.productChanged, {
    productId, version: product.version, slug: product.slug, name: product.name, description: product.description, status: product.status, deleted: product.deleted,
    categories: product.categoryIds.flatMap((id) => {
      const category = categories.get(id)
      return category ? [{ id, slug: category.slug, name: category.name, ancestorIds: ancestorsOf(categories, id).map((ancestor) => ancestor.id) }] : []
    }),
    images: product.images, options: product.options,
    variants: live.map(({ id, sku, name, options, prices }) => ({ id, sku, name, options, prices })),
    withdrawnSkus: product.variants.filter((variant) => variant.deleted).map((variant) => variant.sku),
    createdAt: product.createdAt.toISOString(), updatedAt: product.updatedAt.toISOString(),
  })
  return product
}
