// Queues e-mails: a message row and its delivery job, in the transaction of the event. The job renders and sends later.
import { erasedEmail, type Recipient } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { enqueue, isErased } from '@cartwright/messaging'
import { insertMessage, type NewMessage } from '../db/messages.ts'
import type { NotificationDeps } from '../deps.ts'
import type { ContentOf, TemplateName } from './templates/catalogue.ts'

/** Payload of the delivery job: one job per resend. */
export interface Delivery {
  messageId: string
  /** Number of resends before this delivery; 0 for the first one. */
  resends: number
}
export const deliverKind = 'deliver-mail'
export const deliverKey = ({ messageId, resends }: Delivery): string => `${messageId}:${resends}`

interface MailRequest<N extends TemplateName> {
  /** The event behind the mail. A grouped alert has an id of its own. */
  cause: { id: string; type: string }
  template: N
  content: ContentOf<N>
  to: Recipient
  locale: string
  /** The mail is erased together with this account. */
  userId?: string | null | undefined
  order?: { orderId: string; number: string }
  code?: { sealedCode: string; expiresAt: string }
}

/** The owner of the mail. Events of older versions name none. */
export const ofOwner = (principalId: string | undefined): { userId?: string } =>
  principalId === undefined ? {} : { userId: principalId }

/**
 * Queues a mail, once per event, template and recipient. It queues none for a closed account or an order that is erased.
 * When the order is still running after its account was closed, the mail is sent and then erased.
 */
export const queueEmail = async <N extends TemplateName>(
  tx: Tx,
  request: MailRequest<N>,
  deps: NotificationDeps,
): Promise<void> => {
  const { cause, template, content, to, locale, userId, order, code } = request
  if (to.email === erasedEmail) return
  const isAlert = template.startsWith('alert-')
  const id = deps.newId('msg')
  const delivery: Delivery = { messageId: id, resends: 0 }
  const row: NewMessage = {
    id,
    event_id: cause.id,
    event_type: cause.type,
    template,
    recipient: to.email,
    recipient_name: to.name ?? null,
    user_id: userId ?? null,
    order_id: order?.orderId ?? null,
    order_number: order?.number ?? null,
    locale,
    content: JSON.stringify(content),
    sealed_code: code?.sealedCode ?? null,
    expires_at: code ? new Date(code.expiresAt) : null,
  }
  // A repeated request inserts no row. Its job then finds no message under the new id and ends.
  const subjectId = isAlert ? null : (order?.orderId ?? userId ?? null)
  insertMessage(tx, row, { skip: isErased(subjectId), eraseWhenSent: isErased(row.user_id) })
  await enqueue(tx, deliverKind, deliverKey(delivery), delivery)
}

/** Queues a mail to the operators, in the language of the shop. */
export const queueAlert = <N extends TemplateName>(
  tx: Tx,
  request: Omit<MailRequest<N>, 'to' | 'locale'>,
  deps: NotificationDeps,
): Promise<void> => queueEmail(tx, { ...request, to: { email: deps.config.adminAlertEmail }, locale: deps.shared.locale }, deps)
