// Shipping: the zone of a destination, the options that a cart can choose, and the price of the chosen one.
import type { Destination, ShippingOption, ShippingProblem, ShippingRate, ShippingZone } from '@cartwright/contracts'

/** What shipping depends on. The subtotal is that of all lines before discounts, so that a discount never makes shipping dearer. */
export interface Parcel {
  currency: string
  subtotal: number
  /** Weight of the lines that must be shipped; null when there is none. */
  grams: number | null
}

/** An option with its price in minor units. */
export interface PricedOption {
  option: ShippingOption
  rate: ShippingRate
  price: number
}

export interface ShippingChoice {
  chosen: PricedOption | null
  offers: PricedOption[]
  problem: ShippingProblem | null
}

/** The zone that names the destination's region, else the one that has the whole country. */
const zoneOf = (zones: readonly ShippingZone[], { country, region }: Destination): ShippingZone | undefined => {
  const having = (matches: (regions: readonly string[] | undefined) => boolean) =>
    zones.find(({ countries }) => countries.some(({ code, regions }) => code === country && matches(regions)))
  return (
    (region === undefined ? undefined : having((regions) => regions?.includes(region) ?? false)) ??
    having((regions) => regions === undefined)
  )
}

const isWithin = (value: number, min = 0, max = Number.POSITIVE_INFINITY): boolean => value >= min && value <= max

const priceOf = (option: ShippingOption, parcel: Parcel): PricedOption[] => {
  const { currency, subtotal, grams } = parcel
  const rate = option.rates.find((candidate) => candidate.currency === currency)
  if (rate === undefined || grams === null) return []
  if (!isWithin(grams, option.minWeightGrams, option.maxWeightGrams)) return []
  if (!isWithin(subtotal, rate.minSubtotalMinor, rate.maxSubtotalMinor)) return []
  if (rate.freeFromMinor !== undefined && subtotal >= rate.freeFromMinor) return [{ option, rate, price: 0 }]
  const measure = option.kind === 'by_weight' ? grams : subtotal
  const tier = rate.tiers.findLast(({ from }) => from <= measure)
  return tier ? [{ option, rate, price: tier.amountMinor }] : []
}

const cheapestFirst = (a: PricedOption, b: PricedOption): number => a.price - b.price || (a.option.id < b.option.id ? -1 : 1)

/** A shop without zones ships at no charge. */
export const chooseShipping = (
  zones: readonly ShippingZone[],
  parcel: Parcel,
  destination: Destination | undefined,
  optionId: string | undefined,
): ShippingChoice => {
  const none = { chosen: null, offers: [] }
  if (zones.length === 0 || parcel.grams === null) return { ...none, problem: null }
  if (destination === undefined) return { ...none, problem: 'destination_missing' }
  const offers = (zoneOf(zones, destination)?.options ?? []).flatMap((option) => priceOf(option, parcel)).sort(cheapestFirst)
  if (offers.length === 0) return { ...none, problem: 'not_deliverable' }
  if (optionId === undefined) return { chosen: null, offers, problem: 'option_missing' }
  const chosen = offers.find(({ option }) => option.id === optionId) ?? null
  return { chosen, offers, problem: chosen === null ? 'option_not_eligible' : null }
}
