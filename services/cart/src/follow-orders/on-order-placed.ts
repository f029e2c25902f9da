// Closes exactly the cart that was ordered. What the shopper wrote after ordering moves to a new open cart, so no write is lost.
import { type DataOf, orderEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { on } from '@cartwright/messaging'
import { closeCart, getOpenCart, insertFollowingCart, type LockedCart, lockOpenCart } from '../db/carts.ts'
import { lockOrderFacts, updateClosed } from '../db/orders.ts'
import type { CartDeps } from '../deps.ts'
import { leftBehind } from './decide.ts'
import { giveBack } from './give-back.ts'

type Placed = DataOf<typeof orderEvents.placed>

const close = async (tx: Tx, cart: LockedCart, order: Placed, deps: CartDeps): Promise<void> => {
  const { principal, cartVersion, lines, orderId } = order
  const written = cart.version > cartVersion
  const left = written ? leftBehind((await getOpenCart(tx, principal.id)).cart.lines, lines) : []
  closeCart(tx, cart.id, orderId)
  tx.afterCommit(() => void deps.cache.putClosed(principal.id, cart.version))
  if (left.length === 0) return
  insertFollowingCart(tx, principal.id, {
    id: deps.newId('crt'),
    currency: cart.currency,
    version: cart.version + 1,
    lines: left,
  })
}

export const onOrderPlaced = on(orderEvents.placed, async (tx, { data: order }, deps: CartDeps) => {
  const [facts, cart] = await Promise.all([lockOrderFacts(tx, order.orderId, order.cartId), lockOpenCart(tx, order.principal.id)])
  if (facts.closed) return
  // Merged or forgotten meanwhile: then the lines are in another cart, or nobody wants them.
  if (cart?.id !== order.cartId) return
  await close(tx, cart, order, deps)
  updateClosed(tx, order.orderId)
  if (facts.cancelled && !facts.givenBack) await giveBack(tx, order, deps)
})
