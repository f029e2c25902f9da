// Keeps the search index up with the shop: a change of a product or of its stock makes its document out of date.
import { catalogEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import { markPending } from '../db/search.ts'
import type { CatalogDeps } from '../deps.ts'

export const indexHandlers = [
  on(catalogEvents.productChanged, async (tx, { id, data }, { engine }: CatalogDeps) =>
    markPending(tx, data.productId, id, engine !== null),
  ),
  on(catalogEvents.stockChanged, async (tx, { id, data }, { engine }: CatalogDeps) =>
    markPending(tx, data.productId, id, engine !== null),
  ),
]
