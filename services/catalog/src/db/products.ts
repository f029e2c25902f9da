// SQL of products and categories: reads products with variants, prices, stock and category ids in three statements.
import { AppError, isCurrency } from '@cartwright/contracts'
import { list, type OuterJoined, type Queryable, type Sql, sql } from '@cartwright/db'
import type { CategoryRow, ProductCategoryRow, ProductRow, StockLevelRow, VariantPriceRow, VariantRow } from './generated/rows.ts'
import {
  imagesColumn,
  optionsColumn,
  productTranslationsColumn,
  variantImagesColumn,
  variantOptionsColumn,
} from './json-columns.ts'
import type { ProductState, VariantState } from './product-state.ts'

/** All categories by id, in the order in which shoppers see them. */
export type Categories = ReadonlyMap<string, CategoryRow>

/** A variant with its stock and one of its prices. */
type PricedVariant = Pick<
  VariantRow,
  'id' | 'product_id' | 'sku' | 'name' | 'options' | 'images' | 'deleted_at' | 'weight_grams' | 'requires_shipping'
> &
  OuterJoined<
    Pick<VariantPriceRow, 'currency' | 'amount_minor' | 'compare_at_minor' | 'prior_minor' | 'reduced_at'> & {
      available: number
      stock_version: StockLevelRow['version']
    }
  >

const variantsOf = (rows: readonly PricedVariant[], isShown: (currency: string) => boolean): Map<string, VariantState[]> => {
  const byId = new Map<string, VariantState>()
  const byProduct = new Map<string, VariantState[]>()
  for (const row of rows) {
    let variant = byId.get(row.id)
    if (variant === undefined) {
      variant = {
        id: row.id,
        sku: row.sku,
        name: row.name,
        options: variantOptionsColumn.parse(row.options),
        images: variantImagesColumn.parseOrNull(row.images) ?? [],
        prices: [],
        weightGrams: row.weight_grams,
        requiresShipping: row.requires_shipping === 1,
        available: row.available ?? 0,
        stockVersion: row.stock_version ?? 0,
        deleted: row.deleted_at !== null,
      }
      byId.set(row.id, variant)
      const siblings = byProduct.get(row.product_id)
      if (siblings) siblings.push(variant)
      else byProduct.set(row.product_id, [variant])
    }
    if (row.currency !== null && row.amount_minor !== null && isShown(row.currency))
      variant.prices.push({
        amountMinor: row.amount_minor,
        currency: row.currency,
        compareAtMinor: row.compare_at_minor,
        priorMinor: row.prior_minor,
        reducedAt: row.reduced_at,
      })
  }
  return byProduct
}

const stateOf = (row: ProductRow, variants: VariantState[], categoryIds: string[]): ProductState => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  description: row.description,
  translations: productTranslationsColumn.parseOrNull(row.translations) ?? {},
  status: row.status,
  taxClass: row.tax_class,
  version: row.version,
  images: imagesColumn.parse(row.images),
  options: optionsColumn.parse(row.options),
  deleted: row.deleted_at !== null,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  categoryIds,
  variants,
})

/**
 * Products with variants (withdrawn ones too), prices, stock and category ids, in the order of the condition's rows.
 * @param isShown older data may hold prices in currencies that Stripe does not charge: only operators see them
 */
export const loadProducts = async (
  db: Queryable,
  condition: Sql,
  isShown: (currency: string) => boolean = isCurrency,
): Promise<ProductState[]> => {
  const rows = await db.rows<ProductRow>`SELECT * FROM product WHERE ${condition}`
  if (rows.length === 0) return []
  const ids = list(rows.map((row) => row.id))
  const variants = variantsOf(
    await db.rows<PricedVariant>`
      SELECT v.id, v.product_id, v.sku, v.name, v.options, v.images, v.deleted_at, v.weight_grams, v.requires_shipping,
        s.on_hand - s.reserved AS available, s.version AS stock_version, p.currency, p.amount_minor, p.compare_at_minor, p.prior_minor, p.reduced_at
      FROM variant v
      LEFT JOIN stock_level s ON s.sku = v.sku
      LEFT JOIN variant_price p ON p.variant_id = v.id
      WHERE v.product_id IN (${ids})
      ORDER BY v.id, p.currency`,
    isShown,
  )
  const links = Map.groupBy(
    await db.rows<ProductCategoryRow>`
      SELECT *
      FROM product_category
      WHERE product_id IN (${ids})
      ORDER BY category_id`,
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

/** Reads all categories: a shop has hundreds at most, and trees need them together. */
export const loadCategories = async (db: Queryable): Promise<Categories> => {
  const rows = await db.rows<CategoryRow>`SELECT * FROM category ORDER BY position, name, id`
  return new Map(rows.map((row) => [row.id, row]))
}
