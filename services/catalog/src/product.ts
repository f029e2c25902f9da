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

/** The lowest price of what is sold, by currency. */
export const lowestPrices = (product: ProductState): Map<string, number> => {
  const lowest = new Map<string, number>()
  for (const { currency, amountMinor } of liveVariants(product).flatMap((variant) => variant.prices)) {
    lowest.set(currency, Math.min(lowest.get(currency) ?? amountMinor, amountMinor))
  }
  return lowest
}

/** Pictures of our own are stored as paths; shoppers get whole addresses. */
export const absolute = (image: Image, publicUrl: string): Image =>
  image.url.startsWith('/') ? { ...image, url: publicUrl + image.url } : image

/** A slug from a name: ASCII, lower case, dashes. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100)
    .replace(/-+$/, '') || 'product'
