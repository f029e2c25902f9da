// Decides which lines an order leaves behind, and what comes back when it is cancelled unpaid.
import { lineLimit, type Money } from '@cartwright/contracts'
import type { CartLine, CartState } from '../cart.ts'

export interface OrderedLine {
  sku: string
  quantity: number
  unitPrice: Money
}

/** What the shopper wrote after the order was placed: lines that are not part of it, and what exceeds the ordered quantities. */
export const leftBehind = (lines: readonly CartLine[], ordered: readonly OrderedLine[]): CartLine[] => {
  const taken = new Map<string, number>()
  for (const { sku, quantity } of ordered) taken.set(sku, (taken.get(sku) ?? 0) + quantity)
  return lines
    .map((line) => ({ ...line, quantity: line.quantity - (taken.get(line.sku) ?? 0) }))
    .filter((line) => line.quantity > 0)
}

/**
 * The lines of an order put back into a cart: quantities sum up to the limit of a line. The price a shopper saw is the one she ordered at,
 * so a price that changed meanwhile shows. @returns the lines that change; nothing is left out for the cart being long
 */
export const givenBack = (cart: CartState, ordered: readonly OrderedLine[], newLineId: () => string): CartLine[] => {
  const changed = new Map<string, CartLine>()
  for (const { sku, quantity, unitPrice } of ordered) {
    const held = changed.get(sku) ?? cart.lines.find((line) => line.sku === sku)
    const seenMinor = unitPrice.currency === cart.currency ? unitPrice.amountMinor : null
    const sum = Math.min(lineLimit, (held?.quantity ?? 0) + quantity)
    changed.set(sku, held ? { ...held, quantity: sum } : { id: newLineId(), sku, quantity: sum, seenMinor })
  }
  return [...changed.values()]
}
