// The cart as its shopper sees it, at current prices and rules.
import type { Cart, PriceRules } from '@cartwright/contracts'
import { findTaxedRules } from '@cartwright/service-kit'
import type { CartState } from '../db/stored-cart.ts'
import type { CartDeps } from '../deps.ts'
import { type Pricing, priceCart, type Views } from './cart.ts'

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

/** @returns the cart; with the problem `tax_unavailable` when the tax provider cannot answer */
export const showCart = async ({ cart, views }: { cart: CartState; views: Views }, deps: CartDeps): Promise<Cart> => {
  const at = deps.clock.now()
  const taxed = await withTaxes(cart, await deps.priceRules.read(), at, deps)
  return priceCart(cart, views, { publicUrl: deps.shared.publicUrl, at, ...taxed })
}
