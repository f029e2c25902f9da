// Writes a product and remembers who did it: what differs, in the same transaction.
import type { Tx } from '@cartwright/db'
import { audit, changesOf } from '@cartwright/service-kit'
import { liveVariants, type ProductState } from '../product.ts'
import { announceProduct, assertAnnounceable, getProductState } from './products.ts'
import { lockProduct } from './write-products.ts'

/** What operators set; stock has its own ledger. */
export const auditedState = (product: ProductState) => ({
  slug: product.slug,
  name: product.name,
  description: product.description,
  status: product.status,
  images: product.images,
  options: product.options,
  categoryIds: product.categoryIds,
  variants: liveVariants(product).map(({ id, sku, name, options, prices }) => ({ id, sku, name, options, prices })),
})

/**
 * Locks a product, lets `write` change it from the state it is given, announces it and writes the audit row.
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
  assertAnnounceable(await getProductState(tx, productId))
  const after = auditedState(await announceProduct(tx, productId))
  await audit(tx, { actor, action, target: productId, ...changesOf(before, after) })
}
