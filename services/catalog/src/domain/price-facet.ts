// Ranges of the price facet. Pure.
import { currencyExponent } from '@cartwright/contracts'

/** From a price to below another one, in minor units; the last range has no upper bound. */
export interface PriceRange {
  gte: number
  lt?: number
}

/** Bounds: 25, 50, 100, 200, 500 units of the currency, times 100 without minor units. */
const priceBounds = (currency: string): number[] => {
  const exponent = currencyExponent(currency)
  const unit = exponent === 0 ? 100 : 10 ** exponent
  return [25, 50, 100, 200, 500].map((bound) => bound * unit)
}

export const priceRanges = (currency: string): PriceRange[] => {
  const bounds = priceBounds(currency)
  return [0, ...bounds].map((gte, index) => {
    const above = bounds[index]
    return above === undefined ? { gte } : { gte, lt: above }
  })
}
