// SQL of the message table: one row per event, template and recipient.
import { list, type Queryable, type Sql, type Tx } from '@cartwright/db'
import type { MessageRow } from './generated/rows.ts'

export type { MessageRow }
/** The columns that the caller sets; the others start with defaults. */
export type NewMessage = Omit<
  MessageRow,
  'state' | 'erase_when_sent' | 'resends' | 'failure' | 'created_at' | 'sent_at' | 'updated_at'
>

/** SQL conditions that are evaluated when the row is inserted. */
interface InsertConditions {
  /** The row is not inserted when this is true. */
  skip: Sql
  /** The row is erased as soon as the mail is sent. */
  eraseWhenSent: Sql
}

/** Inserts nothing when the event already has this mail, or when `skip` is true. */
export const insertMessage = (tx: Tx, row: NewMessage, { skip, eraseWhenSent }: InsertConditions): void =>
  tx.write`
    INSERT IGNORE INTO message
      (id, event_id, event_type, template, recipient, recipient_name, user_id, order_id, order_number, locale, content,
       sealed_code, expires_at, state, erase_when_sent, created_at, updated_at)
    SELECT ${row.id}, ${row.event_id}, ${row.event_type}, ${row.template}, ${row.recipient}, ${row.recipient_name},
      ${row.user_id}, ${row.order_id}, ${row.order_number}, ${row.locale}, ${row.content},
      ${row.sealed_code}, ${row.expires_at}, 'pending', ${eraseWhenSent}, ${tx.dbNow}, ${tx.dbNow}
    FROM DUAL
    WHERE NOT ${skip}`

export const findMessage = (db: Queryable, id: string): Promise<MessageRow | null> =>
  db.one<MessageRow>`SELECT * FROM message WHERE id = ${id}`

/** Messages by id, newest first. */
export const listMessages = (db: Queryable, ids: readonly string[]): Promise<MessageRow[]> =>
  db.rows<MessageRow>`SELECT * FROM message WHERE id IN (${list(ids)}) ORDER BY id DESC`

export const lockMessage = (tx: Tx, id: string): Promise<MessageRow | null> =>
  tx.one<MessageRow>`SELECT * FROM message WHERE id = ${id} FOR UPDATE`

/**
 * Sets the final state of a mail that is still pending for this resend, and clears its code unless it may be sent again.
 * @returns false when the mail was not pending any more
 */
export const settleMessage = async (
  tx: Tx,
  id: string,
  resends: number,
  state: 'sent' | 'expired' | 'failed' | 'undeliverable',
  failure: string | null,
): Promise<boolean> => {
  const { affectedRows } = await tx.run`
    UPDATE message
    SET state = IF(erase_when_sent, 'erased', ${state}),
      failure = IF(erase_when_sent, NULL, ${failure}),
      sent_at = IF(${state === 'sent'}, ${tx.dbNow}, sent_at),
      recipient = IF(erase_when_sent, NULL, recipient),
      recipient_name = IF(erase_when_sent, NULL, recipient_name),
      content = IF(erase_when_sent, NULL, content),
      sealed_code = IF(${state === 'failed'} AND NOT erase_when_sent, sealed_code, NULL),
      updated_at = ${tx.dbNow}
    WHERE id = ${id} AND state = 'pending' AND resends = ${resends}`
  return affectedRows === 1
}
