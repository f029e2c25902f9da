// Asking for a mail: a row and its work, in the transaction of the event. Rendering and sending happen later, in the job.
import { erasedEmail, type Recipient } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { enqueue } from '@cartwright/messaging'
import { insertMessage, type NewMessage } from './db/messages.ts'
import type { NotificationDeps } from './deps.ts'
import type { ContentOf, TemplateName } from './templates/catalogue.ts'

/** The work of delivering one mail, once per time it is asked for. */
export interface Delivery {
  messageId: string
  /** How often it had been sent again when this was asked for. */
  resends: number
}
export const deliverKind = 'deliver-mail'
export const deliverKey = ({ messageId, resends }: Delivery): string => `${messageId}:${resends}`

export interface MailRequest<N extends TemplateName> {
  /** The event that asks for it; alerts that gather several name themselves. */
  cause: { id: string; type: string }
  template: N
  content: ContentOf<N>
  to: Recipient
  locale: string
  /** Whose account the mail is erased with. */
  userId?: string | null | undefined
  order?: { orderId: string; number: string }
  code?: { sealedCode: string; expiresAt: string }
}

/** Whose mail it is, when the event says so. */
export const ofOwner = (principalId: string | undefined): { userId?: string } =>
  principalId === undefined ? {} : { userId: principalId }

/**
 * Asks for a mail. Asking again for the same event, template and recipient changes nothing. Nobody is written to about an order whose
 * customer is erased, nor about a closed account; of an order that outlives its account each mail is sent and then erased.
 */
export const askForMail = async <N extends TemplateName>(
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
  // Sent together. Where this mail was asked for before, the work finds none under the new id and ends.
  insertMessage(tx, row, isAlert ? null : (order?.orderId ?? userId ?? null))
  await enqueue(tx, deliverKind, deliverKey(delivery), delivery)
}

/** Asks for a mail to the operators. */
export const askForAlert = <N extends TemplateName>(
  tx: Tx,
  request: Omit<MailRequest<N>, 'to' | 'locale'>,
  deps: NotificationDeps,
): Promise<void> => askForMail(tx, { ...request, to: { email: deps.config.adminAlertEmail }, locale: 'en' }, deps)
