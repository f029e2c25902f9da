// Puts the lines of a cancelled order into the shopper's open cart, or a new one. It counts as a write, since she sees it.
import type { Tx } from '@cartwright/db'
import { withLines } from '../cart.ts'
import { saveLines, writeOpenCart } from '../db/carts.ts'
import { updateGivenBack } from '../db/orders.ts'
import type { CartDeps } from '../deps.ts'
import { givenBack, type OrderedLine } from './decide.ts'

export interface CancelledOrder {
  orderId: string
  principal: { id: string }
  currency: string
  lines: readonly OrderedLine[]
}

export const giveBack = async (tx: Tx, order: CancelledOrder, deps: CartDeps): Promise<void> => {
  const { orderId, principal, currency, lines } = order
  const { cart } = await writeOpenCart(tx, principal.id, { id: deps.newId('crt'), currency })
  const changed = givenBack(cart, lines, () => deps.newId('lin'))
  saveLines(tx, cart.id, changed)
  updateGivenBack(tx, orderId)
  tx.afterCommit(() => void deps.cache.putCart(principal.id, withLines(cart, changed)))
}
