// Publishes products: the event `catalog.product-changed` with the whole state, at once or by a job.
import { AppError, catalogEvents } from '@cartwright/contracts'
import { type NewId, sql, type Tx } from '@cartwright/db'
import { enqueue, publish } from '@cartwright/messaging'
import type { ProductState, VariantState } from '../db/product-state.ts'
import { type Categories, loadCategories, loadProducts } from '../db/products.ts'
import { ancestorsOf } from './category.ts'
import { liveVariants } from './product.ts'
import { refreshListing } from './refresh-listing.ts'

/** Most withdrawn SKUs that an event names: the latest ones. Earlier events named the others. */
const maxWithdrawnSkus = 500
/** Below the size limit of a Kafka record, with room for the names of categories. */
const maxStateBytes = 750_000

/** @throws AppError validation_failed when a product is larger than its event can carry */
export const assertFitsEvent = ({ images, options, variants, description, translations }: ProductState): void => {
  const bytes = Buffer.byteLength(
    JSON.stringify([images, options, variants.filter(({ deleted }) => !deleted), description, translations]),
  )
  if (bytes <= maxStateBytes) return
  const message = `a product with its variants takes at most ${maxStateBytes} bytes, and this one takes ${bytes}`
  throw new AppError('validation_failed', { detail: message, extra: { errors: [{ path: '/', message }] } })
}

/** What the event and the audit say of a variant. Stock has its own. */
export const publishedVariant = ({ id, sku, name, options, images, prices, weightGrams, requiresShipping }: VariantState) => ({
  id,
  sku,
  name,
  options,
  images,
  prices: prices.map(({ amountMinor, currency }) => ({ amountMinor, currency })),
  compareAt: prices.flatMap(({ compareAtMinor, currency }) =>
    compareAtMinor === null ? [] : [{ amountMinor: compareAtMinor, currency }],
  ),
  weightGrams,
  requiresShipping,
})

const publishedCategories = (product: ProductState, categories: Categories) =>
  product.categoryIds.flatMap((id) => {
    const category = categories.get(id)
    if (category === undefined) return []
    const ancestorIds = ancestorsOf(categories, id).map((ancestor) => ancestor.id)
    return [{ id, slug: category.slug, name: category.name, ancestorIds }]
  })

/**
 * Increments the version, refreshes the listing and publishes the whole state. Every change of a product ends with it.
 * @param at time of the change; the transaction's time when left out
 */
export const publishProductChanged = async (tx: Tx, productId: string, at?: Date): Promise<ProductState> => {
  await tx.run`UPDATE product SET version = version + 1, updated_at = ${at ?? tx.dbNow} WHERE id = ${productId}`
  const [product] = await loadProducts(tx, sql`id = ${productId}`)
  if (product === undefined) throw new AppError('not_found')
  const categories = await loadCategories(tx)
  await refreshListing(tx, product, categories)
  await publish(tx, catalogEvents.productChanged, {
    productId,
    version: product.version,
    slug: product.slug,
    name: product.name,
    description: product.description,
    translations: product.translations,
    status: product.status,
    taxClass: product.taxClass,
    deleted: product.deleted,
    categories: publishedCategories(product, categories),
    images: product.images,
    options: product.options,
    variants: liveVariants(product).map(publishedVariant),
    withdrawnSkus: product.variants
      .filter((variant) => variant.deleted)
      .slice(-maxWithdrawnSkus)
      .map((variant) => variant.sku),
    createdAt: product.createdAt.toISOString(),
    updatedAt: product.updatedAt.toISOString(),
  })
  return product
}

export const publishProductsKind = 'announce-products'
export type PublishProducts = { productIds: string[] }

const productsPerJob = 100

/** Enqueues jobs that publish products after this transaction, a slice per job, so that a large category blocks no other work. */
export const enqueuePublishProducts = async (tx: Tx, productIds: readonly string[], newId: NewId): Promise<void> => {
  for (let from = 0; from < productIds.length; from += productsPerJob) {
    const payload: PublishProducts = { productIds: productIds.slice(from, from + productsPerJob) }
    await enqueue(tx, publishProductsKind, newId('ann'), payload)
  }
}
