// What is paid back for units of a line: one calculation for cancelled and for returned goods, so that their parts add up. Pure.
import { type Order, paymentStep } from '@cartwright/contracts'
import { proportion } from '@cartwright/pricing'

type Line = Order['lines'][number]

const sumOf = (parts: readonly { amount: { amountMinor: number } }[]): number =>
  parts.reduce((sum, { amount }) => sum + amount.amountMinor, 0)

/** What was paid for a line, in minor units: its price after discounts, and the tax where it came on top. */
export const paidFor = ({ lineTotal, discounts, taxes }: Line, taxIncluded: boolean): number =>
  lineTotal.amountMinor - sumOf(discounts) + (taxIncluded ? 0 : sumOf(taxes))

/** Share of an amount for the first units of a line, rounded half up to a step that can be paid back. */
const share = (amount: number, units: number, of: number, step: number): number =>
  units === of ? amount : Math.min(amount, proportion(amount, units, of, step))

/**
 * What is paid back for units of a line, in minor units and without shipping. Each part is the difference of two shares of the whole, so
 * that parts of any sizes that follow each other add up to exactly what was paid for the line.
 * @param before units of the line that were paid back before
 */
export const lineRefund = (
  { taxIncluded, currency }: { taxIncluded: boolean; currency: string },
  line: Line,
  { before, units }: { before: number; units: number },
): number => {
  const paid = paidFor(line, taxIncluded)
  const step = paymentStep(currency)
  return share(paid, before + units, line.quantity, step) - share(paid, before, line.quantity, step)
}
