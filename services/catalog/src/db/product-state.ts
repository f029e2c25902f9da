// State of a product as plain values: what `loadProducts` reads and what events, lists and the search index are made from.
import type { ProductStatus, ProductTranslations, TaxClass } from '@cartwright/contracts'

export interface Image {
  url: string
  alt: string
}
export interface Option {
  name: string
  values: string[]
}
export interface Price {
  amountMinor: number
  currency: string
}

/** Price of a variant. */
export interface VariantPrice extends Price {
  /** Shown struck through. */
  compareAtMinor: number | null
  /** Lowest price of the 30 days before the reduction; null for a price that is not reduced, or has no earlier one. */
  priorMinor: number | null
  reducedAt: Date | null
}

export interface VariantState {
  id: string
  sku: string
  name: string
  options: Record<string, string>
  /** Empty when it is shown by the product's. */
  images: Image[]
  prices: VariantPrice[]
  /** Of one unit, packed. */
  weightGrams: number
  requiresShipping: boolean
  available: number
  /** Incremented by each change of its stock. */
  stockVersion: number
  deleted: boolean
}

export interface ProductState {
  id: string
  slug: string
  name: string
  description: string
  translations: ProductTranslations
  status: ProductStatus
  taxClass: TaxClass
  /** Incremented by each change of the product. */
  version: number
  images: Image[]
  options: Option[]
  deleted: boolean
  createdAt: Date
  updatedAt: Date
  categoryIds: string[]
  /** Includes withdrawn variants. */
  variants: VariantState[]
}

/** Images of the shop's own are stored as paths; answers carry whole addresses. */
export const withPublicUrl = (image: Image, publicUrl: string): Image =>
  image.url.startsWith('/') ? { ...image, url: publicUrl + image.url } : image

/** Days before a reduction whose lowest price is shown (Directive 98/6/EC, Article 6a). */
export const priorPriceDays = 30

/** A reduction as it is shown. */
interface ShownReduction {
  compareAt?: Price
  lowestPrice30Days?: Price
}

/** A price that was lowered without being announced as reduced is shown as reduced for 30 days. */
export const reductionOf = (
  { currency, compareAtMinor, priorMinor, reducedAt }: Omit<VariantPrice, 'amountMinor'>,
  now: Date,
): ShownReduction => {
  const isReduced =
    compareAtMinor !== null || (reducedAt !== null && reducedAt.getTime() > now.getTime() - priorPriceDays * 86_400_000)
  return {
    ...(compareAtMinor === null ? {} : { compareAt: { amountMinor: compareAtMinor, currency } }),
    ...(isReduced && priorMinor !== null ? { lowestPrice30Days: { amountMinor: priorMinor, currency } } : {}),
  }
}
