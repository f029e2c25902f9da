// Rule set of a shop that has published none: no shipping charge, no tax, no promotion.
import type { PriceRules } from '@cartwright/contracts'

/** Prices in US dollars are without tax, as is usual there; all other prices include it. */
export const emptyRules: PriceRules = {
  version: 0,
  taxExcluded: ['USD'],
  shippingZones: [],
  taxRates: [],
  promotions: [],
}
