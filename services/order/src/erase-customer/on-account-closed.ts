// Forgets who placed an order when the account is closed; totals, lines and history stay.
import { identityEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { OrderDeps } from '../deps.ts'

export const onAccountClosed = on(identityEvents.accountClosed, async (tx, { data }, _: OrderDeps) => {
  await tx.run`UPDATE customer_order SET email = NULL, addresses = NULL WHERE principal_id = ${data.userId}`
})
