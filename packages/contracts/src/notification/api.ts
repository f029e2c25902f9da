// The HTTP surface of notification: what operators see of mails and of addresses that mails do not reach, and the webhooks of mail providers.
import { Type } from 'typebox'
import { Closed, Email, Id, Page, pageQuery, Text } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { exampleIds, examplePage, exampleTime } from '../examples.ts'
import { OrderId } from '../order/lines.ts'
import { notificationExamples } from './examples.ts'
import { MailState, MailView, UndeliverableAddress } from './schemas.ts'

export * from './schemas.ts'

const { sent, mark, sendGridEvent, mailgunEvent } = notificationExamples

/** An endpoint that takes events of a mail provider. */
const webhook = {
  method: 'POST',
  auth: 'public',
  rate: 'webhook',
  rawBody: true,
  body: Type.Unknown(),
  success: 200,
  response: { 200: Type.Object({ received: Type.Boolean() }) },
  errors: ['signature_invalid'],
} as const

export const notificationApi = {
  sendGridWebhook: endpoint({
    ...webhook,
    operationId: 'sendGridWebhook',
    path: '/v1/webhooks/sendgrid',
    summary: 'Receive SendGrid’s events',
    description:
      'Takes a batch of SendGrid’s events. The signature over the timestamp and the raw body is checked before anything else; an event that arrives twice has its effect once, and one of another kind has none.',
    examples: { body: [sendGridEvent], response: { received: true } },
  }),
  mailgunWebhook: endpoint({
    ...webhook,
    operationId: 'mailgunWebhook',
    path: '/v1/webhooks/mailgun',
    summary: 'Receive Mailgun’s events',
    description:
      'Takes an event of Mailgun. The signature over timestamp and token is checked before anything else, and each token is taken once; an event of another kind than a failure or a complaint has no effect.',
    examples: { body: mailgunEvent, response: { received: true } },
  }),
  adminListMessages: endpoint({
    operationId: 'adminListMessages',
    method: 'GET',
    path: '/v1/admin/messages',
    auth: 'admin',
    rate: 'read',
    summary: 'List mails',
    description:
      'Returns mails, newest first: those that wait, those that were sent and those that were refused. The content is not stored.',
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
    success: 200,
    response: { 200: Page(MailView) },
    errors: [],
    examples: { query: { orderId: exampleIds.order, limit: 20 }, response: examplePage(sent) },
  }),
  adminResendMessage: endpoint({
    operationId: 'adminResendMessage',
    method: 'POST',
    path: '/v1/admin/messages/:messageId/resend',
    auth: 'admin',
    idempotent: true,
    rate: 'write',
    summary: 'Send a mail again',
    description:
      'Queues a mail once more, made anew from its event. A mail that still waits stays as it is; one whose code has expired is refused.',
    params: Closed({ messageId: Id('msg') }),
    success: 202,
    response: { 202: MailView },
    errors: ['not_found', 'conflict'],
    examples: { params: { messageId: sent.id }, response: { ...sent, state: 'pending', resends: 1 } },
  }),
  adminListUndeliverableAddresses: endpoint({
    operationId: 'adminListUndeliverableAddresses',
    method: 'GET',
    path: '/v1/admin/undeliverable-addresses',
    auth: 'admin',
    rate: 'read',
    summary: 'List undeliverable addresses',
    description:
      'Returns the addresses to which no mails are sent because one bounced or its owner complained, newest first. Codes and security notices are sent to them nevertheless.',
    query: Closed({ ...pageQuery, address: Type.Optional(Email) }),
    success: 200,
    response: { 200: Page(UndeliverableAddress) },
    errors: [],
    examples: { query: { limit: 20 }, response: examplePage(mark) },
  }),
  adminClearUndeliverableAddress: endpoint({
    operationId: 'adminClearUndeliverableAddress',
    method: 'POST',
    path: '/v1/admin/undeliverable-addresses/:markId/clear',
    auth: 'admin',
    idempotent: true,
    rate: 'write',
    summary: 'Clear an undeliverable address',
    description:
      'Lets mails go to the address again. Mails that were held back are not sent by this; send each again. The provider’s own suppression list is not changed.',
    params: Closed({ markId: Id('und') }),
    success: 200,
    response: { 200: UndeliverableAddress },
    errors: ['not_found'],
    examples: { params: { markId: mark.id }, response: { ...mark, clearedAt: exampleTime(30, 28) } },
  }),
} satisfies Record<string, Endpoint>
