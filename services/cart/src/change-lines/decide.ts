// Decides what a shopper's write makes of her lines. What she writes she has seen: the current price is remembered with the line.
import { AppError, cartLimit, lineLimit, payableLimit } from '@cartwright/contracts'
import { asSeen, type CartLine, type CartState, costOf, type Views } from '../cart.ts'

/** Adds to the line of the SKU, or makes one. @throws AppError sku_unknown, cart_limit */
export const decideAdd = (
  cart: CartState,
  views: Views,
  wish: { sku: string; quantity: number; newLineId: string },
): CartLine => {
  const view = views.get(wish.sku)
  if (!view?.variant?.sellable) throw new AppError('sku_unknown')
  const held = cart.lines.find((line) => line.sku === wish.sku)
  if (!held && cart.lines.length >= cartLimit)
    throw new AppError('cart_limit', `a cart takes at most ${cartLimit} lines`, { limit: cartLimit })
  const quantity = (held?.quantity ?? 0) + wish.quantity
  if (quantity > lineLimit)
    throw new AppError('cart_limit', `a line takes at most ${lineLimit} of one SKU`, { limit: lineLimit, sku: wish.sku })
  return asSeen({ id: held?.id ?? wish.newLineId, sku: wish.sku, quantity, seenMinor: null }, view, cart.currency)
}

/**
 * No write lifts a cart above what can be paid at once. Prices may have done that behind it: then it may still become cheaper, step by step.
 * @throws AppError cart_limit
 */
export const refuseUnpayable = (before: CartState, after: CartState, views: Views): void => {
  const cost = costOf(after, views)
  if (cost <= payableLimit || (before.currency === after.currency && cost <= costOf(before, views))) return
  throw new AppError('cart_limit', `the total of a cart is at most ${payableLimit} minor units`, { limit: payableLimit })
}

/** @throws AppError not_found for a line that is not in this cart */
export const lineIn = (cart: CartState, lineId: string): CartLine => {
  const line = cart.lines.find((candidate) => candidate.id === lineId)
  if (line === undefined) throw new AppError('not_found')
  return line
}

/** The cart in another currency: every line gets a new price, and the shopper sees them all. In its own currency nothing changes. */
export const inCurrency = (cart: CartState, views: Views, currency: string): CartState =>
  currency === cart.currency
    ? cart
    : { ...cart, currency, lines: cart.lines.map((line) => asSeen(line, views.get(line.sku), currency)) }
