// Closes exactly the cart that was ordered, or takes its lines out of the one it was merged into, so that nothing that was bought is still
// wanted. What the shopper wrote after ordering moves to a new open cart, so no write is lost.
import { type DataOf, orderEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { on } from '@cartwright/messaging'
import { withLines } from '../cart.ts'
import {
  closeCart,
  deleteLine,
  getOpenCart,
  insertFollowingCart,
  type LockedCart,
  lockOpenCart,
  saveLines,
  writeOpenCart,
} from '../db/carts.ts'
import { findMerge, type Merge } from '../db/merges.ts'
import { lockOrderFacts, updateClosed } from '../db/orders.ts'
import type { CartDeps } from '../deps.ts'
import { leftBehind, takenOut } from './decide.ts'
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

/** Counts as a write where something changes, since the customer sees it. */
const takeOut = async (tx: Tx, merge: Pick<Merge, 'principalId' | 'taken'>, order: Placed, deps: CartDeps): Promise<void> => {
  const { principalId, taken } = merge
  if ((await lockOpenCart(tx, principalId)) === null) return
  const before = (await getOpenCart(tx, principalId)).cart
  const changed = takenOut(before.lines, taken, order.lines)
  if (changed.length === 0) return
  const { cart } = await writeOpenCart(tx, principalId, before)
  const kept = changed.filter(({ quantity }) => quantity > 0)
  saveLines(tx, cart.id, kept)
  for (const { sku, quantity } of changed) if (quantity === 0) deleteLine(tx, cart.id, sku)
  const lines = withLines(cart, changed).lines.filter(({ quantity }) => quantity > 0)
  tx.afterCommit(() => void deps.cache.putCart(principalId, { ...cart, lines }))
}

/** @returns whose cart the lines were in; null when they are in none: forgotten meanwhile, or given up by the shopper before she merged */
const settle = async (tx: Tx, cart: LockedCart | null, order: Placed, deps: CartDeps): Promise<string | null> => {
  if (cart?.id === order.cartId) {
    await close(tx, cart, order, deps)
    updateClosed(tx, order.orderId, null)
    return order.principal.id
  }
  const merge = await findMerge(tx, order.cartId)
  if (merge === null) return null
  await takeOut(tx, merge, order, deps)
  updateClosed(tx, order.orderId, merge.principalId)
  return merge.principalId
}

export const onOrderPlaced = on(orderEvents.placed, async (tx, { data: order }, deps: CartDeps) => {
  const [facts, cart] = await Promise.all([lockOrderFacts(tx, order.orderId, order.cartId), lockOpenCart(tx, order.principal.id)])
  if (facts.closed) return
  const owner = await settle(tx, cart, order, deps)
  if (owner !== null && facts.cancelled && !facts.givenBack) await giveBack(tx, owner, order, deps)
})
