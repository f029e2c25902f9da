// Maps a mail and its delivery job to the view for operators.
import type { MailView } from '@cartwright/contracts'
import type { Queryable } from '@cartwright/db'
import { type WorkStatus, workStatus } from '@cartwright/messaging'
import type { MessageRow } from '../../db/messages.ts'
import { deliverKey, deliverKind } from '../../domain/message.ts'

const keyOf = ({ id, resends }: Pick<MessageRow, 'id' | 'resends'>): string => deliverKey({ messageId: id, resends })

/** The view has neither content nor code. */
const viewOf = (row: MessageRow, work: WorkStatus | undefined): MailView => ({
  id: row.id,
  template: row.template,
  state: row.state,
  event: row.event_type,
  eventId: row.event_id,
  recipient: row.recipient,
  locale: row.locale,
  orderId: row.order_id,
  orderNumber: row.order_number,
  attempts: work?.attempts ?? 0,
  trouble: row.failure ?? work?.lastError ?? null,
  resends: row.resends,
  createdAt: row.created_at.toISOString(),
  sentAt: row.sent_at?.toISOString() ?? null,
  expiresAt: row.expires_at?.toISOString() ?? null,
})

export const viewsOf = async (db: Queryable, rows: readonly MessageRow[]): Promise<MailView[]> => {
  const work = await workStatus(db, deliverKind, rows.map(keyOf))
  return rows.map((row) => viewOf(row, work.get(keyOf(row))))
}

export const viewRow = async (db: Queryable, row: MessageRow): Promise<MailView> => {
  const work = await workStatus(db, deliverKind, [keyOf(row)])
  return viewOf(row, work.get(keyOf(row)))
}
