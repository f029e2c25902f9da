// Closes exactly the cart that was ordered. What the shopper wrote after ordering moves to a new open cart, so no write is lost.
import { type DataOf, orderEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { on } from '@cartwright/messaging'
import { type CartRow, closeCart, findOpenCart, insertFollowingCart, lockCart } from '../db/carts.ts'
import { lockOrderFacts, updateClosed } from '../db/orders.ts'
import type { CartDeps } from '../deps.ts'
import { leftBehind } from './decide.ts'
import { giveBack } from './give-back.ts'

type Placed = DataOf<typeof orderEvents.placed>

const close = async (tx: Tx, row: CartRow, order: Placed, deps: CartDeps): Promise<void> => {
  const owner = row.principal_id
  const written = row.version > order.cartVersion
  const left = written ? leftBehind((await findOpenCart(tx, owner))?.cart.lines ?? [], order.lines) : []
  await closeCart(tx, row.id, order.orderId)
  tx.afterCommit(() => void deps.cache.putClosed(owner, row.version))
  if (left.length > 0)
    await insertFollowingCart(tx, owner, { id: deps.newId('crt'), currency: row.currency, version: row.version + 1, lines: left })
}

export const onOrderPlaced = on(orderEvents.placed, async (tx, { data: order }, deps: CartDeps) => {
  const facts = await lockOrderFacts(tx, order.orderId, order.cartId)
  if (facts.closed) return
  const row = await lockCart(tx, order.cartId)
  // Merged or forgotten meanwhile: then the lines are in another cart, or nobody wants them.
  if (row === null || row.open_for === null) return
  await close(tx, row, order, deps)
  await updateClosed(tx, order.orderId)
  if (facts.cancelled && !facts.givenBack) await giveBack(tx, order, deps)
})
