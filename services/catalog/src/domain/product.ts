// Rules of a product: what is public, which variants are sold, its lowest and highest prices. Pure.
import type { ProductState, VariantPrice, VariantState } from '../db/product-state.ts'

export const defaultCurrency = 'EUR'
/** Sort values of a product without a price, for ascending and descending prices: it is last in both. */
export const unpricedUp = Number.MAX_SAFE_INTEGER
export const unpricedDown = -1

export const isPublic = (product: Pick<ProductState, 'status' | 'deleted'>): boolean =>
  product.status === 'active' && !product.deleted

export const liveVariants = (product: ProductState): VariantState[] => product.variants.filter((variant) => !variant.deleted)

export const priceIn = (prices: readonly VariantPrice[], currency: string): VariantPrice | null =>
  prices.find((price) => price.currency === currency) ?? null

/** Lowest and highest price of the live variants, by currency. Of several lowest ones a reduced one is taken. */
export const priceSpans = (product: ProductState): Map<string, { lowest: VariantPrice; highest: VariantPrice }> => {
  const prices = liveVariants(product)
    .flatMap((variant) => variant.prices)
    .sort((a, b) => a.amountMinor - b.amountMinor || reductionRank(a) - reductionRank(b))
  const spans = new Map<string, { lowest: VariantPrice; highest: VariantPrice }>()
  for (const price of prices) spans.set(price.currency, { lowest: spans.get(price.currency)?.lowest ?? price, highest: price })
  return spans
}

const reductionRank = ({ compareAtMinor, reducedAt }: VariantPrice): number =>
  compareAtMinor !== null ? 0 : reducedAt !== null ? 1 : 2

/** Lowest price of the live variants, by currency. */
export const lowestPrices = (product: ProductState): Map<string, number> =>
  new Map([...priceSpans(product)].map(([currency, { lowest }]) => [currency, lowest.amountMinor]))
