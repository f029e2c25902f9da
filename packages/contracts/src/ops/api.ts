// Operating the event backbone: every service with a schema answers the internal part; the gateway puts all of them together for admins.
import { type Static, Type } from 'typebox'
import { Closed, Moment, Nullable, OneOf, Page, pageQuery, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'

const DeadLetterFields = {
  id: Type.Integer({ minimum: 1 }),
  consumer: Type.String({ description: 'Consumer group that gave up' }),
  eventId: Type.String(),
  eventType: Type.String(),
  topic: Type.String(),
  key: Type.String({ description: 'Id of the aggregate' }),
  reason: OneOf('invalid', 'permanent', 'exhausted', 'crash_loop', 'parked'),
  error: Type.String(),
  attempts: Type.Integer(),
  createdAt: Time,
  resolvedAt: Nullable(Time),
  resolution: Nullable(OneOf('redriven', 'discarded')),
}
const DetailFields = {
  ...DeadLetterFields,
  payload: Type.Unknown({ description: 'The event’s data; text when it is not JSON' }),
  headers: Type.Record(Type.String(), Type.String()),
  audit: Type.Array(Type.Object({ action: OneOf('redrive', 'discard'), actor: Type.String(), outcome: Type.String(), at: Time })),
}

/** A message that a consumer gave up on, or that waits behind one (`parked`). */
export const DeadLetter = Type.Object(DeadLetterFields)
export type DeadLetter = Static<typeof DeadLetter>
export const DeadLetterDetail = Type.Object(DetailFields)
export type DeadLetterDetail = Static<typeof DeadLetterDetail>

/** What was handled, in order: the dead one, then those parked behind it, until one failed. */
export const RedriveResult = Type.Object({
  redriven: Type.Array(Type.Integer()),
  failed: Nullable(Type.Object({ id: Type.Integer(), error: Type.String() })),
})
export type RedriveResult = Static<typeof RedriveResult>

/** A stretch of a topic, to be delivered to one consumer group again. */
const ReplayFields = {
  group: Type.String({ pattern: '^[a-z][a-z-]{0,59}$' }),
  topic: Type.String({ pattern: '^[a-z]+\\.events$' }),
  from: Moment,
  to: Moment,
  again: Type.Optional(
    Type.Boolean({
      description: 'Also what was handled before: only for projections, never for the group of the service itself',
    }),
  ),
}
export const ReplayResult = Type.Object({
  delivered: Type.Integer({ description: 'Records; those that were handled before have had no effect again' }),
})
export type ReplayResult = Static<typeof ReplayResult>

const deadLetterId = { deadLetterId: Type.Integer({ minimum: 1 }) }
const listQuery = {
  ...pageQuery,
  open: Type.Optional(Type.Boolean({ default: true, description: 'false lists what has been resolved' })),
}
const ServiceName = OneOf('identity', 'catalog', 'cart', 'order', 'payment', 'notification')
/** An id among all services: the service's name and the number that it has there. */
const PublicId = Type.String({
  pattern: '^(identity|catalog|cart|order|payment|notification)-[1-9][0-9]{0,14}$',
  description: 'The service and its number there, as in `order-15`',
})
const publicId = { deadLetterId: PublicId }
const publicFields = { id: PublicId, service: ServiceName }
const PublicRedriveResult = Type.Object({
  redriven: Type.Array(PublicId),
  failed: Nullable(Type.Object({ id: PublicId, error: Type.String() })),
})

/** What needs a person: how many there are, and the first of them. */
const OpenIssueFields = {
  kind: Type.String({ description: 'Stable name, such as `refunds-failed`' }),
  about: Type.String({ description: 'What it is, in a few words' }),
  count: Type.Integer({ minimum: 1 }),
  ids: Type.Array(Type.String(), { description: 'The first of them, 10 at most' }),
  next: Type.String({ description: 'The command of `npm run ops --` that looks into it' }),
}
export const OpenIssue = Type.Object(OpenIssueFields)
export type OpenIssue = Static<typeof OpenIssue>

/** Answered by every service with a schema, about its own consumers. */
export const opsApi = {
  listDeadLetters: endpoint({
    operationId: 'opsListDeadLetters',
    method: 'GET',
    path: '/internal/dead-letters',
    auth: 'internal',
    summary: 'Dead letters of this service, newest first',
    query: Type.Object(listQuery),
    response: { 200: Page(DeadLetter) },
    errors: ['validation_failed'],
  }),
  getDeadLetter: endpoint({
    operationId: 'opsGetDeadLetter',
    method: 'GET',
    path: '/internal/dead-letters/:deadLetterId',
    auth: 'internal',
    summary: 'One dead letter with its message and history',
    params: Type.Object(deadLetterId),
    response: { 200: DeadLetterDetail },
    errors: ['not_found'],
  }),
  redriveDeadLetter: endpoint({
    operationId: 'opsRedriveDeadLetter',
    method: 'POST',
    path: '/internal/dead-letters/:deadLetterId/redrive',
    auth: 'internal',
    timeoutMs: 30_000,
    summary: 'Handle it again with the same event id, then what is parked behind it',
    params: Type.Object(deadLetterId),
    response: { 200: RedriveResult },
    errors: ['not_found'],
  }),
  discardDeadLetter: endpoint({
    operationId: 'opsDiscardDeadLetter',
    method: 'POST',
    path: '/internal/dead-letters/:deadLetterId/discard',
    auth: 'internal',
    timeoutMs: 30_000,
    summary: 'Give it up for good, then handle what is parked behind it',
    params: Type.Object(deadLetterId),
    response: { 200: RedriveResult },
    errors: ['not_found'],
  }),
  listOpenIssues: endpoint({
    operationId: 'opsListOpenIssues',
    method: 'GET',
    path: '/internal/open-issues',
    auth: 'internal',
    summary: 'What needs a person in this service; kinds without any are left out',
    response: { 200: Type.Object({ items: Type.Array(OpenIssue) }) },
    errors: [],
  }),
  replayEvents: endpoint({
    operationId: 'opsReplayEvents',
    method: 'POST',
    path: '/internal/replays',
    auth: 'internal',
    timeoutMs: 120_000,
    summary: 'Deliver a stretch of a topic to one consumer group again',
    body: Closed(ReplayFields),
    response: { 200: ReplayResult },
    errors: ['validation_failed', 'not_found'],
  }),
} satisfies Record<string, Endpoint>

/** Answered by the gateway itself, from the internal part of every service. */
export const adminOpsApi = {
  listDeadLetters: endpoint({
    operationId: 'adminListDeadLetters',
    method: 'GET',
    path: '/v1/admin/dead-letters',
    auth: 'admin',
    rate: 'read',
    summary: 'Dead letters of all services, or of one, newest first',
    query: Type.Object({ ...listQuery, service: Type.Optional(ServiceName) }),
    response: {
      200: Type.Object({
        ...Page(Type.Object({ ...DeadLetterFields, ...publicFields })).properties,
        unavailable: Type.Array(ServiceName, { description: 'Services that did not answer' }),
      }),
    },
    errors: ['validation_failed'],
  }),
  getDeadLetter: endpoint({
    operationId: 'adminGetDeadLetter',
    method: 'GET',
    path: '/v1/admin/dead-letters/:deadLetterId',
    auth: 'admin',
    rate: 'read',
    summary: 'One dead letter with its message and history',
    params: Type.Object(publicId),
    response: { 200: Type.Object({ ...DetailFields, ...publicFields }) },
    errors: ['not_found', 'upstream_unavailable'],
  }),
  redriveDeadLetter: endpoint({
    operationId: 'adminRedriveDeadLetter',
    method: 'POST',
    path: '/v1/admin/dead-letters/:deadLetterId/redrive',
    auth: 'admin',
    rate: 'write',
    timeoutMs: 30_000,
    summary: 'Handle it again with the same event id, then what is parked behind it',
    params: Type.Object(publicId),
    response: { 200: PublicRedriveResult },
    errors: ['not_found', 'upstream_unavailable'],
  }),
  discardDeadLetter: endpoint({
    operationId: 'adminDiscardDeadLetter',
    method: 'POST',
    path: '/v1/admin/dead-letters/:deadLetterId/discard',
    auth: 'admin',
    rate: 'write',
    timeoutMs: 30_000,
    summary: 'Give it up for good, then handle what is parked behind it',
    params: Type.Object(publicId),
    response: { 200: PublicRedriveResult },
    errors: ['not_found', 'upstream_unavailable'],
  }),
  listOpenIssues: endpoint({
    operationId: 'adminListOpenIssues',
    method: 'GET',
    path: '/v1/admin/open-issues',
    auth: 'admin',
    rate: 'read',
    summary:
      'What needs a person: refunds that failed, payments in review, open disputes, mails that failed, overdue jobs and checkouts, accounts without a usable address',
    response: {
      200: Type.Object({
        items: Type.Array(Type.Object({ service: ServiceName, ...OpenIssueFields })),
        unavailable: Type.Array(ServiceName, { description: 'Services that did not answer' }),
      }),
    },
    errors: [],
  }),
  replayEvents: endpoint({
    operationId: 'adminReplayEvents',
    method: 'POST',
    path: '/v1/admin/replays',
    auth: 'admin',
    rate: 'write',
    timeoutMs: 120_000,
    summary: 'Deliver a stretch of a topic to one consumer group of a service again',
    body: Closed({ service: ServiceName, ...ReplayFields }),
    response: { 200: ReplayResult },
    errors: ['validation_failed', 'not_found', 'upstream_unavailable'],
  }),
} satisfies Record<string, Endpoint>
