// Routes by which operators read and replace shipping zones and tax rates.
import { catalogApi, type PriceRules, type ShippingZones, type TaxRates } from '@cartwright/contracts'
import { shippingZoneErrors, taxRateErrors } from '@cartwright/pricing'
import { getPriceRules } from '../../db/price-rules.ts'
import { route } from '../../deps.ts'
import { changePriceRules, refuseErrors } from '../../domain/price-rules.ts'

const zonesOf = ({ version, shippingZones }: PriceRules): ShippingZones => ({ version, items: shippingZones })
const ratesOf = ({ version, taxRates, taxExcluded }: PriceRules): TaxRates => ({ version, items: taxRates, taxExcluded })

export const getShippingZones = route(catalogApi.getShippingZones, async ({ deps: { db } }) => zonesOf(await getPriceRules(db)))

export const setShippingZones = route(catalogApi.setShippingZones, async ({ request, deps: { db } }) => {
  const { items: shippingZones } = request.body
  refuseErrors(shippingZoneErrors(shippingZones, '/items'))
  const change = {
    actor: request.principal.id,
    action: 'shipping-zones.replace',
    target: 'shipping-zones',
    part: (rules: PriceRules) => ({ zones: rules.shippingZones }),
    apply: (rules: PriceRules) => ({ ...rules, shippingZones }),
  }
  return zonesOf(await db.tx((tx) => changePriceRules(tx, change)))
})

export const getTaxRates = route(catalogApi.getTaxRates, async ({ deps: { db } }) => ratesOf(await getPriceRules(db)))

export const setTaxRates = route(catalogApi.setTaxRates, async ({ request, deps: { db } }) => {
  const { items: taxRates, taxExcluded } = request.body
  refuseErrors(taxRateErrors(taxRates, '/items'))
  const change = {
    actor: request.principal.id,
    action: 'tax-rates.replace',
    target: 'tax-rates',
    part: (rules: PriceRules) => ({ rates: rules.taxRates, taxExcluded: rules.taxExcluded }),
    apply: (rules: PriceRules) => ({ ...rules, taxRates, taxExcluded }),
  }
  return ratesOf(await db.tx((tx) => changePriceRules(tx, change)))
})
