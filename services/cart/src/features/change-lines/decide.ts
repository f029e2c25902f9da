// Decides the lines of a cart after a write of the shopper. A written line records the current price as seen. Pure.
import { AppError, cartLimit, lineLimit } from '@cartwright/contracts'
import type { CartLine, CartState } from '../../db/stored-cart.ts'
import { asSeen, type Views } from '../../domain/cart.ts'

/** Adds to the line of the SKU, or creates one. @throws AppError sku_unknown, cart_limit */
export const decideAdd = (
  cart: CartState,
  views: Views,
  input: { sku: string; quantity: number; newLineId: string },
): CartLine => {
  const view = views.get(input.sku)
  if (!view?.variant?.sellable) throw new AppError('sku_unknown')
  const existing = cart.lines.find((line) => line.sku === input.sku)
  if (!existing && cart.lines.length >= cartLimit)
    throw new AppError('cart_limit', { detail: `a cart takes at most ${cartLimit} lines`, extra: { limit: cartLimit } })
  const quantity = (existing?.quantity ?? 0) + input.quantity
  if (quantity > lineLimit)
    throw new AppError('cart_limit', {
      detail: `a line takes at most ${lineLimit} of one SKU`,
      extra: { limit: lineLimit, sku: input.sku },
    })
  return asSeen({ id: existing?.id ?? input.newLineId, sku: input.sku, quantity, seenMinor: null }, view, cart.currency)
}

/** @throws AppError not_found for a line that is not in this cart */
export const lineIn = (cart: CartState, lineId: string): CartLine => {
  const line = cart.lines.find((candidate) => candidate.id === lineId)
  if (line === undefined) throw new AppError('not_found')
  return line
}

/** The cart in another currency: every line records its price in it as seen. In its own currency the cart is unchanged. */
export const inCurrency = (cart: CartState, views: Views, currency: string): CartState =>
  currency === cart.currency
    ? cart
    : { ...cart, currency, lines: cart.lines.map((line) => asSeen(line, views.get(line.sku), currency)) }
