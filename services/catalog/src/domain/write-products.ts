// Writes of products and variants, for the routes of operators and the seed. Every change publishes the whole state.

import { AppError, type NewProduct, type NewVariant } from '@cartwright/contracts'
import { ConflictError, insertInto, list, type NewId, type Tx } from '@cartwright/db'
import { type CategoryRow, productCategoryTable, productTable, stockLevelTable, variantTable } from '../db/generated/rows.ts'
import {
  imagesColumn,
  optionsColumn,
  productTranslationsColumn,
  variantImagesColumn,
  variantOptionsColumn,
} from '../db/json-columns.ts'
import type { ProductState } from '../db/product-state.ts'
import { getProductState } from '../db/products.ts'
import { assertFitsEvent, publishProductChanged } from './publish-product.ts'
import { publishStockChanged } from './stock.ts'
import { assertChoice, assertFree, assertOptions, type Choice, composedOptions } from './variant-choice.ts'
import { assertPrices, setPrices } from './write-prices.ts'

/** Translates a violated unique key into the error of the API. @throws AppError sku_taken, slug_taken */
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

/** Locks a product. @throws AppError not_found */
export const lockProduct = async (tx: Tx, productId: string): Promise<void> => {
  const row = await tx.one`SELECT id FROM product WHERE id = ${productId} AND deleted_at IS NULL FOR UPDATE`
  if (row === null) throw new AppError('not_found')
}

/** The transaction's time. */
export const timeOf = async (tx: Tx): Promise<Date> => {
  const row = await tx.one<{ at: Date }>`SELECT ${tx.dbNow} AS at`
  if (row === null) throw new Error('the database has no time')
  return row.at
}

/** @throws AppError not_found for an unknown category */
export const setCategories = async (tx: Tx, productId: string, categoryIds: readonly string[]): Promise<void> => {
  const wanted = [...new Set(categoryIds)].sort()
  const known = await tx.rows<Pick<CategoryRow, 'id'>>`SELECT id FROM category WHERE id IN (${list(wanted)})`
  const missing = wanted.find((id) => !known.some((row) => row.id === id))
  if (missing) throw new AppError('not_found', { detail: `there is no category ${missing}` })
  await tx.run`DELETE FROM product_category WHERE product_id = ${productId}`
  if (wanted.length > 0)
    await tx.run`${insertInto(productCategoryTable, ...wanted.map((id) => ({ product_id: productId, category_id: id })))}`
}

/** @param choice from `assertChoice` */
export const setChoice = (tx: Tx, variantId: string, choice: Choice) =>
  tx.run`UPDATE variant SET options = ${variantOptionsColumn.stringify(choice)} WHERE id = ${variantId}`

/** @param choice from `assertChoice` */
export const insertVariant = async (
  tx: Tx,
  productId: string,
  variantId: string,
  variant: NewVariant,
  choice: Choice,
  at: Date,
): Promise<void> => {
  await tx.run`${insertInto(variantTable, {
    id: variantId,
    product_id: productId,
    sku: variant.sku,
    name: variant.name ?? '',
    options: variantOptionsColumn.stringify(choice),
    images: variantImagesColumn.stringify(variant.images ?? []),
    weight_grams: variant.weightGrams ?? 0,
    requires_shipping: variant.requiresShipping ?? true,
  })}`
  if (variant.prices) await setPrices(tx, variantId, variant.prices, { at, createdAt: at, updatedAt: at })
  await tx.run`${insertInto(stockLevelTable, { sku: variant.sku, product_id: productId })}`
  publishStockChanged(tx, variant.sku)
}

/**
 * @param at creation time; the transaction's time when left out
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
  const { name, description = '', translations = {}, status = 'draft', taxClass = 'standard', images = [] } = input
  const { categoryIds, variants = [] } = input
  const options = composedOptions(input.options ?? [])
  assertOptions(options)
  const createdAt = at ?? (await timeOf(tx))
  await tx.run`${insertInto(productTable, {
    id: productId,
    slug,
    name,
    description,
    status,
    tax_class: taxClass,
    version: 0,
    images: imagesColumn.stringify(images),
    options: optionsColumn.stringify(options),
    translations: productTranslationsColumn.stringify(translations),
    created_at: createdAt,
    updated_at: createdAt,
  })}`
  if (categoryIds) await setCategories(tx, productId, categoryIds)
  const inserted: { sku: string; options: Choice }[] = []
  for (const [index, variant] of variants.entries()) {
    const choice = assertChoice(options, variant.options ?? {}, `/variants/${index}/options`)
    assertFree(inserted, choice)
    assertPrices(variant.prices ?? [], `/variants/${index}/prices`)
    inserted.push({ sku: variant.sku, options: choice })
    await insertVariant(tx, productId, newId('var'), variant, choice, createdAt)
  }
  assertFitsEvent(await getProductState(tx, productId))
  return publishProductChanged(tx, productId, at)
}
