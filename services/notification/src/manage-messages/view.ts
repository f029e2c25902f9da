// A mail as operators see it, with how its work stands.
import type { MailState, MailView } from '@cartwright/contracts'
import { list, type Queryable } from '@cartwright/db'
import type { Message } from '../db/generated/client.ts'
import type { MessageRow } from '../db/messages.ts'
import { deliverKey, deliverKind } from '../message.ts'

/** What of a row is shown: neither content nor code. */
type Shown = Omit<Message, 'content' | 'sealedCode' | 'recipientName' | 'userId' | 'eraseWhenSent' | 'updatedAt'>

interface Work {
  item_key: string
  attempts: number
  last_error: string | null
}

const keyOf = ({ id, resends }: Pick<Shown, 'id' | 'resends'>): string => deliverKey({ messageId: id, resends })

const viewOf = (row: Shown, work: Work | undefined): MailView => ({
  id: row.id,
  template: row.template,
  // The column only ever holds what the code writes.
  state: row.state as MailState,
  event: row.eventType,
  eventId: row.eventId,
  recipient: row.recipient,
  locale: row.locale,
  orderId: row.orderId,
  orderNumber: row.orderNumber,
  attempts: work?.attempts ?? 0,
  trouble: row.failure ?? work?.last_error ?? null,
  resends: row.resends,
  createdAt: row.createdAt.toISOString(),
  sentAt: row.sentAt?.toISOString() ?? null,
  expiresAt: row.expiresAt?.toISOString() ?? null,
})

const findWork = async (db: Queryable, rows: readonly Shown[]): Promise<Map<string, Work>> => {
  const found =
    await db.rows<Work>`SELECT item_key, attempts, last_error FROM work_item WHERE kind = ${deliverKind} AND item_key IN (${list(rows.map(keyOf))})`
  return new Map(found.map((work) => [work.item_key, work]))
}

export const viewsOf = async (db: Queryable, rows: readonly Shown[]): Promise<MailView[]> => {
  const work = await findWork(db, rows)
  return rows.map((row) => viewOf(row, work.get(keyOf(row))))
}

/** The same for a row that a transaction holds. */
export const viewRow = async (db: Queryable, row: MessageRow): Promise<MailView> => {
  const shown: Shown = {
    id: row.id,
    eventId: row.event_id,
    eventType: row.event_type,
    template: row.template,
    recipient: row.recipient,
    orderId: row.order_id,
    orderNumber: row.order_number,
    locale: row.locale,
    expiresAt: row.expires_at,
    state: row.state,
    resends: row.resends,
    failure: row.failure,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  }
  const work = await findWork(db, [shown])
  return viewOf(shown, work.get(keyOf(shown)))
}
