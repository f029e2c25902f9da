// Validation of shipping zones beyond their schema: no overlap, nothing empty, no option that contradicts itself.
import { type FieldError, paymentStep, type ShippingOption, type ShippingRate, type ShippingZone } from '@cartwright/contracts'
import { decreasing, error, offStep, repeated } from './validation.ts'

/** Countries and regions of all zones, with their paths. A region and its whole country are different places. */
const placesOf = (zones: readonly ShippingZone[], at: string): { path: string; key: string }[] =>
  zones.flatMap(({ countries }, zone) =>
    countries.flatMap(({ code, regions }, country) => {
      const path = `${at}/${zone}/countries/${country}`
      return (
        regions?.map((region, index) => ({ path: `${path}/regions/${index}`, key: `${code}-${region}` })) ?? [{ path, key: code }]
      )
    }),
  )

const rateErrors = ({ currency, tiers, ...rate }: ShippingRate, kind: ShippingOption['kind'], at: string): FieldError[] => [
  ...(tiers[0]?.from === 0 ? [] : [error(`${at}/tiers`, 'must begin with a tier from 0')]),
  ...(kind === 'flat' && tiers.length > 1 ? [error(`${at}/tiers/1`, 'must not be there: a flat price has one tier')] : []),
  ...tiers.flatMap(({ from, amountMinor }, index) => [
    ...(index > 0 && from <= (tiers[index - 1]?.from ?? 0)
      ? [error(`${at}/tiers/${index}/from`, 'must be greater than that of the tier before')]
      : []),
    ...offStep(`${at}/tiers/${index}/amountMinor`, amountMinor, paymentStep(currency)),
  ]),
  ...decreasing(`${at}/maxSubtotalMinor`, rate.minSubtotalMinor, rate.maxSubtotalMinor, 'minSubtotalMinor'),
  ...decreasing(`${at}/maxSubtotalMinor`, rate.freeFromMinor, rate.maxSubtotalMinor, 'freeFromMinor, which is never reached'),
]

const optionErrors = ({ kind, rates, estimateDays, ...option }: ShippingOption, at: string): FieldError[] => [
  ...(rates.length === 0 ? [error(`${at}/rates`, 'must hold a rate')] : []),
  ...repeated(rates.map(({ currency }, index) => ({ path: `${at}/rates/${index}/currency`, key: currency }))),
  ...rates.flatMap((rate, index) => rateErrors(rate, kind, `${at}/rates/${index}`)),
  ...decreasing(`${at}/maxWeightGrams`, option.minWeightGrams, option.maxWeightGrams, 'minWeightGrams'),
  ...decreasing(`${at}/estimateDays/max`, estimateDays.min, estimateDays.max, 'min'),
]

/** @param at path of the list in the request, such as `/zones` */
export const shippingZoneErrors = (zones: readonly ShippingZone[], at: string): FieldError[] => {
  const options = zones.flatMap(({ options }, zone) =>
    options.map((option, index) => ({ option, path: `${at}/${zone}/options/${index}` })),
  )
  return [
    ...repeated(zones.map(({ id }, index) => ({ path: `${at}/${index}/id`, key: id }))),
    ...zones.flatMap(({ countries, options }, index) => [
      ...(countries.length === 0 ? [error(`${at}/${index}/countries`, 'must hold a country')] : []),
      ...(options.length === 0 ? [error(`${at}/${index}/options`, 'must hold an option')] : []),
    ]),
    ...repeated(placesOf(zones, at)),
    ...repeated(options.map(({ option, path }) => ({ path: `${path}/id`, key: option.id }))),
    ...options.flatMap(({ option, path }) => optionErrors(option, path)),
  ]
}
