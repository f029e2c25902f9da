// Marks the search document of a product as out of date when the availability of a variant changes.

import { catalogEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { recordStockUpdate } from '../../domain/search-pending.ts'

export const onStockChanged = on(catalogEvents.stockChanged, async ({ tx, message: { id, data }, deps: { elasticsearch } }) => {
  const { sku, productId, available, version } = data
  recordStockUpdate(tx, { sku, productId, available, version, token: id, isJobDue: elasticsearch !== null })
})
