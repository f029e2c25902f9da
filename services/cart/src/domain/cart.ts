// Rules of a cart: its lines at current prices, and the problems that block a checkout. Pure.
import {
  AppError,
  type Cart,
  type CartProblem,
  type CodeProblem,
  cartLimit,
  codeLimit,
  type Language,
  lineLimit,
  type Money,
  money,
  nameIn,
  type PriceRules,
  payableLimit,
} from '@cartwright/contracts'
import { type PricedCart, type PricedLine, type PriceLine, price } from '@cartwright/pricing'
import type { CartCode, CartLine, CartState, View } from '../db/stored-cart.ts'
import type { KnownPromotions } from './promotion-facts.ts'

/** Currency of a new cart until the shopper chooses another one. */
export const defaultCurrency = 'EUR'

export type Views = ReadonlyMap<string, View>

/** Current unit price; null when the SKU cannot be bought in the currency. */
export const priceOf = (view: View | undefined, currency: string): Money | null => {
  if (!view?.variant?.sellable) return null
  return view.variant.prices.find((price) => price.currency === currency) ?? null
}

/** Stock of a SKU; null while it is not known: the cart then reports no problem, and checkout decides. */
export const availableOf = (view: View | undefined): number | null => view?.stock?.available ?? null

/** The line with the current price as the one that the shopper has seen. */
export const asSeen = (line: CartLine, view: View | undefined, currency: string): CartLine => ({
  ...line,
  seenMinor: priceOf(view, currency)?.amountMinor ?? null,
})

/** The cart with further codes. */
export const withCodes = (cart: CartState, further: readonly CartCode[]): CartState => ({
  ...cart,
  codes: [...cart.codes, ...further].sort((a, b) => (a.code < b.code ? -1 : 1)),
})

export const withoutCode = (cart: CartState, code: string): CartState => ({
  ...cart,
  codes: cart.codes.filter((one) => one.code !== code),
})

/**
 * Those of some codes that the cart can take besides its own: no second code of one promotion, and no more than the limit.
 * @param codes codes of another cart
 */
export const codesToAdd = (cart: CartState, codes: readonly CartCode[]): CartCode[] => {
  const promotions = new Set(cart.codes.map(({ promotionId }) => promotionId))
  const owned = new Set(cart.codes.map(({ code }) => code))
  return codes
    .filter(({ code, promotionId }) => !owned.has(code) && !promotions.has(promotionId))
    .slice(0, Math.max(0, codeLimit - cart.codes.length))
}

/** The cart with lines added or replaced by SKU, in the order of their creation. */
export const withLines = (cart: CartState, changed: readonly CartLine[]): CartState => ({
  ...cart,
  lines: [...cart.lines.filter((line) => !changed.some(({ sku }) => sku === line.sku)), ...changed].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  ),
})

const problemsOf = (line: CartLine, view: View | undefined, currency: string): CartProblem[] => {
  const about = { lineId: line.id, sku: line.sku }
  const price = priceOf(view, currency)
  if (price === null) return [{ code: 'unavailable', ...about }]
  const available = availableOf(view)
  const changed = line.seenMinor !== null && line.seenMinor !== price.amountMinor
  return [
    ...(changed
      ? [{ code: 'price_changed' as const, ...about, oldPrice: money(line.seenMinor ?? 0, currency), newPrice: price }]
      : []),
    ...(available !== null && available < line.quantity
      ? [{ code: 'out_of_stock' as const, ...about, requested: line.quantity, available: Math.max(0, available) }]
      : []),
  ]
}

/** The line as `price` takes it, if it can be bought. */
const buyable = (line: CartLine, views: Views, currency: string): PriceLine[] => {
  const { id, sku, quantity } = line
  const view = views.get(sku)
  const unitPrice = priceOf(view, currency)
  if (!view?.variant || unitPrice === null) return []
  const { categoryIds, taxClass, weightGrams, requiresShipping } = view.variant
  return [{ id, sku, quantity, unitPrice, categoryIds: categoryIds ?? [], taxClass, weightGrams, requiresShipping }]
}

const shownLine = (
  line: CartLine,
  view: View | undefined,
  priced: PricedLine | undefined,
  { currency, publicUrl, language }: { currency: string; publicUrl: string; language: Language },
): Cart['lines'][number] => {
  const image = view?.variant?.imageUrl ?? null
  const compareAt = view?.variant?.compareAt?.find((money) => money.currency === currency)
  return {
    id: line.id,
    sku: line.sku,
    name: view?.variant ? nameIn(view.variant, language) : line.sku,
    productId: view?.variant?.productId ?? null,
    variantId: view?.variant?.variantId ?? null,
    productSlug: view?.variant?.productSlug ?? null,
    options: { ...view?.variant?.options },
    imageUrl: image?.startsWith('/') ? publicUrl + image : image,
    quantity: line.quantity,
    unitPrice: priced?.unitPrice ?? null,
    ...(priced && compareAt ? { compareAt } : {}),
    lineTotal: priced?.lineTotal ?? money(0, currency),
    discounts: priced?.discounts ?? [],
    taxes: priced?.taxes ?? [],
  }
}

/** What the goods of the cart cost at current prices, in minor units. It bounds what a write may add. */
const costOf = (cart: CartState, views: Views): number =>
  cart.lines.reduce((sum, { sku, quantity }) => sum + (priceOf(views.get(sku), cart.currency)?.amountMinor ?? 0) * quantity, 0)

/**
 * Refuses a write that lifts the total above the limit of a payment. When prices have lifted it already, a write may only lower it.
 * @throws AppError cart_limit
 */
export const assertPayable = (before: CartState, after: CartState, views: Views): void => {
  const cost = costOf(after, views)
  if (cost <= payableLimit || (before.currency === after.currency && cost <= costOf(before, views))) return
  throw new AppError('cart_limit', {
    detail: `the total of a cart is at most ${payableLimit} minor units`,
    extra: { limit: payableLimit },
  })
}

/** Largest quantity of a SKU, by the limits of a line, a cart and a payment; at least the quantity that is in the cart already. */
export const maxQuantityOf = (cart: CartState, views: Views, sku: string): number => {
  const existing = cart.lines.find((line) => line.sku === sku)
  if (!existing && cart.lines.length >= cartLimit) return 0
  const current = existing?.quantity ?? 0
  const price = priceOf(views.get(sku), cart.currency)?.amountMinor ?? 0
  const further = price === 0 ? lineLimit : Math.floor((payableLimit - costOf(cart, views)) / price)
  return Math.min(lineLimit, current + Math.max(0, further))
}

export interface Pricing {
  /** Address of the shop, for its pictures. */
  publicUrl: string
  /** Of the names of lines. */
  language: Language
  at: Date
  /** With the tax rates of the destination. */
  rules: PriceRules
  /** The tax provider does not answer, so the rules hold no rates. */
  isTaxUnavailable?: boolean
  /** What order knows about promotions; null or left out while it is not known. */
  promotions?: KnownPromotions | null
}

const shownCode = ({ code, promotionId }: CartCode): Cart['codes'][number] => ({ code, promotionId })

/** The codes that can count, each with its promotion, and those that cannot with the reason. A code that order was not asked about counts. */
const codesOf = (cart: CartState, known: KnownPromotions | null) => {
  const promotionIds = new Map(known?.codes.map(({ code, promotionId }) => [code, promotionId]))
  const reasonFor = (code: string): CodeProblem | null => {
    if (known === null || !known.asked.includes(code)) return null
    if (known.usedUpCodes.includes(code)) return 'used_up'
    return promotionIds.has(code) ? null : 'not_available'
  }
  const judged = cart.codes.map(({ code, promotionId }) => ({
    code,
    promotionId: promotionIds.get(code) ?? promotionId,
    reason: reasonFor(code),
  }))
  return {
    codes: judged.filter(({ reason }) => reason === null).map(({ code, promotionId }) => ({ code, promotionId })),
    problems: judged.flatMap(({ code, reason }) =>
      reason === null ? [] : [{ code: 'code_not_applicable' as const, promotionCode: code, reason }],
    ),
  }
}

/** Prices a cart at current prices and under current rules, by the calculation that order charges. Lines that cannot be bought are left out. */
export const calculateCart = (
  cart: CartState,
  views: Views,
  { at, rules, promotions = null }: Pick<Pricing, 'at' | 'rules' | 'promotions'>,
): PricedCart => {
  const { currency, destination, shippingOptionId, hasOrdered } = cart
  const lines = cart.lines.flatMap((line) => buyable(line, views, currency))
  const { codes, problems } = codesOf(cart, promotions)
  const priced = price({
    lines,
    currency,
    destination: destination ?? undefined,
    shippingOptionId: shippingOptionId ?? undefined,
    codes,
    usedUp: promotions?.usedUpPromotionIds,
    customer: { isFirstOrder: promotions?.isFirstOrder ?? !hasOrdered },
    at,
    rules,
  })
  return { ...priced, problems: [...priced.problems, ...problems] }
}

/**
 * Whether the price depends on what order knows: a code was entered, which may have a limit of its own, or a promotion takes something off
 * that has limits or is for first orders.
 */
export const hasLimitedPromotion = (cart: CartState, views: Views, pricing: Pick<Pricing, 'at' | 'rules'>): boolean => {
  if (cart.lines.length === 0) return false
  if (cart.codes.length > 0) return true
  const limited = pricing.rules.promotions.filter(({ limits, conditions }) => limits || conditions.firstOrder)
  if (limited.length === 0) return false
  const { discounts } = calculateCart(cart, views, pricing)
  return discounts.some(({ promotionId }) => limited.some(({ id }) => id === promotionId))
}

/** The option that the cart has chosen and can choose. */
const chosenShipping = ({ option, discounts, taxes }: PricedCart['shipping']): Cart['shippingOption'] =>
  option && { ...option, discounts, taxes }

/** The cart as its shopper sees it. Lines that cannot be bought count zero. */
export const priceCart = (cart: CartState, views: Views, pricing: Pricing): Cart => {
  const { id, version, currency, destination, shippingOptionId } = cart
  const { publicUrl, language, isTaxUnavailable = false } = pricing
  const priced = calculateCart(cart, views, pricing)
  const byId = new Map(priced.lines.map((line) => [line.id, line]))
  return {
    id,
    version,
    currency,
    lines: cart.lines.map((line) => shownLine(line, views.get(line.sku), byId.get(line.id), { currency, publicUrl, language })),
    ...priced.totals,
    taxKnown: destination !== null && !isTaxUnavailable,
    taxes: priced.taxes,
    discounts: priced.discounts,
    codes: cart.codes.map(shownCode),
    destination,
    shippingOptionId,
    shippingOption: chosenShipping(priced.shipping),
    shippingOptions: priced.shipping.offers,
    problems: [
      ...cart.lines.flatMap((line) => problemsOf(line, views.get(line.sku), currency)),
      ...priced.problems,
      ...(isTaxUnavailable ? [{ code: 'tax_unavailable' as const }] : []),
    ],
  }
}
