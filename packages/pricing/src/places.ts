// Places: which parts of an address decide shipping and taxes, and whether two of them are priced alike.
import type { Destination, PriceRules } from '@cartwright/contracts'

type Place = Pick<Destination, 'country' | 'region'>
type PlaceRules = Pick<PriceRules, 'shippingZones' | 'taxRates'>

const hasRegions = ({ shippingZones, taxRates }: PlaceRules, country: string): boolean =>
  shippingZones.some(({ countries }) => countries.some(({ code, regions }) => code === country && regions !== undefined)) ||
  taxRates.some((rate) => rate.country === country && rate.region !== undefined)

/**
 * Whether goods for one place may go to the other: the country is the same, and the region where rules name regions of that country. To
 * rules without zones and taxes all places are the same.
 */
export const isSamePlace = (rules: PlaceRules, a: Place, b: Place): boolean => {
  if (rules.shippingZones.length === 0 && rules.taxRates.length === 0) return true
  return a.country === b.country && (a.region === b.region || !hasRegions(rules, a.country))
}

/** The destination of a postal address. People write a region as a code, such as `CA` or `US-CA`, or in words, which are left out. */
export const destinationOf = ({ country, region, postalCode }: Destination): Destination => {
  const spelled = region?.trim().toUpperCase() ?? ''
  const code = spelled.startsWith(`${country}-`) ? spelled.slice(country.length + 1) : spelled
  return {
    country,
    ...(/^[A-Z0-9]{1,3}$/.test(code) ? { region: code } : {}),
    ...(postalCode === undefined ? {} : { postalCode }),
  }
}
