// The sums of a cart, and what of them is still open.
import type { Cart } from '@cartwright/sdk'
import { Totals } from './totals.tsx'

export const CartTotals = ({ cart }: { cart: Cart }) => (
  <Totals
    sums={cart}
    isShippingOpen={cart.problems.some(({ code }) => code === 'shipping_required')}
    isTaxOpen={!cart.taxKnown}
  />
)
