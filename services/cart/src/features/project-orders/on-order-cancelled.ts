// Restores the lines of an unpaid order once when it is cancelled, to the cart that the order took them from.
import { orderEvents } from '@cartwright/contracts'
import { lockOrderFacts, updateCancelled } from '../../db/orders.ts'
import { countOrder } from '../../db/shopper-orders.ts'
import { on } from '../../deps.ts'
import { restoreLines } from './restore-lines.ts'

export const onOrderCancelled = on(orderEvents.cancelled, async ({ tx, message: { data: order }, deps }) => {
  if (order.paid) return
  const facts = await lockOrderFacts(tx, order.orderId, order.cartId)
  if (facts.cancelled) return
  updateCancelled(tx, order.orderId)
  // If `order.placed` has not arrived yet, its handler finds the cancellation and restores the lines.
  if (!facts.closed || facts.restored) return
  countOrder(tx, order.principal.id, -1)
  await restoreLines(tx, facts.takenFrom ?? order.principal.id, order, deps)
})
