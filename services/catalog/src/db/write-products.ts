// Writes products and variants; operators and the seed share it. Every change ends with the announcement of the whole state.
import { AppError, type NewProduct, type NewVariant } from '@cartwright/contracts'
import { ConflictError, list, type NewId, rowsOf, type Tx } from '@cartwright/db'
import type { ProductState } from '../product.ts'
import { assertChoice, assertFree, assertOptions, type Choice, composedOptions } from '../variant-choice.ts'
import { announceProduct, assertAnnounceable, getProductState } from './products.ts'
import { announceStock } from './stock.ts'

/** Says which unique key was taken in the shop's words. */
export const explainConflict = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
    if (error.key === 'variant_sku') throw new AppError('sku_taken')
    if (error.key === 'product_slug' || error.key === 'category_slug') throw new AppError('slug_taken')
    throw error
  }
}

/** Locks a product that is not withdrawn. @throws AppError not_found */
export const lockProduct = async (tx: Tx, productId: string): Promise<void> => {
  const row = await tx.one`SELECT id FROM product WHERE id = ${productId} AND deleted_at IS NULL FOR UPDATE`
  if (row === null) throw new AppError('not_found')
}

export const setPrices = async (
  tx: Tx,
  variantId: string,
  prices: readonly { amountMinor: number; currency: string }[],
): Promise<void> => {
  await tx.run`DELETE FROM variant_price WHERE variant_id = ${variantId}`
  if (prices.length === 0) return
  await tx.run`INSERT INTO variant_price (variant_id, currency, amount_minor)
    VALUES ${rowsOf(prices.map(({ currency, amountMinor }) => [variantId, currency, amountMinor]))} ON DUPLICATE KEY UPDATE amount_minor = VALUES(amount_minor)`
}

/** @throws AppError not_found for an unknown category */
export const setCategories = async (tx: Tx, productId: string, categoryIds: readonly string[]): Promise<void> => {
  const wanted = [...new Set(categoryIds)].sort()
  const known = await tx.rows<{ id: string }>`SELECT id FROM category WHERE id IN (${list(wanted)})`
  const missing = wanted.find((id) => !known.some((row) => row.id === id))
  if (missing) throw new AppError('not_found', `there is no category ${missing}`)
  await tx.run`DELETE FROM product_category WHERE product_id = ${productId}`
  if (wanted.length > 0)
    await tx.run`INSERT INTO product_category (product_id, category_id) VALUES ${rowsOf(wanted.map((id) => [productId, id]))}`
}

/** @param choice from `assertChoice` */
export const setChoice = (tx: Tx, variantId: string, choice: Choice) =>
  tx.run`UPDATE variant SET options = ${JSON.stringify(choice)} WHERE id = ${variantId}`

/** @param choice from `assertChoice` */
export const insertVariant = async (
  tx: Tx,
  productId: string,
  variantId: string,
  variant: NewVariant,
  choice: Choice,
): Promise<void> => {
  await tx.run`INSERT INTO variant (id, product_id, sku, name, options)
    VALUES (${variantId}, ${productId}, ${variant.sku}, ${variant.name ?? ''}, ${JSON.stringify(choice)})`
  if (variant.prices) await setPrices(tx, variantId, variant.prices)
  await tx.run`INSERT INTO stock_level (sku, product_id) VALUES (${variant.sku}, ${productId})`
  announceStock(tx, variant.sku)
}

/**
 * @param at when it came to be; now when left out
 * @throws AppError validation_failed, variant_taken, not_found for an unknown category
 */
export const insertProduct = async (
  tx: Tx,
  productId: string,
  input: NewProduct,
  slug: string,
  newId: NewId,
  at?: Date,
): Promise<ProductState> => {
  const { name, description = '', status = 'draft', images = [], categoryIds, variants = [] } = input
  const options = composedOptions(input.options ?? [])
  assertOptions(options)
  await tx.run`INSERT INTO product (id, slug, name, description, status, version, images, options, created_at, updated_at)
    VALUES (${productId}, ${slug}, ${name}, ${description}, ${status}, 0, ${JSON.stringify(images)}, ${JSON.stringify(options)}, ${at ?? tx.dbNow}, ${at ?? tx.dbNow})`
  if (categoryIds) await setCategories(tx, productId, categoryIds)
  const made: { sku: string; options: Choice }[] = []
  for (const [index, variant] of variants.entries()) {
    const choice = assertChoice(options, variant.options ?? {}, `/variants/${index}/options`)
    assertFree(made, choice)
    made.push({ sku: variant.sku, options: choice })
    await insertVariant(tx, productId, newId('var'), variant, choice)
  }
  assertAnnounceable(await getProductState(tx, productId))
  return announceProduct(tx, productId, at)
}
