// Purges cached responses that show the stock of a product.
import { catalogEvents } from '@cartwright/contracts'
import { subscribeEphemeral } from '../../deps.ts'
import { stockTag } from '../../domain/response-cache.ts'
import { purgeTwice } from './purge-twice.ts'

export const onStockChanged = subscribeEphemeral(catalogEvents.stockChanged, ({ message: { data }, deps }) =>
  purgeTwice(deps, [data.productId, stockTag]),
)
