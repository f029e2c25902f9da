// Decides which lines stay in a cart after an order, and which are restored when the order is cancelled unpaid. Pure.
import type { Money } from '@cartwright/contracts'
import type { CartLine, CartState, TakenLine } from '../../db/stored-cart.ts'
import { maxQuantityOf, type Views, withLines } from '../../domain/cart.ts'

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

/** Lines that are not part of the order, and quantities above the ordered ones: the shopper wrote them after the order was placed. */
export const linesNotOrdered = (lines: readonly CartLine[], ordered: readonly OrderedLine[]): CartLine[] => {
  const sums = quantitiesOf(ordered)
  return lines
    .map((line) => ({ ...line, quantity: line.quantity - (sums.get(line.sku) ?? 0) }))
    .filter((line) => line.quantity > 0)
}

/**
 * Removes ordered quantities from the cart into which the ordered cart was merged, but never the customer's own quantities.
 * @param taken quantities that the merge added @returns the changed lines with their remaining quantities
 */
export const removeOrderedLines = (
  lines: readonly CartLine[],
  taken: readonly TakenLine[],
  ordered: readonly OrderedLine[],
): CartLine[] => {
  const sums = quantitiesOf(ordered)
  const merged = new Map(taken.map(({ lineId, quantity }) => [lineId, quantity]))
  return lines.flatMap((line) => {
    const removed = Math.min(line.quantity, merged.get(line.id) ?? 0, sums.get(line.sku) ?? 0)
    return removed > 0 ? [{ ...line, quantity: line.quantity - removed }] : []
  })
}

/**
 * Restores the lines of an order to a cart, as far as its limits allow. The ordered price counts as seen, so that a changed price shows.
 * @returns the changed lines, and the SKUs that were not restored in full
 */
export const restoreOrderedLines = (
  cart: CartState,
  ordered: readonly OrderedLine[],
  views: Views,
  newLineId: () => string,
): { changed: CartLine[]; leftOut: string[] } => {
  const changed = new Map<string, CartLine>()
  const leftOut: string[] = []
  for (const { sku, quantity, unitPrice } of ordered) {
    const current = withLines(cart, [...changed.values()])
    const existing = current.lines.find((line) => line.sku === sku)
    const before = existing?.quantity ?? 0
    const sum = Math.max(before, Math.min(before + quantity, maxQuantityOf(current, views, sku)))
    if (sum < before + quantity) leftOut.push(sku)
    if (sum === before) continue
    const seenMinor = unitPrice.currency === cart.currency ? unitPrice.amountMinor : null
    changed.set(sku, existing ? { ...existing, quantity: sum } : { id: newLineId(), sku, quantity: sum, seenMinor })
  }
  return { changed: [...changed.values()], leftOut }
}
