// Routes by which operators add, change and withdraw variants. A SKU is never reused: the ledger and old orders name it.
import { AppError, catalogApi, variantLimit } from '@cartwright/contracts'
import { assignments, type Queryable } from '@cartwright/db'
import type { VariantRow } from '../../db/generated/rows.ts'
import { variantImagesColumn } from '../../db/json-columns.ts'
import type { ProductState } from '../../db/product-state.ts'
import { route } from '../../deps.ts'
import { changeProduct } from '../../domain/audit-product.ts'
import { liveVariants } from '../../domain/product.ts'
import { assertChoice, assertFree } from '../../domain/variant-choice.ts'
import { assertPrices, setPrices } from '../../domain/write-prices.ts'
import { explainConflict, insertVariant, setChoice, timeOf } from '../../domain/write-products.ts'
import { readAdminProduct } from './read.ts'

/** @throws AppError validation_failed when the product has the most variants that are allowed */
const assertVariantLimit = (product: ProductState): void => {
  if (liveVariants(product).length < variantLimit) return
  const message = `a product has at most ${variantLimit} variants`
  throw new AppError('validation_failed', { detail: message, extra: { errors: [{ path: '/', message }] } })
}

export const addVariant = route(catalogApi.addVariant, async ({ request, deps: { db, newId } }) => {
  const { productId } = request.params
  const variantId = newId('var')
  assertPrices(request.body.prices ?? [], '/prices')
  await explainConflict(() =>
    db.tx((tx) =>
      changeProduct(tx, productId, { actor: request.principal.id, action: 'variant.add' }, async (product) => {
        assertVariantLimit(product)
        const choice = assertChoice(product.options, request.body.options ?? {}, '/options')
        assertFree(liveVariants(product), choice)
        await insertVariant(tx, productId, variantId, request.body, choice, await timeOf(tx))
      }),
    ),
  )
  return readAdminProduct(db, productId)
})

/** @throws AppError not_found */
const productOf = async (db: Queryable, variantId: string): Promise<string> => {
  const row = await db.one<Pick<VariantRow, 'product_id'>>`
    SELECT product_id
    FROM variant
    WHERE id = ${variantId} AND deleted_at IS NULL`
  if (row === null) throw new AppError('not_found')
  return row.product_id
}

export const updateVariant = route(catalogApi.updateVariant, async ({ request, deps: { db } }) => {
  const { variantId } = request.params
  const { name, options, images, prices, weightGrams, requiresShipping } = request.body
  const changes = assignments({
    name: name === null ? '' : name,
    images: images === undefined ? undefined : variantImagesColumn.stringify(images ?? []),
    weight_grams: weightGrams,
    requires_shipping: requiresShipping,
  })
  assertPrices(prices ?? [], '/prices')
  const productId = await productOf(db, variantId)
  await db.tx((tx) =>
    changeProduct(tx, productId, { actor: request.principal.id, action: 'variant.update' }, async (product) => {
      await productOf(tx, variantId)
      if (changes.text !== '') await tx.run`UPDATE variant SET ${changes} WHERE id = ${variantId}`
      if (options !== undefined) {
        const choice = assertChoice(product.options, options ?? {}, '/options')
        assertFree(
          liveVariants(product).filter(({ id }) => id !== variantId),
          choice,
        )
        await setChoice(tx, variantId, choice)
      }
      if (prices !== undefined) await setPrices(tx, variantId, prices ?? [], { ...product, at: await timeOf(tx) })
    }),
  )
  return readAdminProduct(db, productId)
})

export const deleteVariant = route(catalogApi.deleteVariant, async ({ request, deps: { db } }) => {
  const { variantId } = request.params
  const productId = await productOf(db, variantId)
  await db.tx((tx) =>
    changeProduct(tx, productId, { actor: request.principal.id, action: 'variant.delete' }, async () => {
      await productOf(tx, variantId)
      await tx.run`UPDATE variant SET deleted_at = ${tx.dbNow} WHERE id = ${variantId}`
    }),
  )
  return null
})
