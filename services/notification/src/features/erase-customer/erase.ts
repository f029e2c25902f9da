// Erases personal data in mails: address, name, content, code and the server's error text. The row stays without them; a mark of the
// address is deleted.
import { list, type Sql, sql, type Tx } from '@cartwright/db'
import { eraseJobErrors } from '@cartwright/messaging'
import type { Erase } from '@cartwright/service-kit'
import type { MessageRow } from '../../db/generated/rows.ts'
import { deleteMarks } from '../../db/undeliverable.ts'
import type { NotificationDeps } from '../../deps.ts'
import { deliverKey, deliverKind } from '../../domain/message.ts'

/** Erases the mails that match. Alerts go to operators and name no customer, so they stay. */
export const eraseMessages = async (tx: Tx, condition: Sql): Promise<void> => {
  const rows = await tx.rows<Pick<MessageRow, 'id' | 'resends' | 'recipient'>>`
    SELECT id, resends, recipient
    FROM message
    WHERE (${condition}) AND state <> 'erased' AND template NOT LIKE 'alert-%'
    FOR UPDATE`
  if (rows.length === 0) return
  const addresses = rows.flatMap(({ recipient }) => (recipient === null ? [] : [recipient]))
  if (addresses.length > 0) await deleteMarks(tx, sql`address IN (${list(addresses)})`)
  await tx.run`
    UPDATE message
    SET recipient = NULL, recipient_name = NULL, content = NULL, sealed_code = NULL, failure = NULL, state = 'erased',
      updated_at = ${tx.dbNow}
    WHERE id IN (${list(rows.map(({ id }) => id))})`
  const keys = rows.flatMap(({ id, resends }) =>
    Array.from({ length: resends + 1 }, (_, resend) => deliverKey({ messageId: id, resends: resend })),
  )
  await eraseJobErrors(tx, deliverKind, keys)
}

/** Erases mails that were written while the erasure ran. A mail about a running order is sent first. */
export const eraseRecipient: Erase<NotificationDeps> = async ({ tx, subjectIds }) => {
  const ids = list(subjectIds)
  await deleteMarks(tx, sql`user_id IN (${ids}) OR order_id IN (${ids})`)
  await eraseMessages(
    tx,
    sql`order_id IN (${ids}) OR (user_id IN (${ids}) AND NOT (erase_when_sent = TRUE AND state = 'pending'))`,
  )
}
