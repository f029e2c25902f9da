// Decides whether an order can be placed, with the current prices, rules and stock.
import {
  AppError,
  type AppliedShipping,
  type Destination,
  type InternalVariant,
  type Language,
  type Money,
  money,
  nameIn,
  type OpenCart,
  type OrderLine,
  type PaymentStatus,
  type PriceRules,
  plainMoney,
  type Totals,
} from '@cartwright/contracts'
import { isSamePlace, type Payability, type PricedCart, type PriceRequest, payabilityOf, price } from '@cartwright/pricing'
import type { Minimums } from '../../domain/minimum-charges.ts'
import type { PromotionFacts } from '../../domain/promotion-uses.ts'

/** The lines and totals of an order. */
export interface Decided {
  lines: Omit<OrderLine, 'cancelledQuantity'>[]
  totals: Totals
  taxIncluded: boolean
  taxes: PricedCart['taxes']
  /** Of lines and shipping, one entry for each promotion. */
  discounts: PricedCart['discounts']
  paymentStatus: Extract<PaymentStatus, 'awaiting' | 'not_required'>
  shippingOption: AppliedShipping | null
  /** What the price was calculated from. */
  request: PriceRequest
}

export interface CheckoutRequest {
  cartVersion: number
  expectedTotal: Money
  /** Of the shipping address. */
  destination: Destination
  /** Of the order: its lines keep their names in this language. */
  language: Language
}

/** What decides prices beside the cart and its variants. */
export interface Pricing {
  at: Date
  /** With the tax rates of the destination. */
  rules: PriceRules
  promotions: PromotionFacts
  minimums: Minimums
}

const unpayableDetail = (total: Money, { payment, minimum, limit, step }: Payability): string => {
  const plain = (amountMinor: number) => plainMoney(money(amountMinor, total.currency))
  if (payment === 'off_step') return `prices in ${total.currency} must be multiples of ${step} minor units`
  if (payment === 'above_limit') return `at most ${plain(limit)} can be paid at once`
  return `the least that can be paid is ${plain(minimum)}, and this cart costs ${plain(total.amountMinor)}`
}

/** @returns whether something is to be paid. @throws AppError amount_not_payable when Stripe would not accept the payment */
const requirePayable = (priced: PricedCart, minimums: Minimums): boolean => {
  const { total } = priced.totals
  const payability = payabilityOf(priced, minimums)
  if (payability.payment === 'required') return true
  // Goods that cost nothing by themselves are refused: only a promotion makes an order free.
  if (payability.payment === 'not_required' && priced.totals.discount.amountMinor > 0) return false
  const { payment, minimum, limit, step } = payability
  throw new AppError('amount_not_payable', {
    detail: unpayableDetail(total, payability),
    extra: payment === 'off_step' ? { total, step } : { total, minimum, limit },
  })
}

type SoldVariant = InternalVariant & { price: Money }
const isSold = (variant: InternalVariant | undefined): variant is SoldVariant =>
  variant?.sellable === true && variant.price !== null

/** The variant of each line. @throws AppError unavailable naming the lines that cannot be bought */
const soldVariants = (cart: OpenCart, variants: readonly InternalVariant[]): ReadonlyMap<string, SoldVariant> => {
  const sold = new Map(variants.filter(isSold).map((variant) => [variant.sku, variant]))
  const unavailable = cart.lines.filter(({ sku }) => !sold.has(sku))
  if (unavailable.length === 0) return sold
  throw new AppError('unavailable', {
    extra: { problems: unavailable.map(({ id, sku }) => ({ code: 'unavailable', lineId: id, sku })) },
  })
}

const refuseShortages = (cart: OpenCart, sold: ReadonlyMap<string, SoldVariant>): void => {
  const shortages = cart.lines
    .map(({ sku, quantity }) => ({ sku, requested: quantity, available: sold.get(sku)?.available ?? 0 }))
    .filter(({ requested, available }) => available < requested)
  if (shortages.length > 0) throw new AppError('out_of_stock', { extra: { shortages } })
}

/** How the line stays shown in the order, whatever becomes of the product. */
const shownAs = (sku: string, variant: SoldVariant | undefined, language: Language) => {
  if (variant === undefined) return { name: sku }
  const { variantId, productSlug, options, imageUrl, compareAt } = variant
  return { name: nameIn(variant, language), variantId, productSlug, options, imageUrl, ...(compareAt ? { compareAt } : {}) }
}

/** What `price` knows of promotions. Codes that are used up are left out: a cart shows the price without them. */
const promotionInput = ({
  codes,
  usedUp,
  isFirstOrder,
}: PromotionFacts): Partial<PriceRequest> & Pick<PriceRequest, 'codes'> => ({
  codes: codes.filter(({ code }) => !usedUp.codes.includes(code)).map(({ code, promotionId }) => ({ code, promotionId })),
  ...(usedUp.promotionIds.length > 0 && { usedUp: usedUp.promotionIds }),
  ...(isFirstOrder !== null && { customer: { isFirstOrder } }),
})

/**
 * A code that is used up is named, unless the shopper confirms the total without it.
 * @throws AppError code_not_applicable, price_changed
 */
const refuseOtherTotal = (expected: Money, { totals: { total }, lines }: PricedCart, { usedUp }: PromotionFacts): void => {
  if (expected.amountMinor === total.amountMinor && expected.currency === total.currency) return
  const [promotionCode] = usedUp.codes
  if (promotionCode !== undefined)
    throw new AppError('code_not_applicable', { extra: { promotionCode, reason: 'used_up', expected, total } })
  throw new AppError('price_changed', {
    extra: { expected, total, lines: lines.map(({ sku, unitPrice }) => ({ sku, unitPrice })) },
  })
}

/** The cart as `price` takes it. A cart without a destination is shipped to the address. */
const priceRequest = (
  cart: OpenCart,
  sold: ReadonlyMap<string, SoldVariant>,
  { destination }: CheckoutRequest,
  { at, rules, promotions }: Pricing,
): PriceRequest => ({
  lines: cart.lines.flatMap(({ id, sku, quantity }) => {
    const variant = sold.get(sku)
    if (variant === undefined) return []
    const { price: unitPrice, categoryIds, taxClass, weightGrams, requiresShipping } = variant
    return [{ id, sku, quantity, unitPrice, categoryIds, taxClass, weightGrams, requiresShipping }]
  }),
  currency: cart.currency,
  destination: cart.destination ?? destination,
  shippingOptionId: cart.shippingOptionId ?? undefined,
  ...promotionInput(promotions),
  at,
  rules,
})

/**
 * The goods must go where the shopper saw their shipping and taxes for. A cart without a destination has seen no shipping, so where the
 * shop asks for some, it has to be chosen first.
 * @throws AppError shipping_changed, shipping_required
 */
const refuseShipping = (cart: OpenCart, request: PriceRequest, priced: PricedCart, address: Destination): void => {
  if (cart.destination && !isSamePlace(request.rules, cart.destination, address)) {
    const there = price({ ...request, destination: address, shippingOptionId: undefined })
    throw new AppError('shipping_changed', { extra: { destination: cart.destination, shippingOptions: there.shipping.offers } })
  }
  const problem = priced.problems.find(({ code }) => code === 'shipping_required')
  if (problem?.code !== 'shipping_required') return
  const reason = cart.destination === null && problem.reason === 'option_missing' ? 'destination_missing' : problem.reason
  throw new AppError('shipping_required', { extra: { reason, shippingOptions: priced.shipping.offers } })
}

/**
 * @throws AppError cart_empty, cart_changed, unavailable, shipping_changed, shipping_required, code_not_applicable,
 * price_changed, amount_not_payable, out_of_stock
 */
export const decideOrder = (
  checkout: CheckoutRequest,
  cart: OpenCart,
  variants: readonly InternalVariant[],
  pricing: Pricing,
): Decided => {
  if (cart.lines.length === 0) throw new AppError('cart_empty')
  if (cart.version !== checkout.cartVersion) throw new AppError('cart_changed', { extra: { cartVersion: cart.version } })
  const sold = soldVariants(cart, variants)
  const request = priceRequest(cart, sold, checkout, pricing)
  const priced = price(request)
  refuseShipping(cart, request, priced, checkout.destination)
  refuseOtherTotal(checkout.expectedTotal, priced, pricing.promotions)
  const isPaid = requirePayable(priced, pricing.minimums)
  refuseShortages(cart, sold)
  const { taxIncluded, ...totals } = priced.totals
  const { option, discounts, taxes } = priced.shipping
  return {
    lines: priced.lines.map((line) => ({ ...line, ...shownAs(line.sku, sold.get(line.sku), checkout.language) })),
    totals,
    taxIncluded,
    taxes: priced.taxes,
    discounts: priced.discounts,
    shippingOption: option && { ...option, discounts, taxes },
    request,
    paymentStatus: isPaid ? 'awaiting' : 'not_required',
  }
}
