// Schemas of notification: a mail, and an address that mails do not reach, as operators see them.
import { type Static, Type } from 'typebox'
import { Id, Nullable, named, OneOf, StoredEmail, Time } from '../common.ts'

/**
 * `pending` waits for the mail server, `failed` was refused for good, `expired` held a code whose time was over, `undeliverable` was held
 * back because its address had bounced or complained, `erased` belonged to a closed account.
 */
export const MailState = named('MailState', OneOf('pending', 'sent', 'failed', 'expired', 'erased', 'undeliverable'))
export type MailState = Static<typeof MailState>

/** A mail without its content: that may hold a code, and is made anew each time it is sent. */
export const MailView = named(
  'MailView',
  Type.Object({
    id: Id('msg'),
    template: Type.String(),
    state: MailState,
    event: Type.String({ description: 'The event that asked for the mail' }),
    eventId: Type.String(),
    recipient: Nullable(StoredEmail),
    locale: Type.String(),
    orderId: Nullable(Type.String()),
    orderNumber: Nullable(Type.String()),
    attempts: Type.Integer({ description: 'How often sending was tried since it was last asked for' }),
    trouble: Nullable(
      Type.String({ description: 'Why it failed, why the last try did not succeed, or what came back after it was sent' }),
    ),
    resends: Type.Integer({ description: 'How often an operator had it sent again' }),
    createdAt: Time,
    sentAt: Nullable(Time),
    expiresAt: Nullable(Time),
  }),
)
export type MailView = Static<typeof MailView>

export const MailProvider = OneOf('sendgrid', 'mailgun')
export type MailProvider = Static<typeof MailProvider>
/** `bounce`: the address takes no mail. `complaint`: its owner called a mail spam. */
export const MarkReason = OneOf('bounce', 'complaint')
export type MarkReason = Static<typeof MarkReason>

/** A mark that keeps mails from an address. One-time codes, security notices and alerts are sent in spite of it. */
export const UndeliverableAddress = named(
  'UndeliverableAddress',
  Type.Object({
    id: Id('und'),
    address: StoredEmail,
    reason: MarkReason,
    provider: MailProvider,
    detail: Nullable(Type.String({ description: 'What the provider reported, without addresses' })),
    messageId: Type.String({ description: 'The mail that came back' }),
    markedAt: Time,
    clearedAt: Nullable(Time),
  }),
)
export type UndeliverableAddress = Static<typeof UndeliverableAddress>
