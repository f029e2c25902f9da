// Erases whom mails were for: address, name, content and code go, and what a mail server said about them. That a mail was sent stays.
import { list, type Sql, sql, type Tx } from '@cartwright/db'
import { eraseJobErrors } from '@cartwright/messaging'
import type { Erase } from '@cartwright/service-kit'
import type { NotificationDeps } from '../deps.ts'
import { deliverKey, deliverKind } from '../message.ts'

/** Erases the mails that fit. Alerts are for operators and name no customer. */
export const eraseMessages = async (tx: Tx, condition: Sql): Promise<void> => {
  const rows = await tx.rows<{ id: string; resends: number }>`SELECT id, resends FROM message
    WHERE (${condition}) AND state <> 'erased' AND template NOT LIKE 'alert-%' FOR UPDATE`
  if (rows.length === 0) return
  await tx.run`UPDATE message SET recipient = NULL, recipient_name = NULL, content = NULL, sealed_code = NULL, failure = NULL, state = 'erased',
    updated_at = ${tx.dbNow} WHERE id IN (${list(rows.map(({ id }) => id))})`
  const keys = rows.flatMap(({ id, resends }) =>
    Array.from({ length: resends + 1 }, (_, round) => deliverKey({ messageId: id, resends: round })),
  )
  await eraseJobErrors(tx, deliverKind, keys)
}

/** What raced with an erasure. A mail about an order that still runs is sent first. */
export const eraseRecipient: Erase<NotificationDeps> = async (tx, subjectIds) => {
  const ids = list(subjectIds)
  await eraseMessages(
    tx,
    sql`order_id IN (${ids}) OR (user_id IN (${ids}) AND NOT (erase_when_sent = TRUE AND state = 'pending'))`,
  )
}
