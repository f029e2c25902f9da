// Records the price rules of catalog. An event that is older than the projection changes nothing.
import { catalogEvents } from '@cartwright/contracts'
import { replacePriceRules } from '../../db/price-rules.ts'
import { on } from '../../deps.ts'

export const onPriceRulesChanged = on(catalogEvents.priceRulesChanged, ({ tx, message: { data } }) =>
  replacePriceRules(tx, data.shopId, data.rules),
)
