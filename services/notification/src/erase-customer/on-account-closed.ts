// An account was closed: mails to its owner lose address, name, content and code; what was still waiting is not sent.
import { identityEvents } from '@cartwright/contracts'
import { list, sql } from '@cartwright/db'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'

export const onAccountClosed = on(identityEvents.accountClosed, async (tx, { data: { userId } }, _: NotificationDeps) => {
  const known = await tx.rows<{
    recipient: string
  }>`SELECT DISTINCT recipient FROM message WHERE user_id = ${userId} AND recipient IS NOT NULL`
  // Mails about orders know an address and often no account; those of another account at the same address stay.
  const addressed = sql`user_id IS NULL AND template NOT LIKE 'alert-%' AND recipient IN (${list(known.map(({ recipient }) => recipient))})`
  await tx.run`UPDATE message SET recipient = NULL, recipient_name = NULL, content = NULL, sealed_code = NULL, state = 'erased', updated_at = ${tx.dbNow}
    WHERE user_id = ${userId} OR (${addressed})`
})
