// Closes the ordered cart, or removes the ordered lines from the cart into which it was merged. Lines that the shopper wrote after ordering
// move to a new open cart, so that no write is lost.
import { type DataOf, orderEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { closeCart, deleteLine, insertFollowingCart, type LockedCart, lockOpenCart, saveLines } from '../../db/carts.ts'
import { deleteCodes, deleteLaterCodes, listCodes } from '../../db/codes.ts'
import { findMerge, type Merge } from '../../db/merges.ts'
import { lockOrderFacts, updateClosed } from '../../db/orders.ts'
import { countOrder } from '../../db/shopper-orders.ts'
import type { CartCode, CartState } from '../../db/stored-cart.ts'
import { type CartDeps, on } from '../../deps.ts'
import { withLines } from '../../domain/cart.ts'
import { getOpenCart, writeOpenCart } from '../../domain/open-cart.ts'
import { linesNotOrdered, removeOrderedLines } from './decide.ts'
import { restoreLines } from './restore-lines.ts'

type Placed = DataOf<typeof orderEvents.placed>

const closeOrderedCart = async (tx: Tx, cart: LockedCart, order: Placed, deps: CartDeps): Promise<void> => {
  const { principal, cartVersion, lines, orderId } = order
  const open = cart.version > cartVersion ? (await getOpenCart(tx, principal.id)).cart : null
  const remaining = open ? linesNotOrdered(open.lines, lines) : []
  const codes = open ? open.codes.filter(({ enteredVersion }) => enteredVersion > cartVersion) : []
  closeCart(tx, cart.id, orderId)
  deleteCodes(tx, cart.id, codes)
  tx.afterCommit(() => void deps.cache.putClosed(principal.id, cart.version))
  if (open === null || remaining.length + codes.length === 0) return
  const version = cart.version + 1
  insertFollowingCart(tx, principal.id, { ...open, id: deps.newId('crt'), version, lines: remaining, codes })
}

/** The codes that a merge brought and that the order holds. Those that the guest entered after ordering stay. */
const orderedCodes = async (tx: Tx, cart: CartState, order: Placed): Promise<CartCode[]> => {
  deleteLaterCodes(tx, order.cartId, order.cartVersion)
  const ordered = (await listCodes(tx, [order.cartId])).get(order.cartId) ?? []
  return cart.codes.filter((one) => one.mergedFrom === order.cartId && ordered.some(({ code }) => code === one.code))
}

/** Removes ordered lines and codes from a merged cart. A change counts as a write, because the customer sees it. */
const removeLines = async (tx: Tx, merge: Pick<Merge, 'principalId' | 'taken'>, order: Placed, deps: CartDeps): Promise<void> => {
  const { principalId, taken } = merge
  if ((await lockOpenCart(tx, principalId)) === null) return
  const before = (await getOpenCart(tx, principalId)).cart
  const changed = removeOrderedLines(before.lines, taken, order.lines)
  const codes = await orderedCodes(tx, before, order)
  if (changed.length + codes.length === 0) return
  const { cart } = await writeOpenCart(tx, principalId, before)
  const remaining = changed.filter(({ quantity }) => quantity > 0)
  saveLines(tx, cart.id, remaining)
  for (const { sku, quantity } of changed) if (quantity === 0) deleteLine(tx, cart.id, sku)
  deleteCodes(tx, cart.id, codes)
  const lines = withLines(cart, changed).lines.filter(({ quantity }) => quantity > 0)
  const kept = cart.codes.filter((one) => !codes.some(({ code }) => code === one.code))
  tx.afterCommit(() => void deps.cache.putCart(principalId, { ...cart, lines, codes: kept }))
}

/** @returns principal of the cart that held the lines; null when no cart holds them: erased, or replaced by the shopper before a merge */
const takeOrderedLines = async (tx: Tx, cart: LockedCart | null, order: Placed, deps: CartDeps): Promise<string | null> => {
  if (cart?.id === order.cartId) {
    await closeOrderedCart(tx, cart, order, deps)
    updateClosed(tx, order.orderId, null)
    return order.principal.id
  }
  const merge = await findMerge(tx, order.cartId)
  if (merge === null) return null
  await removeLines(tx, merge, order, deps)
  updateClosed(tx, order.orderId, merge.principalId)
  return merge.principalId
}

export const onOrderPlaced = on(orderEvents.placed, async ({ tx, message: { data: order }, deps }) => {
  const [facts, cart] = await Promise.all([lockOrderFacts(tx, order.orderId, order.cartId), lockOpenCart(tx, order.principal.id)])
  if (facts.closed) return
  const owner = await takeOrderedLines(tx, cart, order, deps)
  if (owner === null) return
  if (!facts.cancelled) countOrder(tx, order.principal.id, 1)
  else if (!facts.restored) await restoreLines(tx, owner, order, deps)
})
