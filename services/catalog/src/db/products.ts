// Reads a product with everything that belongs to it in three statements, and announces its state.
import { AppError, catalogEvents, isCurrency } from '@cartwright/contracts'
import { list, type Queryable, type Sql, sql, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { ancestorsOf, type Categories, type CategoryRow } from '../category.ts'
import { liveVariants, type ProductState, type Status, type VariantState } from '../product.ts'
import { relist } from './relist.ts'

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
  stock_version: number | null
  currency: string | null
  amount_minor: number | null
}

const variantsOf = (rows: readonly VariantRow[]): Map<string, VariantState[]> => {
  const byId = new Map<string, VariantState>()
  const byProduct = new Map<string, VariantState[]>()
  for (const row of rows) {
    let variant = byId.get(row.id)
    if (variant === undefined) {
      variant = {
        id: row.id,
        sku: row.sku,
        name: row.name,
        options: JSON.parse(row.options),
        prices: [],
        available: row.available ?? 0,
        stockVersion: row.stock_version ?? 0,
        deleted: row.deleted_at !== null,
      }
      byId.set(row.id, variant)
      const siblings = byProduct.get(row.product_id)
      if (siblings) siblings.push(variant)
      else byProduct.set(row.product_id, [variant])
    }
    // A price of an older shop in what nobody can be charged is kept and not shown.
    if (row.currency !== null && row.amount_minor !== null && isCurrency(row.currency))
      variant.prices.push({ amountMinor: row.amount_minor, currency: row.currency })
  }
  return byProduct
}

const stateOf = (row: ProductRow, variants: VariantState[], categoryIds: string[]): ProductState => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  description: row.description,
  status: row.status,
  version: row.version,
  images: JSON.parse(row.images),
  options: JSON.parse(row.options),
  deleted: row.deleted_at !== null,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  categoryIds,
  variants,
})

/** Products with variants (withdrawn ones too), prices, stock and category ids, in the order of the condition's rows. */
export const loadProducts = async (db: Queryable, condition: Sql): Promise<ProductState[]> => {
  const rows =
    await db.rows<ProductRow>`SELECT id, slug, name, description, status, version, images, options, deleted_at, created_at, updated_at
    FROM product WHERE ${condition}`
  if (rows.length === 0) return []
  const ids = list(rows.map((row) => row.id))
  const variants = variantsOf(
    await db.rows<VariantRow>`SELECT v.id, v.product_id, v.sku, v.name, v.options, v.deleted_at, s.on_hand - s.reserved AS available, s.version AS stock_version,
      p.currency, p.amount_minor FROM variant v LEFT JOIN stock_level s ON s.sku = v.sku LEFT JOIN variant_price p ON p.variant_id = v.id
      WHERE v.product_id IN (${ids}) ORDER BY v.id, p.currency`,
  )
  const links = Map.groupBy(
    await db.rows<{
      product_id: string
      category_id: string
    }>`SELECT product_id, category_id FROM product_category WHERE product_id IN (${ids}) ORDER BY category_id`,
    (link) => link.product_id,
  )
  return rows.map((row) =>
    stateOf(
      row,
      variants.get(row.id) ?? [],
      (links.get(row.id) ?? []).map((link) => link.category_id),
    ),
  )
}

/** @throws AppError not_found */
export const getProductState = async (db: Queryable, productId: string): Promise<ProductState> => {
  const [product] = await loadProducts(db, sql`id = ${productId} AND deleted_at IS NULL`)
  if (product === undefined) throw new AppError('not_found')
  return product
}

/** All categories: a shop has hundreds at most, and trees need them together. */
export const loadCategories = async (db: Queryable): Promise<Categories> => {
  const rows = await db.rows<CategoryRow>`SELECT id, slug, name, parent_id, position FROM category ORDER BY position, name, id`
  return new Map(rows.map((row) => [row.id, row]))
}

/** Withdrawn SKUs that an event names at most, the latest: readers heard of the others before. */
const announcedWithdrawn = 500
/** Leaves room in the record for the names of categories. */
const maxStateBytes = 750_000

/** @throws AppError validation_failed when a product is larger than its event can carry */
export const assertAnnounceable = ({ images, options, variants, description }: ProductState): void => {
  const bytes = Buffer.byteLength(JSON.stringify([images, options, variants.filter(({ deleted }) => !deleted), description]))
  if (bytes <= maxStateBytes) return
  const message = `a product with its variants takes at most ${maxStateBytes} bytes, and this one takes ${bytes}`
  throw new AppError('validation_failed', message, { errors: [{ path: '/', message }] })
}

/**
 * Bumps the version, renews the listing and publishes the whole state: the end of every change to a product.
 * @param at when it changed; now when left out
 */
export const announceProduct = async (tx: Tx, productId: string, at?: Date): Promise<ProductState> => {
  await tx.run`UPDATE product SET version = version + 1, updated_at = ${at ?? tx.dbNow} WHERE id = ${productId}`
  const [product] = await loadProducts(tx, sql`id = ${productId}`)
  if (product === undefined) throw new AppError('not_found')
  const categories = await loadCategories(tx)
  await relist(tx, product, categories)
  await publish(tx, catalogEvents.productChanged, {
    productId,
    version: product.version,
    slug: product.slug,
    name: product.name,
    description: product.description,
    status: product.status,
    deleted: product.deleted,
    categories: product.categoryIds.flatMap((id) => {
      const category = categories.get(id)
      return category
        ? [
            {
              id,
              slug: category.slug,
              name: category.name,
              ancestorIds: ancestorsOf(categories, id).map((ancestor) => ancestor.id),
            },
          ]
        : []
    }),
    images: product.images,
    options: product.options,
    variants: liveVariants(product).map(({ id, sku, name, options, prices }) => ({ id, sku, name, options, prices })),
    withdrawnSkus: product.variants
      .filter((variant) => variant.deleted)
      .slice(-announcedWithdrawn)
      .map((variant) => variant.sku),
    createdAt: product.createdAt.toISOString(),
    updatedAt: product.updatedAt.toISOString(),
  })
  return product
}
