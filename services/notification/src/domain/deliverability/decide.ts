// Decides which mails an undeliverable address still gets, and what an event of a mail provider makes of a mark.
import type { MailProvider, MarkReason } from '@cartwright/contracts'

/** A bounce or a complaint about one mail, as a provider reports it. */
export interface DeliveryEvent {
  provider: MailProvider
  /** The provider's id of the event. */
  id: string
  reason: MarkReason
  /** Key of the mail: its id, with the number of the resend behind a dot. */
  mail: string
  /** Recipient, in lower case. */
  address: string
  /** The provider's words, without addresses. */
  detail: string | null
  at: Date
}

/** Codes that a person has just asked for, notices about the security of an account, and the receipt that the law demands. */
const indispensable: readonly string[] = [
  'verify-email',
  'reset-password',
  'change-email',
  'order-lookup',
  'withdrawal-code',
  'withdrawal-receipt',
  'password-changed',
  'email-changed',
]

/** A mark must neither lock a person out of an account nor hide a change of it from its owner, nor silence an alert to operators. */
export const isSentAnyway = (template: string): boolean => indispensable.includes(template) || template.startsWith('alert-')

/** The part of a mark that an event may change. */
interface Mark {
  reason: MarkReason
  marked_at: Date
  cleared_at: Date | null
}

/**
 * What an event makes of a mark; null when it changes nothing. Events come in any order: one from before the clearing is ignored, and a
 * complaint outranks a bounce. The later one gives the time.
 */
export const nextMark = (known: Mark, event: Pick<DeliveryEvent, 'reason' | 'at'>): Mark | null => {
  if (known.cleared_at !== null && event.at <= known.cleared_at) return null
  if (known.cleared_at !== null) return { reason: event.reason, marked_at: event.at, cleared_at: null }
  const outranks = event.reason === 'complaint' && known.reason === 'bounce'
  if (!outranks && (event.reason !== known.reason || event.at <= known.marked_at)) return null
  return { reason: event.reason, marked_at: new Date(Math.max(+event.at, +known.marked_at)), cleared_at: null }
}
