// Gives the lines of an unpaid order back once, where it took them from, and only when it had taken them.
import { orderEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import { lockOrderFacts, updateCancelled } from '../db/orders.ts'
import type { CartDeps } from '../deps.ts'
import { giveBack } from './give-back.ts'

export const onOrderCancelled = on(orderEvents.cancelled, async (tx, { data: order }, deps: CartDeps) => {
  if (order.paid) return
  const facts = await lockOrderFacts(tx, order.orderId, order.cartId)
  if (facts.cancelled) return
  updateCancelled(tx, order.orderId)
  // When the order's own news is still to come, that handler finds the cancellation and gives back.
  if (facts.closed && !facts.givenBack) await giveBack(tx, facts.takenFrom ?? order.principal.id, order, deps)
})
