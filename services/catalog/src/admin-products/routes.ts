// Operators create, change and withdraw products. Every write announces the whole state and leaves an audit row.
import { AppError, type BodyOf, catalogApi } from '@cartwright/contracts'
import { assignments, type Tx } from '@cartwright/db'
import { audit, route } from '@cartwright/service-kit'
import { auditedState, changeProduct } from '../db/audit-product.ts'
import { announceProduct, getProductState } from '../db/products.ts'
import { explainConflict, insertProduct, lockProduct, setCategories, setChoice } from '../db/write-products.ts'
import type { CatalogDeps } from '../deps.ts'
import { liveVariants, type ProductState } from '../product.ts'
import { slugOf, withFreeSlug } from '../slug.ts'
import { assertAllFit, assertChoice, assertOptions, type Choice, composedOptions } from '../variant-choice.ts'
import { readAdminProduct } from './read.ts'

export const createProduct = route(catalogApi.createProduct, async (req, { db, newId, prisma }: CatalogDeps) => {
  const id = newId('prd')
  await withFreeSlug(
    { asked: req.body.slug, plain: slugOf(req.body.name, 'product'), suffix: () => newId('s').slice(-6) },
    (slug) =>
      explainConflict(() =>
        db.tx(async (tx) => {
          const product = await insertProduct(tx, id, req.body, slug, newId)
          await audit(tx, { actor: req.principal.id, action: 'product.create', target: id, after: auditedState(product) })
        }),
      ),
  )
  return readAdminProduct(prisma, id)
})

type Changes = BodyOf<typeof catalogApi.updateProduct>

/** What the variants named by id are under new options. @throws AppError not_found for one that is not the product's */
const rechosen = (product: ProductState, changes: readonly { id: string; options: Choice }[]) => {
  const wanted = new Map(changes.map(({ id, options }) => [id, options]))
  const variants = liveVariants(product)
  const missing = changes.find(({ id }) => !variants.some((variant) => variant.id === id))
  if (missing) throw new AppError('not_found', `the product has no variant ${missing.id}`)
  return variants.map(({ id, sku, options }) => ({ id, sku, options: wanted.get(id) ?? options }))
}

/** Declares other options, and which of them the variants are. @throws AppError options_in_use, variant_taken, validation_failed */
const changeOptions = async (tx: Tx, product: ProductState, { options, variants = [] }: Changes): Promise<void> => {
  const declared = options === undefined ? product.options : composedOptions(options ?? [])
  assertOptions(declared)
  const choices = variants.map(({ id, options: choice }, index) => ({
    id,
    options: assertChoice(declared, choice, `/variants/${index}/options`),
  }))
  assertAllFit(declared, rechosen(product, choices))
  await tx.run`UPDATE product SET options = ${JSON.stringify(declared)} WHERE id = ${product.id}`
  for (const { id, options: choice } of choices) await setChoice(tx, id, choice)
}

export const updateProduct = route(catalogApi.updateProduct, async (req, { db, prisma }: CatalogDeps) => {
  const { productId } = req.params
  const { name, slug, description, status, categoryIds, images, options, variants } = req.body
  const changes = assignments({
    name,
    slug,
    description: description === null ? '' : description,
    status,
    images: images === undefined ? undefined : JSON.stringify(images ?? []),
  })
  await explainConflict(() =>
    db.tx((tx) =>
      changeProduct(tx, productId, { actor: req.principal.id, action: 'product.update' }, async (product) => {
        if (changes.text !== '') await tx.run`UPDATE product SET ${changes} WHERE id = ${productId}`
        if (categoryIds !== undefined) await setCategories(tx, productId, categoryIds ?? [])
        if (options !== undefined || variants !== undefined) await changeOptions(tx, product, req.body)
      }),
    ),
  )
  return readAdminProduct(prisma, productId)
})

export const deleteProduct = route(catalogApi.deleteProduct, async (req, { db }: CatalogDeps) => {
  const { productId } = req.params
  await db.tx(async (tx) => {
    await lockProduct(tx, productId)
    const before = auditedState(await getProductState(tx, productId))
    // The slug becomes free again; the row stays for orders and the ledger, and with it its SKUs.
    await tx.run`UPDATE product SET deleted_at = ${tx.dbNow}, slug = ${`deleted-${productId}`} WHERE id = ${productId}`
    await announceProduct(tx, productId)
    await audit(tx, { actor: req.principal.id, action: 'product.delete', target: productId, before })
  })
  return null
})
