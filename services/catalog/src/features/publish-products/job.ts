// Job that publishes products whose category moved, changed its name or was deleted.

import { job } from '../../deps.ts'
import { type PublishProducts, publishProductChanged, publishProductsKind } from '../../domain/publish-product.ts'

export const publishProducts = job<PublishProducts, null>({
  kind: publishProductsKind,
  effect: async () => null,
  apply: async ({ tx, item: { payload } }) => {
    for (const productId of payload.productIds) await publishProductChanged(tx, productId)
  },
})
