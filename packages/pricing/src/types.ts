// What a price calculation takes and gives.
import type {
  AppliedDiscount,
  AppliedTax,
  CodeProblem,
  Destination,
  Money,
  PriceRules,
  ShippingOffer,
  ShippingProblem,
  TaxClass,
  Totals,
} from '@cartwright/contracts'

export interface PriceLine {
  /** Unique in the cart. */
  id: string
  sku: string
  quantity: number
  unitPrice: Money
  categoryIds?: readonly string[]
  /** `standard` when left out. */
  taxClass?: TaxClass
  /** Weight of one; 0 when left out. */
  weightGrams?: number
  /** True when left out. */
  requiresShipping?: boolean
}

/** A code that the shopper entered, with the promotion that catalog has found for it. */
export interface EnteredCode {
  code: string
  promotionId: string
}

export interface PriceRequest {
  lines: readonly PriceLine[]
  currency: string
  destination?: Destination | undefined
  shippingOptionId?: string | undefined
  codes: readonly EnteredCode[]
  /** Ids of promotions whose limits are reached: they do not apply. */
  usedUp?: readonly string[] | undefined
  customer?: { isFirstOrder: boolean } | undefined
  at: Date
  rules: PriceRules
}

export interface PricedLine {
  id: string
  sku: string
  unitPrice: Money
  quantity: number
  /** Before discounts. */
  lineTotal: Money
  discounts: AppliedDiscount[]
  taxes: AppliedTax[]
}

interface PricedShipping {
  /** The chosen option; null without one, or when nothing must be shipped. */
  option: ShippingOffer | null
  /** The options for the destination, the cheapest one first. */
  offers: ShippingOffer[]
  /** Before discounts. */
  price: Money
  discounts: AppliedDiscount[]
  taxes: AppliedTax[]
}

export type PriceProblem =
  | { code: 'shipping_required'; reason: ShippingProblem }
  | { code: 'code_not_applicable'; promotionCode: string; reason: CodeProblem }

export interface PricedCart {
  lines: PricedLine[]
  shipping: PricedShipping
  /** Taxes of lines and shipping, one entry for each name and rate. */
  taxes: AppliedTax[]
  /** Discounts of lines and shipping, one entry for each promotion. */
  discounts: AppliedDiscount[]
  totals: Totals & { taxIncluded: boolean }
  problems: PriceProblem[]
}
