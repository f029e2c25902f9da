// Purges cached responses that show price rules: where the shop ships to, and whether prices include tax.
import { catalogEvents } from '@cartwright/contracts'
import { subscribeEphemeral } from '../../deps.ts'
import { listTag } from '../../domain/response-cache.ts'
import { purgeTwice } from './purge-twice.ts'

/** Rules change rarely, so all lists are purged with the description of the shop, which has the same tag. */
export const onPriceRulesChanged = subscribeEphemeral(catalogEvents.priceRulesChanged, ({ deps }) => purgeTwice(deps, [listTag]))
