// SQL of the projection of catalog: names, prices and stock by SKU. An older event never overwrites a newer one.
import { type catalogEvents, type DataOf, type InternalVariant, lineName, translatedLineNames } from '@cartwright/contracts'
import { batchBeforeCommit, insertIgnoreInto, insertInto, list, type OuterJoined, type Queryable, type Tx } from '@cartwright/db'
import { productSeenTable, type StockRow, stockTable, type VariantRow, variantTable } from './generated/rows.ts'
import { categoryIdsColumn, compareAtColumn, namesColumn, optionsColumn, pricesColumn } from './json-columns.ts'
import type { StockLevel, Variant, View } from './stored-cart.ts'

/** Version of a row that was read from catalog: every event is newer. */
const noVersion = -1

/** Columns that a query joins in from `variant v` and `stock s`; all null for a SKU that the projection does not have. */
export type ViewColumns = OuterJoined<
  Pick<
    VariantRow,
    | 'product_id'
    | 'name'
    | 'names'
    | 'image_url'
    | 'prices'
    | 'sellable'
    | 'category_ids'
    | 'tax_class'
    | 'weight_grams'
    | 'requires_shipping'
    | 'compare_at'
    | 'variant_id'
    | 'product_slug'
    | 'options'
  > & {
    variant_version: VariantRow['version']
    available: StockRow['available']
    stock_version: StockRow['version']
  }
>

export const viewOf = (sku: string, row: ViewColumns): View => ({
  variant:
    row.product_id === null
      ? null
      : {
          sku,
          productId: row.product_id,
          variantId: row.variant_id,
          productSlug: row.product_slug,
          options: optionsColumn.parseOrNull(row.options) ?? {},
          name: row.name ?? sku,
          names: namesColumn.parseOrNull(row.names) ?? {},
          imageUrl: row.image_url,
          prices: pricesColumn.parseOrNull(row.prices) ?? [],
          compareAt: compareAtColumn.parseOrNull(row.compare_at) ?? [],
          sellable: Boolean(row.sellable),
          categoryIds: categoryIdsColumn.parseOrNull(row.category_ids),
          taxClass: row.tax_class ?? 'standard',
          weightGrams: row.weight_grams ?? 0,
          requiresShipping: row.requires_shipping !== 0,
          version: row.variant_version ?? noVersion,
        },
  stock: row.available === null ? null : { available: row.available, version: row.stock_version ?? noVersion },
})

/** The projection of some SKUs, by SKU. */
export const listVariants = async (db: Queryable, skus: readonly string[]): Promise<Map<string, Variant>> => {
  const rows = await db.rows<ViewColumns & { sku: string }>`
    SELECT sku, product_id, name, names, image_url, prices, sellable, category_ids, tax_class, weight_grams, requires_shipping,
      compare_at, variant_id, product_slug, options, version AS variant_version, NULL AS available, NULL AS stock_version
    FROM variant
    WHERE sku IN (${list(skus)})`
  return new Map(
    rows.flatMap((row): [string, Variant][] => {
      const { variant } = viewOf(row.sku, row)
      return variant === null ? [] : [[row.sku, variant]]
    }),
  )
}

/** Stock levels of some SKUs, by SKU. */
export const listStock = async (db: Queryable, skus: readonly string[]): Promise<Map<string, StockLevel>> => {
  const rows = await db.rows<StockRow>`SELECT * FROM stock WHERE sku IN (${list(skus)})`
  return new Map(rows.map(({ sku, available, version }) => [sku, { available, version }]))
}

/** Records the version of a product. @returns false when this version or a newer one is recorded already */
const recordVersion = async (tx: Tx, productId: string, version: number): Promise<boolean> => {
  await tx.run`${insertIgnoreInto(productSeenTable, { product_id: productId, version: noVersion })}`
  const { affectedRows } =
    await tx.run`UPDATE product_seen SET version = ${version} WHERE product_id = ${productId} AND version < ${version}`
  return affectedRows === 1
}

type ProductChanged = DataOf<typeof catalogEvents.productChanged>

const variantsOf = (product: ProductChanged): Variant[] =>
  product.variants.map(
    ({ id, sku, name, options, images = [], prices, compareAt = [], weightGrams = 0, requiresShipping = true }) => ({
      sku,
      productId: product.productId,
      variantId: id,
      productSlug: product.slug,
      options,
      name: lineName(product.name, name),
      names: translatedLineNames(product.translations ?? {}, name),
      imageUrl: [...images, ...product.images][0]?.url ?? null,
      prices,
      compareAt,
      sellable: product.status === 'active' && !product.deleted,
      categoryIds: [...new Set(product.categories.flatMap(({ id, ancestorIds }) => [id, ...ancestorIds]))].sort(),
      taxClass: product.taxClass ?? 'standard',
      weightGrams,
      requiresShipping,
      version: product.version,
    }),
  )

const rowFrom = (variant: Variant) => ({
  sku: variant.sku,
  product_id: variant.productId,
  variant_id: variant.variantId,
  product_slug: variant.productSlug,
  options: optionsColumn.stringify(variant.options),
  name: variant.name,
  names: namesColumn.stringify(variant.names ?? {}),
  image_url: variant.imageUrl,
  prices: pricesColumn.stringify(variant.prices),
  compare_at: compareAtColumn.stringify(variant.compareAt ?? []),
  sellable: variant.sellable,
  category_ids: variant.categoryIds && categoryIdsColumn.stringify(variant.categoryIds),
  tax_class: variant.taxClass,
  weight_grams: variant.weightGrams,
  requires_shipping: variant.requiresShipping,
  version: variant.version,
})

/**
 * Replaces the whole state of a product. Variants that it no longer has keep their name and are not sellable.
 * @returns the variants of the product, or null when the event is older than the recorded version
 */
export const replaceProduct = async (tx: Tx, product: ProductChanged): Promise<readonly Variant[] | null> => {
  if (!(await recordVersion(tx, product.productId, product.version))) return null
  const variants = variantsOf(product)
  await tx.run`UPDATE variant SET sellable = FALSE, version = ${product.version} WHERE product_id = ${product.productId}`
  if (variants.length > 0) {
    await tx.run`${insertInto(variantTable, ...variants.map(rowFrom))}
      ON DUPLICATE KEY UPDATE product_id = VALUES(product_id), name = VALUES(name), names = VALUES(names), image_url = VALUES(image_url),
        prices = VALUES(prices), sellable = VALUES(sellable), category_ids = VALUES(category_ids), tax_class = VALUES(tax_class),
        weight_grams = VALUES(weight_grams), requires_shipping = VALUES(requires_shipping), compare_at = VALUES(compare_at),
        variant_id = VALUES(variant_id), product_slug = VALUES(product_slug), options = VALUES(options), version = VALUES(version)`
  }
  return variants
}

/** Replaces a stock level unless a newer one is recorded. `version` is assigned last: the expression before it reads the old value. */
export const replaceStock = (tx: Tx, sku: string, level: StockLevel): void =>
  batchBeforeCommit(tx, levelsKey, { sku, ...level }, writeLevels)

const levelsKey = Symbol('stock levels')
const writeLevels = async (tx: Tx, levels: readonly StockRow[]): Promise<void> => {
  // Ascending lock order, so that two transactions cannot deadlock.
  const rows = levels.toSorted((a, b) => (a.sku < b.sku ? -1 : a.sku > b.sku ? 1 : 0))
  await tx.run`${insertInto(stockTable, ...rows)}
    ON DUPLICATE KEY UPDATE available = IF(VALUES(version) > version, VALUES(available), available),
      version = GREATEST(version, VALUES(version))`
}

/** Inserts variants that were read from catalog. Rows from events are not overwritten, and prices in other currencies stay. */
export const insertVariantsFromCatalog = async (
  tx: Tx,
  items: readonly InternalVariant[],
  known: ReadonlyMap<string, View>,
): Promise<void> => {
  const rows = items.map((item) => {
    const {
      sku,
      productId,
      variantId,
      productSlug,
      options,
      name,
      names = {},
      imageUrl,
      sellable,
      categoryIds,
      price,
      compareAt,
    } = item
    // A replica of an older catalog does not answer these.
    const { taxClass = 'standard', weightGrams = 0, requiresShipping = true } = item
    const variant = known.get(sku)?.variant
    const others = (variant?.prices ?? []).filter(({ currency }) => currency !== price?.currency)
    const otherCompareAt = (variant?.compareAt ?? []).filter(({ currency }) => currency !== price?.currency)
    return rowFrom({
      sku,
      productId,
      variantId,
      productSlug,
      options,
      name,
      names,
      imageUrl,
      sellable,
      categoryIds,
      taxClass,
      weightGrams,
      requiresShipping,
      prices: price ? [...others, price] : others,
      compareAt: compareAt ? [...otherCompareAt, compareAt] : otherCompareAt,
      version: noVersion,
    })
  })
  await tx.run`${insertInto(variantTable, ...rows)}
    ON DUPLICATE KEY UPDATE prices = IF(version < 0, VALUES(prices), prices),
      compare_at = IF(version < 0, VALUES(compare_at), compare_at),
      names = IF(version < 0 OR names IS NULL, VALUES(names), names),
      sellable = IF(version < 0, VALUES(sellable), sellable),
      category_ids = IF(version < 0 OR category_ids IS NULL, VALUES(category_ids), category_ids),
      tax_class = IF(version < 0, VALUES(tax_class), tax_class),
      weight_grams = IF(version < 0, VALUES(weight_grams), weight_grams),
      requires_shipping = IF(version < 0, VALUES(requires_shipping), requires_shipping),
      product_slug = IF(version < 0 OR variant_id IS NULL, VALUES(product_slug), product_slug),
      options = IF(version < 0 OR variant_id IS NULL, VALUES(options), options),
      variant_id = VALUES(variant_id)`
  const levels = items.map(({ sku, available }) => ({ sku, available, version: noVersion }))
  await tx.run`${insertIgnoreInto(stockTable, ...levels)}`
}

/** True when catalog has to be read: the SKU, its id or its categories are unknown, or it was read for another currency only. */
export const isUnknown = (view: View | undefined, currency: string): boolean => {
  const variant = view?.variant
  if (!variant || variant.categoryIds === null || variant.variantId === null) return true
  return variant.version < 0 && !variant.prices.some((price) => price.currency === currency)
}
