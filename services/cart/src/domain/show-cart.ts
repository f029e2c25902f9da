// The cart as its shopper sees it, at current prices and rules.
import { acceptedLocales, type Cart, chooseLocale, languageOf, type PriceRules } from '@cartwright/contracts'
import { findTaxedRules, type Principal } from '@cartwright/service-kit'
import type { CartState } from '../db/stored-cart.ts'
import type { CartDeps } from '../deps.ts'
import { hasLimitedPromotion, type Pricing, priceCart, type Views } from './cart.ts'
import type { KnownPromotions } from './promotion-facts.ts'

/** The rules with the tax rates of the cart's destination, as order asks for them at the checkout. An empty cart asks for none. */
const withTaxes = async (
  { destination, currency, lines }: CartState,
  rules: PriceRules,
  at: Date,
  { taxProvider }: CartDeps,
): Promise<Pick<Pricing, 'rules' | 'isTaxUnavailable'>> => {
  const taxed = lines.length === 0 ? rules : await findTaxedRules(taxProvider, rules, { destination, currency, at })
  return taxed === null ? { rules: { ...rules, taxRates: [] }, isTaxUnavailable: true } : { rules: taxed }
}

/** What order knows about promotions, when the price depends on it; null otherwise. */
const knownPromotions = async (
  { cart, views }: ShownCart,
  principal: Principal,
  pricing: Pick<Pricing, 'at' | 'rules'>,
  { promotionFacts }: CartDeps,
): Promise<KnownPromotions | null> => {
  if (!hasLimitedPromotion(cart, views, pricing)) return null
  return promotionFacts.read(
    principal,
    cart.codes.map(({ code }) => code),
  )
}

interface ShownCart {
  cart: CartState
  views: Views
}

/** The request that a cart answers. */
export interface CartReader {
  principal: Principal
  headers: { 'accept-language'?: string | undefined }
}

/**
 * Lines are named in the language that the reader accepts, else in the shop's own.
 * @returns the cart; with the problem `tax_unavailable` when the tax provider cannot answer
 */
export const showCart = async (shown: ShownCart, { principal, headers }: CartReader, deps: CartDeps): Promise<Cart> => {
  const language = languageOf(chooseLocale(acceptedLocales(headers['accept-language']), deps.shared.locale))
  const at = deps.clock.now()
  const rules = await deps.priceRules.read()
  const [taxed, promotions] = await Promise.all([
    withTaxes(shown.cart, rules, at, deps),
    knownPromotions(shown, principal, { at, rules }, deps),
  ])
  return priceCart(shown.cart, shown.views, { publicUrl: deps.shared.publicUrl, language, at, promotions, ...taxed })
}
