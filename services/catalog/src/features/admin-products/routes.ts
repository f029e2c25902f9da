// Routes by which operators create, change and withdraw products. Every write publishes the whole state and leaves an audit row.

import { AppError, type BodyOf, catalogApi } from '@cartwright/contracts'
import { assignments, type Tx } from '@cartwright/db'
import { audit } from '@cartwright/service-kit'
import { imagesColumn, optionsColumn, productTranslationsColumn } from '../../db/json-columns.ts'
import type { ProductState } from '../../db/product-state.ts'
import { getProductState } from '../../db/products.ts'
import { route } from '../../deps.ts'
import { auditedState, changeProduct } from '../../domain/audit-product.ts'
import { liveVariants } from '../../domain/product.ts'
import { publishProductChanged } from '../../domain/publish-product.ts'
import { slugOf, withFreeSlug } from '../../domain/slug.ts'
import { assertAllFit, assertChoice, assertOptions, type Choice, composedOptions } from '../../domain/variant-choice.ts'
import { explainConflict, insertProduct, lockProduct, setCategories, setChoice } from '../../domain/write-products.ts'
import { readAdminProduct } from './read.ts'

export const createProduct = route(catalogApi.createProduct, async ({ request, deps: { db, newId } }) => {
  const id = newId('prd')
  await withFreeSlug(
    { requested: request.body.slug, plain: slugOf(request.body.name, 'product'), suffix: () => newId('s').slice(-6) },
    (slug) =>
      explainConflict(() =>
        db.tx(async (tx) => {
          const product = await insertProduct(tx, id, request.body, slug, newId)
          await audit(tx, { actor: request.principal.id, action: 'product.create', target: id, after: auditedState(product) })
        }),
      ),
  )
  return readAdminProduct(db, id)
})

type Changes = BodyOf<typeof catalogApi.updateProduct>

/** Variants of a product with the changed choices. @throws AppError not_found for a variant that the product does not have */
const withChoices = (product: ProductState, changes: readonly { id: string; options: Choice }[]) => {
  const wanted = new Map(changes.map(({ id, options }) => [id, options]))
  const variants = liveVariants(product)
  const missing = changes.find(({ id }) => !variants.some((variant) => variant.id === id))
  if (missing) throw new AppError('not_found', { detail: `the product has no variant ${missing.id}` })
  return variants.map(({ id, sku, options }) => ({ id, sku, options: wanted.get(id) ?? options }))
}

/** Replaces the declared options and the choices of variants. @throws AppError options_in_use, variant_taken, validation_failed */
const changeOptions = async (tx: Tx, product: ProductState, { options, variants = [] }: Changes): Promise<void> => {
  const declared = options === undefined ? product.options : composedOptions(options ?? [])
  assertOptions(declared)
  const choices = variants.map(({ id, options: choice }, index) => ({
    id,
    options: assertChoice(declared, choice, `/variants/${index}/options`),
  }))
  assertAllFit(declared, withChoices(product, choices))
  await tx.run`UPDATE product SET options = ${optionsColumn.stringify(declared)} WHERE id = ${product.id}`
  for (const { id, options: choice } of choices) await setChoice(tx, id, choice)
}

export const updateProduct = route(catalogApi.updateProduct, async ({ request, deps: { db } }) => {
  const { productId } = request.params
  const { name, slug, description, translations, status, taxClass, categoryIds, images, options, variants } = request.body
  const changes = assignments({
    name,
    slug,
    description: description === null ? '' : description,
    translations: translations === undefined ? undefined : productTranslationsColumn.stringify(translations ?? {}),
    status,
    tax_class: taxClass,
    images: images === undefined ? undefined : imagesColumn.stringify(images ?? []),
  })
  await explainConflict(() =>
    db.tx((tx) =>
      changeProduct(tx, productId, { actor: request.principal.id, action: 'product.update' }, async (product) => {
        if (changes.text !== '') await tx.run`UPDATE product SET ${changes} WHERE id = ${productId}`
        if (categoryIds !== undefined) await setCategories(tx, productId, categoryIds ?? [])
        if (options !== undefined || variants !== undefined) await changeOptions(tx, product, request.body)
      }),
    ),
  )
  return readAdminProduct(db, productId)
})

export const deleteProduct = route(catalogApi.deleteProduct, async ({ request, deps: { db } }) => {
  const { productId } = request.params
  await db.tx(async (tx) => {
    await lockProduct(tx, productId)
    const before = auditedState(await getProductState(tx, productId))
    // The slug becomes free again. The row and its SKUs stay, because orders and the ledger name them.
    await tx.run`UPDATE product SET deleted_at = ${tx.dbNow}, slug = ${`deleted-${productId}`} WHERE id = ${productId}`
    await publishProductChanged(tx, productId)
    await audit(tx, { actor: request.principal.id, action: 'product.delete', target: productId, before })
  })
  return null
})
