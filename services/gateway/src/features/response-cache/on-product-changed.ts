// Purges cached responses that show a changed product.
import { catalogEvents } from '@cartwright/contracts'
import { subscribeEphemeral } from '../../deps.ts'
import { listTag } from '../../domain/response-cache.ts'
import { purgeTwice } from './purge-twice.ts'

export const onProductChanged = subscribeEphemeral(catalogEvents.productChanged, ({ message: { data }, deps }) =>
  purgeTwice(deps, [data.productId, listTag]),
)
