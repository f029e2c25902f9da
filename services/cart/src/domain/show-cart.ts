// The cart as its shopper sees it, at current prices and rules.
import type { Cart } from '@cartwright/contracts'
import type { CartState } from '../db/stored-cart.ts'
import type { CartDeps } from '../deps.ts'
import { priceCart, type Views } from './cart.ts'

export const showCart = async (
  { cart, views }: { cart: CartState; views: Views },
  { shared, clock, priceRules }: CartDeps,
): Promise<Cart> => priceCart(cart, views, { publicUrl: shared.publicUrl, at: clock.now(), rules: await priceRules.read() })
