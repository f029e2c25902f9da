// Decides what a guest's cart adds to a customer's: sums, capped to stock, limits and what can be paid at once, never below what the customer
// already had. What cannot be bought now (no price in the customer's currency, not sold, sold out) stays as a line with its problem.
import type { CartProblem } from '@cartwright/contracts'
import {
  availableOf,
  type CartLine,
  type CartState,
  mostOf,
  priceOf,
  type TakenLine,
  type View,
  type Views,
  withLines,
} from '../cart.ts'

export interface Merged {
  /** Lines of the customer's cart that are new or changed. */
  changed: readonly CartLine[]
  /** What was lowered, by the customer's line, and what the limits left out, by the guest's. */
  problems: readonly CartProblem[]
  /** What came from the guest. */
  taken: readonly TakenLine[]
}

type Outcome = { line: CartLine | null; problem: CartProblem | null }

/** How many the stock allows. A line that the customer did not have and that is sold out is kept whole: it says so itself. */
const capOf = (view: View | undefined, { had, wanted }: { had: number; wanted: number }): number => {
  const available = Math.max(0, availableOf(view) ?? wanted)
  return available === 0 && had === 0 ? wanted : available
}

const mergeLine = (
  /** The customer's cart with the lines that were merged before this one. */
  own: CartState,
  guest: CartLine,
  views: Views,
  sameCurrency: boolean,
): Outcome => {
  const held = own.lines.find(({ sku }) => sku === guest.sku)
  const about = { lineId: held?.id ?? guest.id, sku: guest.sku }
  const view = views.get(guest.sku)
  const price = priceOf(view, own.currency)
  const had = held?.quantity ?? 0
  const wanted = had + guest.quantity
  const most = mostOf(own, views, guest.sku)
  const available = price === null ? wanted : capOf(view, { had, wanted })
  const quantity = Math.max(had, Math.min(wanted, available, most))
  const problem: CartProblem | null =
    quantity < wanted && had <= available
      ? {
          code: available <= most ? 'out_of_stock' : 'cart_limit',
          ...about,
          requested: wanted,
          available: Math.min(available, most),
        }
      : null
  if (quantity === had) return { line: null, problem }
  // A price that changed since the guest saw it stays a problem; in another currency there is nothing to compare.
  const line = held
    ? { ...held, quantity }
    : { ...guest, quantity, seenMinor: sameCurrency ? guest.seenMinor : (price?.amountMinor ?? null) }
  return { line, problem }
}

/** @param own the customer's cart before @param guest the guest's cart */
export const decideMerge = (own: CartState, guest: CartState, views: Views): Merged => {
  const had = new Map(own.lines.map((line) => [line.sku, line.quantity]))
  const changed: CartLine[] = []
  const problems: CartProblem[] = []
  for (const theirs of guest.lines) {
    const { line, problem } = mergeLine(withLines(own, changed), theirs, views, own.currency === guest.currency)
    if (problem) problems.push(problem)
    if (line) changed.push(line)
  }
  const taken = changed.map(({ id, sku, quantity }) => ({ lineId: id, sku, quantity: quantity - (had.get(sku) ?? 0) }))
  return { changed, problems, taken }
}
