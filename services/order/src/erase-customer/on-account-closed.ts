// Forgets who placed an order when the account is closed: at once for orders that are done, else when they are; totals, lines and history stay.
import { identityEvents } from '@cartwright/contracts'
import { raw } from '@cartwright/db'
import { on } from '@cartwright/messaging'
import type { OrderDeps } from '../deps.ts'

/** Goods that are on their way need their address, and a refund that is under way its mail. */
const done = raw("status IN ('delivered', 'cancelled') AND refund_status <> 'pending'")

export const onAccountClosed = on(identityEvents.accountClosed, async (tx, { data }, _: OrderDeps) => {
  await tx.run`UPDATE order_history h JOIN customer_order o ON o.id = h.order_id SET h.reason = NULL
    WHERE o.principal_id = ${data.userId} AND h.actor = ${data.userId}`
  await tx.run`UPDATE customer_order SET erase_when_done = TRUE WHERE principal_id = ${data.userId} AND NOT (${done})`
  await tx.run`UPDATE customer_order SET email = NULL, addresses = NULL, cancel_note = NULL WHERE principal_id = ${data.userId} AND ${done}`
})

/** Erases what had to wait. */
export const eraseDone = async ({ db }: OrderDeps): Promise<void> => {
  await db.run`UPDATE customer_order SET email = NULL, addresses = NULL, cancel_note = NULL, erase_when_done = FALSE
    WHERE erase_when_done = TRUE AND ${done} LIMIT 1000`
}
