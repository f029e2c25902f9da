// Updates the projected stock level of a SKU. An event that is older than the projection changes nothing.
import { catalogEvents } from '@cartwright/contracts'
import { replaceStock } from '../../db/views.ts'
import { on } from '../../deps.ts'

export const onStockChanged = on(catalogEvents.stockChanged, async ({ tx, message: { data }, deps }) => {
  const { sku, available, version } = data
  replaceStock(tx, sku, { available, version })
  tx.afterCommit(() => void deps.cache.putStock(sku, { available, version }))
})
