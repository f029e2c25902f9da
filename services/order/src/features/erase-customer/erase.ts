// Erasure of personal data of orders. Totals, lines, number and states stay: they identify no person.
import { orderEvents } from '@cartwright/contracts'
import { list, sql, type Tx } from '@cartwright/db'
import { publish, recordErasure } from '@cartwright/messaging'
import type { Erase } from '@cartwright/service-kit'
import type { CustomerOrderRow } from '../../db/generated/rows.ts'
import type { OrderDeps } from '../../deps.ts'

/** Kind of the job that erases finished orders. */
export const eraseKind = 'erase-orders'
/** Orders that one transaction erases at most. */
const batch = 100

/** Marks the orders of closed accounts for erasure. */
export const markForErasure = async (tx: Tx, principalIds: readonly string[]): Promise<void> => {
  await tx.run`UPDATE customer_order SET erase_when_done = TRUE
    WHERE principal_id IN (${list(principalIds)}) AND (email IS NOT NULL OR addresses IS NOT NULL)`
}

/** Erases what may identify the customer: addresses, contact, links and free text. */
const eraseRows = async (tx: Tx, orderIds: readonly string[]): Promise<void> => {
  const ids = list(orderIds)
  await tx.run`UPDATE customer_order SET email = NULL, addresses = NULL, cancel_note = NULL, success_url = '', cancel_url = '', pay_url = NULL,
    erase_when_done = FALSE WHERE id IN (${ids})`
  await tx.run`UPDATE order_history SET reason = NULL WHERE order_id IN (${ids}) AND actor <> 'order'`
  await tx.run`UPDATE shipment SET tracking_number = '', despite_dispute = NULL WHERE order_id IN (${ids})`
  await tx.run`UPDATE refund SET reason = '' WHERE order_id IN (${ids}) AND cause LIKE 'operator:%'`
  await tx.run`UPDATE order_return SET note = NULL, reject_reason = NULL WHERE order_id IN (${ids})`
  await tx.run`UPDATE invoice SET buyer = NULL WHERE order_id IN (${ids})`
  await tx.run`UPDATE withdrawal_handling h JOIN withdrawal w ON w.id = h.withdrawal_id SET h.note = NULL WHERE w.order_id IN (${ids})`
  await tx.run`DELETE FROM order_lookup WHERE order_id IN (${ids})`
  await tx.run`DELETE FROM order_lookup_budget WHERE order_id IN (${ids})`
}

/**
 * Erases marked orders that are finished: cancelled, delivered or shipped long ago, without a pending refund or an open dispute.
 * Waits for orders that another transaction has locked, since a skipped one would keep its address until the next schedule.
 * @returns whether more orders may be left
 */
export const eraseEnded = async (tx: Tx, { config, clock }: OrderDeps): Promise<boolean> => {
  const arrived = sql`status = 'shipped' AND updated_at < ${tx.dbNow} - INTERVAL ${config.shippedEndsDays} DAY`
  const orders = await tx.rows<Pick<CustomerOrderRow, 'id' | 'principal_id'>>`SELECT id, principal_id FROM customer_order
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

/** Repeats an erasure for rows that were written at the same time: new orders of closed accounts, and texts of erased orders. */
export const eraseCustomer: Erase<OrderDeps> = async ({ tx, subjectIds }) => {
  await markForErasure(
    tx,
    subjectIds.filter((id) => !id.startsWith('ord_')),
  )
  await eraseRows(
    tx,
    subjectIds.filter((id) => id.startsWith('ord_')),
  )
}
