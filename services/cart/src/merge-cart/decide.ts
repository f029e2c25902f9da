// Decides what a guest's cart adds to a customer's: sums, capped to stock and limits, never below what the customer already had.
import { type CartProblem, cartLimit, lineLimit } from '@cartwright/contracts'
import { availableOf, type CartLine, type CartState, priceOf, type Views } from '../cart.ts'

export interface Merged {
  /** Lines of the customer's cart that are new or changed. */
  changed: readonly CartLine[]
  /** What was lowered, by the customer's line, and what was left out, by the guest's. */
  problems: readonly CartProblem[]
}

type Outcome = { line: CartLine | null; problem: CartProblem | null }

const mergeLine = (
  own: CartState,
  held: CartLine | undefined,
  guest: CartLine,
  views: Views,
  room: boolean,
  sameCurrency: boolean,
): Outcome => {
  const about = { lineId: held?.id ?? guest.id, sku: guest.sku }
  const view = views.get(guest.sku)
  const price = priceOf(view, own.currency)
  // A line that the customer had already shows its own problem.
  if (price === null) return { line: null, problem: held ? null : { code: 'unavailable', ...about } }
  if (!held && !room) return { line: null, problem: { code: 'cart_limit', ...about, requested: guest.quantity, available: 0 } }
  const had = held?.quantity ?? 0
  const wanted = had + guest.quantity
  const available = Math.max(0, availableOf(view) ?? wanted)
  const quantity = Math.max(had, Math.min(wanted, available, lineLimit))
  const problem: CartProblem | null =
    quantity < wanted && had <= available
      ? {
          code: available <= lineLimit ? 'out_of_stock' : 'cart_limit',
          ...about,
          requested: wanted,
          available: Math.min(available, lineLimit),
        }
      : null
  if (quantity === had) return { line: null, problem }
  // A price that changed since the guest saw it stays a problem; in another currency there is nothing to compare.
  const line = held
    ? { ...held, quantity }
    : { ...guest, quantity, seenMinor: sameCurrency ? guest.seenMinor : price.amountMinor }
  return { line, problem }
}

/** @param own the customer's cart before @param guest the guest's cart */
export const decideMerge = (own: CartState, guest: CartState, views: Views): Merged => {
  const held = new Map(own.lines.map((line) => [line.sku, line]))
  const changed: CartLine[] = []
  const problems: CartProblem[] = []
  let count = own.lines.length
  for (const line of guest.lines) {
    const mine = held.get(line.sku)
    const outcome = mergeLine(own, mine, line, views, count < cartLimit, own.currency === guest.currency)
    if (outcome.problem) problems.push(outcome.problem)
    if (!outcome.line) continue
    changed.push(outcome.line)
    if (!mine) count += 1
  }
  return { changed, problems }
}
