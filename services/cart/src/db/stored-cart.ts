// Carts, variants and stock levels as cart stores them.
import type { Destination, Money, TaxClass, TranslatedNames } from '@cartwright/contracts'

/** A line as it is stored. */
export interface CartLine {
  id: string
  sku: string
  quantity: number
  /** Price in the cart's currency that the shopper saw when the line was last written; null when it had none. */
  seenMinor: number | null
}

/** Where a cart is shipped to and how; null while the shopper has not chosen. */
export interface Shipping {
  destination: Destination | null
  /** The option that the shopper chose, whether or not it is offered now. */
  shippingOptionId: string | null
}

/** A promotion code that the shopper entered. */
export interface CartCode {
  /** In its normal form. */
  code: string
  /** The promotion that catalog found for it. */
  promotionId: string
  /** Version of the cart by the write that entered it. */
  enteredVersion: number
  /** The guest's cart from which a merge brought it; null when it was entered here. */
  mergedFrom: string | null
}

/** An open cart as it is stored. */
export interface CartState extends Shipping {
  id: string
  version: number
  currency: string
  lines: readonly CartLine[]
  /** By code. */
  codes: readonly CartCode[]
  /** Whether its principal has an order that was not cancelled unpaid. Promotions of the first order do not apply then. */
  hasOrdered: boolean
}

/** Quantity of a line of the customer's cart that came from a guest's cart by a merge. */
export interface TakenLine {
  lineId: string
  sku: string
  quantity: number
}

/** A SKU as catalog published it. */
export interface Variant {
  sku: string
  productId: string
  /** Null, as the slug, while the projection does not know it. */
  variantId: string | null
  productSlug: string | null
  options: Readonly<Record<string, string>>
  name: string
  /** The name by language, where it is translated; a cached copy of an older replica has none. */
  names?: TranslatedNames
  /** A path on the gateway, or a whole URL. */
  imageUrl: string | null
  prices: readonly Money[]
  /** Prices that are shown struck through, by currency; a cached copy of an older replica has none. */
  compareAt?: readonly Money[]
  sellable: boolean
  /** With all ancestors; null while the projection does not know them. */
  categoryIds: readonly string[] | null
  taxClass: TaxClass
  /** Of one unit, packed. */
  weightGrams: number
  requiresShipping: boolean
  /** Version of the product; negative when it was read from catalog before the first event. */
  version: number
}
export interface StockLevel {
  available: number
  version: number
}
export interface View {
  variant: Variant | null
  stock: StockLevel | null
}
