// The projection of catalog: what a SKU is, costs and whether there is stock. Older announcements never overwrite newer ones.
import type { catalogEvents, DataOf, InternalVariant } from '@cartwright/contracts'
import { gather, list, type Queryable, rowsOf, type Tx } from '@cartwright/db'
import type { StockLevel, Variant, View } from '../cart.ts'

/** The version of what was read from catalog: any announcement is newer. */
const unannounced = -1

/** Columns that a query joins in from `variant v` and `stock s`; all null where the projection knows nothing. */
export interface ViewColumns {
  product_id: string | null
  name: string | null
  image_url: string | null
  prices: string | null
  sellable: number | null
  variant_version: number | null
  available: number | null
  stock_version: number | null
}

export const viewOf = (sku: string, row: ViewColumns): View => ({
  variant:
    row.product_id === null
      ? null
      : {
          sku,
          productId: row.product_id,
          name: row.name ?? sku,
          imageUrl: row.image_url,
          prices: JSON.parse(row.prices ?? '[]'),
          sellable: Boolean(row.sellable),
          version: row.variant_version ?? unannounced,
        },
  stock: row.available === null ? null : { available: row.available, version: row.stock_version ?? unannounced },
})

/** The projection of some SKUs, by SKU. */
export const listVariants = async (db: Queryable, skus: readonly string[]): Promise<Map<string, Variant>> => {
  const rows = await db.rows<
    ViewColumns & { sku: string }
  >`SELECT sku, product_id, name, image_url, prices, sellable, version AS variant_version,
    NULL AS available, NULL AS stock_version FROM variant WHERE sku IN (${list(skus)})`
  return new Map(
    rows.flatMap((row): [string, Variant][] => {
      const { variant } = viewOf(row.sku, row)
      return variant === null ? [] : [[row.sku, variant]]
    }),
  )
}

/** Stock levels of some SKUs, by SKU. */
export const listStock = async (db: Queryable, skus: readonly string[]): Promise<Map<string, StockLevel>> => {
  const rows = await db.rows<StockLevel & { sku: string }>`SELECT sku, available, version FROM stock WHERE sku IN (${list(skus)})`
  return new Map(rows.map(({ sku, available, version }) => [sku, { available, version }]))
}

/** @returns false when this version or a newer one is known already */
const isNews = async (tx: Tx, productId: string, version: number): Promise<boolean> => {
  await tx.run`INSERT IGNORE INTO product_seen (product_id, version) VALUES (${productId}, ${unannounced})`
  const { affectedRows } =
    await tx.run`UPDATE product_seen SET version = ${version} WHERE product_id = ${productId} AND version < ${version}`
  return affectedRows === 1
}

type ProductChanged = DataOf<typeof catalogEvents.productChanged>

const variantsOf = (product: ProductChanged): Variant[] =>
  product.variants.map(({ sku, name, prices }) => ({
    sku,
    productId: product.productId,
    name: name === '' ? product.name : `${product.name} — ${name}`,
    imageUrl: product.images[0]?.url ?? null,
    prices,
    sellable: product.status === 'active' && !product.deleted,
    version: product.version,
  }))

const cellsOf = (variant: Variant) => [
  variant.sku,
  variant.productId,
  variant.name,
  variant.imageUrl,
  JSON.stringify(variant.prices),
  variant.sellable,
  variant.version,
]

/**
 * Takes over the whole state of a product. Variants that it no longer has stay known by name and are not sold any more.
 * @returns the variants it has now, or null when the announcement is older than what is known
 */
export const replaceProduct = async (tx: Tx, product: ProductChanged): Promise<readonly Variant[] | null> => {
  if (!(await isNews(tx, product.productId, product.version))) return null
  const variants = variantsOf(product)
  await tx.run`UPDATE variant SET sellable = FALSE, version = ${product.version} WHERE product_id = ${product.productId}`
  if (variants.length > 0) {
    await tx.run`INSERT INTO variant (sku, product_id, name, image_url, prices, sellable, version) VALUES ${rowsOf(variants.map(cellsOf))}
      ON DUPLICATE KEY UPDATE product_id = VALUES(product_id), name = VALUES(name), image_url = VALUES(image_url), prices = VALUES(prices), sellable = VALUES(sellable), version = VALUES(version)`
  }
  return variants
}

/** Takes over a stock level unless a newer one is known. The version is assigned last, since the condition before it reads the old one. */
export const replaceStock = (tx: Tx, sku: string, level: StockLevel): void =>
  gather(tx, levelsKey, [sku, level.available, level.version], writeLevels)

const levelsKey = Symbol('stock levels')
const writeLevels = async (tx: Tx, levels: readonly (readonly [string, number, number])[]): Promise<void> => {
  // Ascending, so that two transactions cannot wait for each other.
  const rows = levels.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  await tx.run`INSERT INTO stock (sku, available, version) VALUES ${rowsOf(rows)}
    ON DUPLICATE KEY UPDATE available = IF(VALUES(version) > version, VALUES(available), available), version = GREATEST(version, VALUES(version))`
}

/** Remembers what catalog answered until announcements come; never overwrites one. Prices in other currencies that are known stay. */
export const learnVariants = async (
  tx: Tx,
  items: readonly InternalVariant[],
  known: ReadonlyMap<string, View>,
): Promise<void> => {
  const rows = items.map(({ sku, productId, name, imageUrl, sellable, price }) => {
    const others = (known.get(sku)?.variant?.prices ?? []).filter(({ currency }) => currency !== price?.currency)
    return cellsOf({
      sku,
      productId,
      name,
      imageUrl,
      sellable,
      prices: price ? [...others, price] : others,
      version: unannounced,
    })
  })
  await tx.run`INSERT INTO variant (sku, product_id, name, image_url, prices, sellable, version) VALUES ${rowsOf(rows)}
    ON DUPLICATE KEY UPDATE prices = IF(version < 0, VALUES(prices), prices), sellable = IF(version < 0, VALUES(sellable), sellable)`
  await tx.run`INSERT IGNORE INTO stock (sku, available, version) VALUES ${rowsOf(items.map(({ sku, available }) => [sku, available, unannounced]))}`
}

/** Whether catalog must be asked: nothing is known of the SKU, or only what catalog said about another currency. */
export const isUnknown = (view: View | undefined, currency: string): boolean => {
  const variant = view?.variant
  if (!variant) return true
  return variant.version < 0 && !variant.prices.some((price) => price.currency === currency)
}
