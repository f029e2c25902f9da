// Forgets who paid when the account is closed; amounts and ids stay. A page that is being opened keeps its parameters until it is open.
import { identityEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { PaymentDeps } from '../deps.ts'

export const onAccountClosed = on(identityEvents.accountClosed, async (tx, { data }, _: PaymentDeps) => {
  await tx.run`UPDATE payment SET erase_requested = TRUE, recipient = IF(state = 'opening', recipient, NULL) WHERE principal_id = ${data.userId}`
  await tx.run`UPDATE stripe_event SET payload = '{}' WHERE order_id IN (SELECT order_id FROM payment WHERE principal_id = ${data.userId})`
})
