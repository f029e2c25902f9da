// Follows what is sold and at what price. An announcement that is older than what is known changes nothing.
import { catalogEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import { replaceProduct } from '../db/views.ts'
import type { CartDeps } from '../deps.ts'

export const onProductChanged = on(catalogEvents.productChanged, async (tx, { data }, deps: CartDeps) => {
  const variants = await replaceProduct(tx, data)
  if (variants === null) return
  tx.afterCommit(() => void deps.cache.putVariants(data.version, variants, data.withdrawnSkus))
})
