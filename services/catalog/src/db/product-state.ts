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

export interface VariantState {
  id: string
  sku: string
  name: string
  options: Record<string, string>
  /** Empty when it is shown by the product's. */
  images: Image[]
  prices: Price[]
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
