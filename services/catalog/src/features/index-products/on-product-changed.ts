// Marks the search document of a changed product as out of date.

import { catalogEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { markPending } from '../../domain/search-pending.ts'

export const onProductChanged = on(catalogEvents.productChanged, async ({ tx, message: { id, data }, deps: { elasticsearch } }) =>
  markPending(tx, data.productId, id, elasticsearch !== null),
)
