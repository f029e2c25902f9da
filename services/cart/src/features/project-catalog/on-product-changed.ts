// Updates the projected variants of a changed product. An event that is older than the projection changes nothing.
import { catalogEvents } from '@cartwright/contracts'
import { replaceProduct } from '../../db/views.ts'
import { on } from '../../deps.ts'

export const onProductChanged = on(catalogEvents.productChanged, async ({ tx, message: { data }, deps }) => {
  const variants = await replaceProduct(tx, data)
  if (variants === null) return
  tx.afterCommit(() => void deps.cache.putVariants(data.version, variants, data.withdrawnSkus))
})
