// Announces products that a change around them made look different, such as a category that moved.
import { job } from '@cartwright/messaging'
import { type AnnounceProducts, announceProductsKind } from '../db/announce-later.ts'
import { announceProduct } from '../db/products.ts'
import type { CatalogDeps } from '../deps.ts'

export const announceProducts = job<AnnounceProducts, null, CatalogDeps>({
  kind: announceProductsKind,
  effect: async () => null,
  apply: async (tx, { payload }) => {
    for (const productId of payload.productIds) await announceProduct(tx, productId)
  },
})
