// Follows the stock ledger. An announcement that is older than what is known changes nothing.
import { catalogEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import { replaceStock } from '../db/views.ts'
import type { CartDeps } from '../deps.ts'

export const onStockChanged = on(catalogEvents.stockChanged, async (tx, { data }, deps: CartDeps) => {
  const { sku, available, version } = data
  replaceStock(tx, sku, { available, version })
  tx.afterCommit(() => void deps.cache.putStock(sku, { available, version }))
})
