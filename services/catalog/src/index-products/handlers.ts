// Keeps the search index up with the shop: a change of a product, or of whether it can be had, makes its document out of date.
import { catalogEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import { markPending, noteStock } from '../db/search.ts'
import type { CatalogDeps } from '../deps.ts'

export const indexHandlers = [
  on(catalogEvents.productChanged, async (tx, { id, data }, { engine }: CatalogDeps) =>
    markPending(tx, data.productId, id, engine !== null),
  ),
  on(catalogEvents.stockChanged, async (tx, { id, data: { sku, productId, available, version } }, { engine }: CatalogDeps) =>
    noteStock(tx, { sku, productId, available, version, token: id, awake: engine !== null }),
  ),
]
