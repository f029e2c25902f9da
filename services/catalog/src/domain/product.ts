// Rules of a product: what is public, which variants are sold, its lowest and highest prices. Pure.
import type { Price, ProductState, VariantState } from '../db/product-state.ts'

export const defaultCurrency = 'EUR'
/** Sort values of a product without a price, for ascending and descending prices: it is last in both. */
export const unpricedUp = Number.MAX_SAFE_INTEGER
export const unpricedDown = -1

export const isPublic = (product: Pick<ProductState, 'status' | 'deleted'>): boolean =>
  product.status === 'active' && !product.deleted

export const liveVariants = (product: ProductState): VariantState[] => product.variants.filter((variant) => !variant.deleted)

export const priceIn = (prices: readonly Price[], currency: string): Price | null =>
  prices.find((price) => price.currency === currency) ?? null

/** Lowest and highest price of the live variants, by currency. */
export const priceSpans = (product: ProductState): Map<string, { lowest: number; highest: number }> => {
  const bounds = new Map<string, { lowest: number; highest: number }>()
  for (const { currency, amountMinor } of liveVariants(product).flatMap((variant) => variant.prices)) {
    const { lowest, highest } = bounds.get(currency) ?? { lowest: amountMinor, highest: amountMinor }
    bounds.set(currency, { lowest: Math.min(lowest, amountMinor), highest: Math.max(highest, amountMinor) })
  }
  return bounds
}

/** Lowest price of the live variants, by currency. */
export const lowestPrices = (product: ProductState): Map<string, number> =>
  new Map([...priceSpans(product)].map(([currency, { lowest }]) => [currency, lowest]))
