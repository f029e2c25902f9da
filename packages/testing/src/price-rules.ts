// Price rules for tests: zones of Germany, France and America with California apart, and the taxes there.
import type { PriceRules, ShippingOption, ShippingRate } from '@cartwright/contracts'

const flat = (currency: string, amountMinor: number, more: Partial<ShippingRate> = {}): ShippingRate => ({
  currency,
  tiers: [{ from: 0, amountMinor }],
  ...more,
})
const option = (id: string, name: string, rates: ShippingRate[], more: Partial<ShippingOption> = {}): ShippingOption => ({
  id,
  name,
  kind: 'flat',
  rates,
  estimateDays: { min: 2, max: 4 },
  ...more,
})

const standard = option('opt_standard', 'Standard', [
  flat('EUR', 490, { freeFromMinor: 5000 }),
  flat('USD', 590),
  flat('JPY', 800),
  flat('KWD', 1500),
])
const express = option('opt_express', 'Express', [flat('EUR', 1290), flat('USD', 1490)], { estimateDays: { min: 1, max: 1 } })
const byWeight = option(
  'opt_parcel',
  'Parcel',
  [
    {
      currency: 'EUR',
      tiers: [
        { from: 0, amountMinor: 900 },
        { from: 2000, amountMinor: 1500 },
      ],
    },
  ],
  { kind: 'by_weight', maxWeightGrams: 10_000 },
)

/** Rules of a shop that ships and taxes. @param version above that of the rules before them */
export const exampleRules = (version: number, more: Partial<PriceRules> = {}): PriceRules => ({
  version,
  taxExcluded: ['USD'],
  shippingZones: [
    { id: 'zon_germany', name: 'Germany', countries: [{ code: 'DE' }], options: [standard, express] },
    { id: 'zon_france', name: 'France', countries: [{ code: 'FR' }], options: [byWeight] },
    {
      id: 'zon_california',
      name: 'California',
      countries: [{ code: 'US', regions: ['CA'] }],
      options: [option('opt_coastal', 'Coast', [flat('USD', 500), flat('EUR', 500)])],
    },
    {
      id: 'zon_america',
      name: 'America',
      countries: [{ code: 'US' }],
      options: [option('opt_america', 'America', [flat('USD', 900), flat('EUR', 900)])],
    },
  ],
  taxRates: [
    { name: 'VAT', country: 'DE', taxClass: 'standard', rate: 19 },
    { name: 'VAT', country: 'DE', taxClass: 'reduced', rate: 7 },
    { name: 'TVA', country: 'FR', taxClass: 'standard', rate: 20 },
    { name: 'State tax', country: 'US', region: 'CA', taxClass: 'standard', rate: 7.25 },
    { name: 'District tax', country: 'US', region: 'CA', taxClass: 'standard', rate: 1 },
  ],
  promotions: [],
  ...more,
})
