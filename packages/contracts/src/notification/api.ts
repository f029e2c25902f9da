// The HTTP surface of notification: what operators see of mails, and how they send one again.
import { type Static, Type } from 'typebox'
import { Closed, Id, KeptEmail, Nullable, OneOf, Page, pageQuery, Text, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { OrderId } from '../order/lines.ts'

/** `pending` waits for the mail server, `failed` was refused for good, `expired` held a code that nobody could use any more, `erased` belonged to a closed account. */
export const MailState = OneOf('pending', 'sent', 'failed', 'expired', 'erased')
export type MailState = Static<typeof MailState>

/** A mail without its content: that may hold a code, and is made anew each time it is sent. */
export const MailView = Type.Object({
  id: Id('msg'),
  template: Type.String(),
  state: MailState,
  /** The event that asked for it. */
  event: Type.String(),
  eventId: Type.String(),
  recipient: Nullable(KeptEmail),
  locale: Type.String(),
  orderId: Nullable(Type.String()),
  orderNumber: Nullable(Type.String()),
  /** How often sending was tried since it was last asked for. */
  attempts: Type.Integer(),
  /** Why it failed, or why the last try did not succeed. */
  trouble: Nullable(Type.String()),
  /** How often an operator had it sent again. */
  resends: Type.Integer(),
  createdAt: Time,
  sentAt: Nullable(Time),
  expiresAt: Nullable(Time),
})
export type MailView = Static<typeof MailView>

export const notificationApi = {
  adminListMessages: endpoint({
    operationId: 'adminListMessages',
    method: 'GET',
    path: '/v1/admin/messages',
    auth: 'admin',
    rate: 'read',
    summary: 'Mails, newest first: what is waiting, sent and refused',
    query: Closed({
      ...pageQuery,
      orderId: Type.Optional(OrderId),
      state: Type.Optional(MailState),
      q: Type.Optional({
        ...Text(120),
        description: 'Part of the recipient’s address or name or of the template, the beginning of the order’s number, or its id',
      }),
      template: Type.Optional(Type.String({ pattern: '^[a-z]+(-[a-z]+)*$', maxLength: 40 })),
    }),
    response: { 200: Page(MailView) },
    errors: [],
  }),
  adminResendMessage: endpoint({
    operationId: 'adminResendMessage',
    method: 'POST',
    path: '/v1/admin/messages/:messageId/resend',
    auth: 'admin',
    idempotent: true,
    rate: 'write',
    summary: 'Send a mail again; one that is still waiting stays as it is',
    params: Closed({ messageId: Id('msg') }),
    response: { 202: MailView },
    errors: ['not_found', 'conflict'],
  }),
} satisfies Record<string, Endpoint>
