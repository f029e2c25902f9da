// Writes a product and remembers who did it: what differs, in the same transaction.
import type { Tx } from '@cartwright/db'
import { audit, changesOf } from '@cartwright/service-kit'
import { liveVariants, type ProductState } from '../product.ts'
import { announceProduct, getProductState } from './products.ts'
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
 * Locks a product, lets `write` change it, announces it and writes the audit row.
 * @throws AppError not_found
 */
export const changeProduct = async (
  tx: Tx,
  productId: string,
  { actor, action }: { actor: string; action: string },
  write: () => Promise<unknown>,
): Promise<void> => {
  await lockProduct(tx, productId)
  const before = auditedState(await getProductState(tx, productId))
  await write()
  const after = auditedState(await announceProduct(tx, productId))
  await audit(tx, { actor, action, target: productId, ...changesOf(before, after) })
}
