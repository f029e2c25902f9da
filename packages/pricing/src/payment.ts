// Whether a priced cart can be paid: within what Stripe charges, in the steps of its currency, or free of charge.
import { type Money, minimumCharge, payableLimit, paymentStep } from '@cartwright/contracts'

/** `not_required` is a total of nothing; the last three cannot be paid. Amounts in minor units. */
export interface Payability {
  payment: 'required' | 'not_required' | 'off_step' | 'below_minimum' | 'above_limit'
  minimum: number
  limit: number
  step: number
}

interface PayableCart {
  lines: readonly { unitPrice: Money }[]
  totals: { total: Money }
}

const paymentOf = ({ lines, totals: { total } }: PayableCart, { minimum, limit, step }: Omit<Payability, 'payment'>) => {
  // A unit price that is no multiple of the step makes some quantity of it unpayable, so it is refused for any.
  const amounts = [total, ...lines.map(({ unitPrice }) => unitPrice)]
  if (amounts.some(({ amountMinor }) => amountMinor % step !== 0)) return 'off_step'
  if (total.amountMinor === 0) return 'not_required'
  if (total.amountMinor < minimum) return 'below_minimum'
  return total.amountMinor > limit ? 'above_limit' : 'required'
}

/** @param own minimum amounts of the shop by currency; they can raise what Stripe asks for */
export const payabilityOf = (cart: PayableCart, own: Readonly<Record<string, number>> = {}): Payability => {
  const { currency } = cart.totals.total
  const bounds = { minimum: minimumCharge(currency, own), limit: payableLimit, step: paymentStep(currency) }
  return { payment: paymentOf(cart, bounds), ...bounds }
}
