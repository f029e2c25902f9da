// Rows of mails: what is said to whom, once per event, template and recipient.
import type { MailState } from '@cartwright/contracts'
import type { Queryable, Tx } from '@cartwright/db'
import { isErased } from '@cartwright/messaging'

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

/** A no-op when this event has asked for this mail before, and when `subjectId`, whom it is about, is erased. */
export const insertMessage = (tx: Tx, row: NewMessage, subjectId: string | null): void =>
  tx.write`INSERT IGNORE INTO message (id, event_id, event_type, template, recipient, recipient_name, user_id, order_id, order_number, locale, content,
    sealed_code, expires_at, state, erase_when_sent, created_at, updated_at)
    SELECT ${row.id}, ${row.event_id}, ${row.event_type}, ${row.template}, ${row.recipient}, ${row.recipient_name}, ${row.user_id}, ${row.order_id}, ${row.order_number}, ${row.locale},
    ${row.content}, ${row.sealed_code}, ${row.expires_at}, 'pending', ${isErased(row.user_id)}, ${tx.dbNow}, ${tx.dbNow}
    FROM DUAL WHERE NOT ${isErased(subjectId)}`

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
    await tx.run`UPDATE message SET state = IF(erase_when_sent, 'erased', ${state}), failure = IF(erase_when_sent, NULL, ${failure}),
    sent_at = IF(${state === 'sent'}, ${tx.dbNow}, sent_at), recipient = IF(erase_when_sent, NULL, recipient),
    recipient_name = IF(erase_when_sent, NULL, recipient_name), content = IF(erase_when_sent, NULL, content),
    sealed_code = IF(${state === 'failed'} AND NOT erase_when_sent, sealed_code, NULL), updated_at = ${tx.dbNow} WHERE id = ${id} AND state = 'pending' AND resends = ${resends}`
  return affectedRows === 1
}
