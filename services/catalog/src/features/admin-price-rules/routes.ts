// Routes by which operators read and replace shipping zones and tax rates.
import { catalogApi, type PriceRules, type ShippingZones, type TaxRates } from '@cartwright/contracts'
import { getPriceRules } from '../../db/price-rules.ts'
import { route } from '../../deps.ts'
import { replaceShippingZones, replaceTaxRates } from '../../domain/price-rules.ts'

const zonesOf = ({ version, shippingZones }: PriceRules): ShippingZones => ({ version, items: shippingZones })
const ratesOf = ({ version, taxRates, taxExcluded }: PriceRules): TaxRates => ({ version, items: taxRates, taxExcluded })

export const getShippingZones = route(catalogApi.getShippingZones, async ({ deps: { db } }) => zonesOf(await getPriceRules(db)))

export const setShippingZones = route(catalogApi.setShippingZones, async ({ request: { body, principal }, deps: { db } }) =>
  zonesOf(await db.tx((tx) => replaceShippingZones(tx, principal.id, body.items))),
)

export const getTaxRates = route(catalogApi.getTaxRates, async ({ deps: { db } }) => ratesOf(await getPriceRules(db)))

export const setTaxRates = route(catalogApi.setTaxRates, async ({ request: { body, principal }, deps: { db } }) =>
  ratesOf(await db.tx((tx) => replaceTaxRates(tx, principal.id, body))),
)
