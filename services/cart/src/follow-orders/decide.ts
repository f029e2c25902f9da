// Decides which lines an order leaves behind, and what comes back when it is cancelled unpaid.
import type { Money } from '@cartwright/contracts'
import { type CartLine, type CartState, mostOf, type TakenLine, type Views, withLines } from '../cart.ts'

export interface OrderedLine {
  sku: string
  quantity: number
  unitPrice: Money
}

const quantitiesOf = (ordered: readonly OrderedLine[]): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const { sku, quantity } of ordered) sums.set(sku, (sums.get(sku) ?? 0) + quantity)
  return sums
}

/** What the shopper wrote after the order was placed: lines that are not part of it, and what exceeds the ordered quantities. */
export const leftBehind = (lines: readonly CartLine[], ordered: readonly OrderedLine[]): CartLine[] => {
  const sums = quantitiesOf(ordered)
  return lines
    .map((line) => ({ ...line, quantity: line.quantity - (sums.get(line.sku) ?? 0) }))
    .filter((line) => line.quantity > 0)
}

/**
 * The order of a cart that was merged before its news came: what was ordered leaves the cart that took it, but never what its owner
 * had herself. @param taken what the merge brought @returns the lines that change, with what is left of them
 */
export const takenOut = (
  lines: readonly CartLine[],
  taken: readonly TakenLine[],
  ordered: readonly OrderedLine[],
): CartLine[] => {
  const sums = quantitiesOf(ordered)
  const came = new Map(taken.map(({ lineId, quantity }) => [lineId, quantity]))
  return lines.flatMap((line) => {
    const out = Math.min(line.quantity, came.get(line.id) ?? 0, sums.get(line.sku) ?? 0)
    return out > 0 ? [{ ...line, quantity: line.quantity - out }] : []
  })
}

/**
 * The lines of an order put back into a cart, as far as its limits allow. The price a shopper saw is the one she ordered at, so a price
 * that changed meanwhile shows. @returns the lines that change, and of which SKUs not everything came back
 */
export const givenBack = (
  cart: CartState,
  ordered: readonly OrderedLine[],
  views: Views,
  newLineId: () => string,
): { changed: CartLine[]; leftOut: string[] } => {
  const changed = new Map<string, CartLine>()
  const leftOut: string[] = []
  for (const { sku, quantity, unitPrice } of ordered) {
    const now = withLines(cart, [...changed.values()])
    const held = now.lines.find((line) => line.sku === sku)
    const had = held?.quantity ?? 0
    const sum = Math.max(had, Math.min(had + quantity, mostOf(now, views, sku)))
    if (sum < had + quantity) leftOut.push(sku)
    if (sum === had) continue
    const seenMinor = unitPrice.currency === cart.currency ? unitPrice.amountMinor : null
    changed.set(sku, held ? { ...held, quantity: sum } : { id: newLineId(), sku, quantity: sum, seenMinor })
  }
  return { changed: [...changed.values()], leftOut }
}
