// Decides what a guest's cart adds to a customer's: sums, capped to stock, cart limits and payment limit, never below the customer's own.
// Lines that cannot be bought now (no price in the currency, not sold, sold out) stay in the cart with their problem. Pure.
import type { CartProblem } from '@cartwright/contracts'
import type { CartCode, CartLine, CartState, Shipping, TakenLine, View } from '../../db/stored-cart.ts'
import { availableOf, codesToAdd, maxQuantityOf, priceOf, type Views, withLines } from '../../domain/cart.ts'

interface Merged {
  /** Lines of the customer's cart that are new or changed. */
  changed: readonly CartLine[]
  /** Lowered quantities with the customer's line id, and lines that the limits left out with the guest's. */
  problems: readonly CartProblem[]
  /** Quantities that came from the guest. */
  taken: readonly TakenLine[]
}

type Outcome = { line: CartLine | null; problem: CartProblem | null }

/** Quantity that the stock allows. A sold-out line that the customer did not have keeps its quantity and reports the problem itself. */
const stockCapOf = (view: View | undefined, { current, wanted }: { current: number; wanted: number }): number => {
  const available = Math.max(0, availableOf(view) ?? wanted)
  return available === 0 && current === 0 ? wanted : available
}

const mergeLine = (
  /** The customer's cart with the lines that were merged before this one. */
  own: CartState,
  guest: CartLine,
  views: Views,
  sameCurrency: boolean,
): Outcome => {
  const existing = own.lines.find(({ sku }) => sku === guest.sku)
  const about = { lineId: existing?.id ?? guest.id, sku: guest.sku }
  const view = views.get(guest.sku)
  const price = priceOf(view, own.currency)
  const current = existing?.quantity ?? 0
  const wanted = current + guest.quantity
  const limit = maxQuantityOf(own, views, guest.sku)
  const available = price === null ? wanted : stockCapOf(view, { current, wanted })
  const quantity = Math.max(current, Math.min(wanted, available, limit))
  const problem: CartProblem | null =
    quantity < wanted && current <= available
      ? {
          code: available <= limit ? 'out_of_stock' : 'cart_limit',
          ...about,
          requested: wanted,
          available: Math.min(available, limit),
        }
      : null
  if (quantity === current) return { line: null, problem }
  // A price that changed since the guest saw it stays a problem; in another currency there is nothing to compare.
  const line = existing
    ? { ...existing, quantity }
    : { ...guest, quantity, seenMinor: sameCurrency ? guest.seenMinor : (price?.amountMinor ?? null) }
  return { line, problem }
}

/** @param own the customer's cart before @param guest the guest's cart */
export const decideMerge = (own: CartState, guest: CartState, views: Views): Merged => {
  const before = new Map(own.lines.map((line) => [line.sku, line.quantity]))
  const changed: CartLine[] = []
  const problems: CartProblem[] = []
  for (const guestLine of guest.lines) {
    const { line, problem } = mergeLine(withLines(own, changed), guestLine, views, own.currency === guest.currency)
    if (problem) problems.push(problem)
    if (line) changed.push(line)
  }
  const taken = changed.map(({ id, sku, quantity }) => ({ lineId: id, sku, quantity: quantity - (before.get(sku) ?? 0) }))
  return { changed, problems, taken }
}

/** The guest's codes that the customer's cart takes. @returns them, and a problem for each one that its limits leave out */
export const mergedCodes = (own: CartState, guest: CartState): { codes: CartCode[]; problems: CartProblem[] } => {
  const codes = codesToAdd(own, guest.codes).map((one) => ({ ...one, enteredVersion: own.version, mergedFrom: guest.id }))
  const present = new Set([...own.codes, ...codes].map(({ code }) => code))
  const problems = guest.codes
    .filter(({ code }) => !present.has(code))
    .map(({ code }): CartProblem => ({ code: 'cart_limit', promotionCode: code }))
  return { codes, problems }
}

/** The guest's destination and option, which the shopper chose last; the customer's own when the guest chose none. */
export const mergedShipping = (own: Shipping, guest: Shipping): Shipping => {
  const { destination, shippingOptionId } = guest.destination === null ? own : guest
  return { destination, shippingOptionId }
}
