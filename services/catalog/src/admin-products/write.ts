// Writes products and variants; routes and the seed share it. Every change ends with the announcement of the whole state.
import { AppError, type NewProduct, type NewVariant } from '@cartwright/contracts'
import { ConflictError, list, type NewId, type Tx } from '@cartwright/db'
import { announceProduct, type ProductState } from '../db/products.ts'
import { announceStock } from '../db/stock.ts'

/** A slug from a name: ASCII, lower case, dashes. */
export const slugOf = (name: string): string =>
  name.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 100) || 'product'

/** Says which unique key was taken in the shop's words. */
export const explainConflict = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
    if (error.key === 'variant_sku' || error.key === 'stock_level' || error.key === 'PRIMARY') throw new AppError('sku_taken')
    if (error.key === 'product_slug' || error.key === 'category_slug') throw new AppError('slug_taken')
    throw error
  }
}

export const setPrices = async (tx: Tx, variantId: string, prices: readonly { amountMinor: number; currency: string }[]): Promise<void> => {
  await tx.run`DELETE FROM variant_price WHERE variant_id = ${variantId}`
  for (const { amountMinor, currency } of prices) {
    await tx.run`INSERT INTO variant_price (variant_id, currency, amount_minor) VALUES (${variantId}, ${currency}, ${amountMinor})
      ON DUPLICATE KEY UPDATE amount_minor = VALUES(amount_minor)`
  }
}

export const setCategories = async (tx: Tx, productId: string, categoryIds: readonly string[]): Promise<void> => {
  const known = await tx.rows<{ id: string }>`SELECT id FROM category WHERE id IN (${list([...categoryIds])})`
  const missing = categoryIds.find((id) => !known.some((row) => row.id === id))
  if (missing) throw new AppError('not_found', `there is no category ${missing}`)
  await tx.run`DELETE FROM product_category WHERE product_id = ${productId}`
  for (const id of new Set(categoryIds)) await tx.run`INSERT INTO product_category (product_id, category_id) VALUES (${productId}, ${id})`
}

export const insertVariant = async (tx: Tx, productId: string, variantId: string, variant: NewVariant): Promise<void> => {
  await tx.run`INSERT INTO variant (id, product_id, sku, name, options) VALUES (${variantId}, ${productId}, ${variant.sku}, ${variant.name ?? ''}, ${JSON.stringify(variant.options ?? {})})`
  await setPrices(tx, variantId, variant.prices ?? [])
  await tx.run`INSERT INTO stock_level (sku, product_id) VALUES (${variant.sku}, ${productId})`
  await announceStock(tx, variant.sku)
}

export const insertProduct = async (tx: Tx, productId: string, input: NewProduct, newId: NewId, slug: string): Promise<ProductState> => {
  await tx.run`INSERT INTO product (id, slug, name, description, status, version, images, options, created_at, updated_at)
    VALUES (${productId}, ${slug}, ${input.name}, ${input.description ?? ''}, ${input.status ?? 'draft'}, 0, ${JSON.stringify(input.images ?? [])}, ${JSON.stringify(input.options ?? [])}, ${tx.dbNow}, ${tx.dbNow})`
  if (input.categoryIds) await setCategories(tx, productId, input.categoryIds)
  for (const variant of input.variants ?? []) await insertVariant(tx, productId, newId('var'), variant)
  return announceProduct(tx, productId)
}
