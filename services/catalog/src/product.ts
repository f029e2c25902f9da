// A product as a plain value: its state, its lowest prices, its slug. Pure.
export interface Image {
  url: string
  alt: string
}
export interface Option {
  name: string
  values: string[]
}
export type Status = 'draft' | 'active' | 'archived'
export interface Price {
  amountMinor: number
  currency: string
}

export interface VariantState {
  id: string
  sku: string
  name: string
  options: Record<string, string>
  prices: Price[]
  available: number
  /** Counts the changes of its stock. */
  stockVersion: number
  deleted: boolean
}

export interface ProductState {
  id: string
  slug: string
  name: string
  description: string
  status: Status
  /** Counts the changes of the product. */
  version: number
  images: Image[]
  options: Option[]
  deleted: boolean
  createdAt: Date
  updatedAt: Date
  categoryIds: string[]
  /** Withdrawn ones too. */
  variants: VariantState[]
}

export const defaultCurrency = 'EUR'
/** ISO 4217's "no currency": in lists it stands for every currency in which the shop prices nothing. */
export const noCurrency = 'XXX'
/** Where a product without a price stands when prices ascend, and when they descend: last, either way. */
export const unpricedUp = Number.MAX_SAFE_INTEGER
export const unpricedDown = -1

export const isPublic = (product: Pick<ProductState, 'status' | 'deleted'>): boolean =>
  product.status === 'active' && !product.deleted

export const liveVariants = (product: ProductState): VariantState[] => product.variants.filter((variant) => !variant.deleted)

export const priceIn = (prices: readonly Price[], currency: string): Price | null =>
  prices.find((price) => price.currency === currency) ?? null

/** The lowest and the highest price of what is sold, by currency. */
export const priceSpans = (product: ProductState): Map<string, { lowest: number; highest: number }> => {
  const bounds = new Map<string, { lowest: number; highest: number }>()
  for (const { currency, amountMinor } of liveVariants(product).flatMap((variant) => variant.prices)) {
    const { lowest, highest } = bounds.get(currency) ?? { lowest: amountMinor, highest: amountMinor }
    bounds.set(currency, { lowest: Math.min(lowest, amountMinor), highest: Math.max(highest, amountMinor) })
  }
  return bounds
}

/** The lowest price of what is sold, by currency. */
export const lowestPrices = (product: ProductState): Map<string, number> =>
  new Map([...priceSpans(product)].map(([currency, { lowest }]) => [currency, lowest]))

/** Pictures of our own are stored as paths; shoppers get whole addresses. */
export const absolute = (image: Image, publicUrl: string): Image =>
  image.url.startsWith('/') ? { ...image, url: publicUrl + image.url } : image
