// Rows of mails: what is said to whom, once per event, template and recipient.
import type { MailState } from '@cartwright/contracts'
import type { Queryable, Tx } from '@cartwright/db'

export interface MessageRow {
  id: string
  event_id: string
  event_type: string
  template: string
  recipient: string | null
  recipient_name: string | null
  user_id: string | null
  order_id: string | null
  order_number: string | null
  locale: string
  content: string | null
  sealed_code: string | null
  expires_at: Date | null
  state: MailState
  resends: number
  failure: string | null
  created_at: Date
  sent_at: Date | null
}

export type NewMessage = Omit<MessageRow, 'state' | 'resends' | 'failure' | 'created_at' | 'sent_at'>

/** A no-op when this event has asked for this mail before. */
export const insertMessage = (tx: Tx, row: NewMessage): void =>
  tx.write`INSERT IGNORE INTO message (id, event_id, event_type, template, recipient, recipient_name, user_id, order_id, order_number, locale, content,
    sealed_code, expires_at, state, created_at, updated_at)
    VALUES (${row.id}, ${row.event_id}, ${row.event_type}, ${row.template}, ${row.recipient}, ${row.recipient_name}, ${row.user_id}, ${row.order_id}, ${row.order_number}, ${row.locale},
    ${row.content}, ${row.sealed_code}, ${row.expires_at}, 'pending', ${tx.dbNow}, ${tx.dbNow})`

export const findMessage = (db: Queryable, id: string): Promise<MessageRow | null> =>
  db.one<MessageRow>`SELECT * FROM message WHERE id = ${id}`

export const lockMessage = (tx: Tx, id: string): Promise<MessageRow | null> =>
  tx.one<MessageRow>`SELECT * FROM message WHERE id = ${id} FOR UPDATE`

/** Ends the sending of a mail that is still pending in this round. A code is forgotten as soon as it is out or of no use. @returns false when something else ended it first */
export const settleMessage = async (
  tx: Tx,
  id: string,
  resends: number,
  state: 'sent' | 'expired' | 'failed',
  failure: string | null,
): Promise<boolean> => {
  const { affectedRows } =
    await tx.run`UPDATE message SET state = ${state}, failure = ${failure}, sent_at = IF(${state === 'sent'}, ${tx.dbNow}, sent_at),
    sealed_code = IF(${state === 'failed'}, sealed_code, NULL), updated_at = ${tx.dbNow} WHERE id = ${id} AND state = 'pending' AND resends = ${resends}`
  return affectedRows === 1
}
