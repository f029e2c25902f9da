// Work rows for products whose surroundings changed, such as the place of their category: in slices, so that one change of a large shop blocks nothing.
import type { NewId, Tx } from '@cartwright/db'
import { enqueue } from '@cartwright/messaging'

export const announceProductsKind = 'announce-products'
export type AnnounceProducts = { productIds: string[] }

const slice = 100

/** Has products announced once this transaction has committed. */
export const announceLater = async (tx: Tx, productIds: readonly string[], newId: NewId): Promise<void> => {
  for (let from = 0; from < productIds.length; from += slice) {
    const payload: AnnounceProducts = { productIds: productIds.slice(from, from + slice) }
    await enqueue(tx, announceProductsKind, newId('ann'), payload)
  }
}
