// Erases who placed an order. Totals, lines, number and states stay: they identify nobody.
import { orderEvents } from '@cartwright/contracts'
import { list, sql, type Tx } from '@cartwright/db'
import { publish, recordErasure } from '@cartwright/messaging'
import type { Erase } from '@cartwright/service-kit'
import type { OrderDeps } from '../deps.ts'

/** The job that erases orders which have ended. */
export const eraseKind = 'erase-orders'
/** Orders that one transaction erases. */
const batch = 100

/** Notes which orders of closed accounts are to be erased. */
export const markForErasure = async (tx: Tx, principalIds: readonly string[]): Promise<void> => {
  await tx.run`UPDATE customer_order SET erase_when_done = TRUE
    WHERE principal_id IN (${list(principalIds)}) AND (email IS NOT NULL OR addresses IS NOT NULL)`
}

/** What identifies the customer, or may: addresses, contact, links, and text that people wrote. */
const eraseRows = async (tx: Tx, orderIds: readonly string[]): Promise<void> => {
  const ids = list(orderIds)
  await tx.run`UPDATE customer_order SET email = NULL, addresses = NULL, cancel_note = NULL, success_url = '', cancel_url = '', pay_url = NULL,
    erase_when_done = FALSE WHERE id IN (${ids})`
  await tx.run`UPDATE order_history SET reason = NULL WHERE order_id IN (${ids}) AND actor <> 'order'`
  await tx.run`UPDATE shipment SET tracking_number = '' WHERE order_id IN (${ids})`
  await tx.run`UPDATE refund SET reason = '' WHERE order_id IN (${ids}) AND cause LIKE 'operator:%'`
  await tx.run`DELETE FROM order_lookup WHERE order_id IN (${ids})`
  await tx.run`DELETE FROM order_lookup_budget WHERE order_id IN (${ids})`
}

/**
 * Erases orders that wait for it and have ended: cancelled or delivered, without a refund on its way or an open dispute; or shipped so long
 * ago that they have arrived. Goods on their way need their address, a bank's question its evidence. Waits for an order that another
 * transaction holds: one that were passed over would keep its address until the next periodic look.
 * @returns whether there may be more
 */
export const eraseEnded = async (tx: Tx, { config, clock }: OrderDeps): Promise<boolean> => {
  const arrived = sql`status = 'shipped' AND updated_at < ${tx.dbNow} - INTERVAL ${config.shippedEndsDays} DAY`
  const orders = await tx.rows<{ id: string; principal_id: string }>`SELECT id, principal_id FROM customer_order
    WHERE erase_when_done = TRUE AND (status IN ('delivered', 'cancelled') OR (${arrived})) AND refund_status <> 'pending'
      AND COALESCE(disputes, '') NOT LIKE '%"outcome":null%'
    ORDER BY id LIMIT ${batch} FOR UPDATE`
  if (orders.length === 0) return false
  const ids = orders.map(({ id }) => id)
  await eraseRows(tx, ids)
  await recordErasure(tx, ...ids)
  const at = clock.now().toISOString()
  for (const { id, principal_id: principalId } of orders)
    await publish(tx, orderEvents.personalDataErased, { orderId: id, principalId, at })
  return orders.length === batch
}

/** What raced with an erasure: orders of closed accounts, and texts that came to erased orders meanwhile. */
export const eraseCustomer: Erase<OrderDeps> = async (tx, subjectIds) => {
  await markForErasure(
    tx,
    subjectIds.filter((id) => !id.startsWith('ord_')),
  )
  await eraseRows(
    tx,
    subjectIds.filter((id) => id.startsWith('ord_')),
  )
}
