// Changes a product with its audit row: what differs and which operator did it, in the transaction of the change.

import type { Tx } from '@cartwright/db'
import { audit, changesOf } from '@cartwright/service-kit'
import type { ProductState } from '../db/product-state.ts'
import { getProductState } from '../db/products.ts'
import { liveVariants } from './product.ts'
import { assertFitsEvent, publishedVariant, publishProductChanged } from './publish-product.ts'
import { lockProduct } from './write-products.ts'

/** Fields that operators set. Stock is not one of them: it has its own ledger. */
export const auditedState = (product: ProductState) => ({
  slug: product.slug,
  name: product.name,
  description: product.description,
  translations: product.translations,
  status: product.status,
  taxClass: product.taxClass,
  images: product.images,
  options: product.options,
  categoryIds: product.categoryIds,
  variants: liveVariants(product).map(publishedVariant),
})

/**
 * Locks a product, calls `write` with its state, publishes the changed product and writes the audit row.
 * @throws AppError not_found
 */
export const changeProduct = async (
  tx: Tx,
  productId: string,
  { actor, action }: { actor: string; action: string },
  write: (product: ProductState) => Promise<unknown>,
): Promise<void> => {
  await lockProduct(tx, productId)
  const product = await getProductState(tx, productId)
  const before = auditedState(product)
  await write(product)
  assertFitsEvent(await getProductState(tx, productId))
  const after = auditedState(await publishProductChanged(tx, productId))
  await audit(tx, { actor, action, target: productId, ...changesOf(before, after) })
}
