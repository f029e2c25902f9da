// What operating the event backbone shows: dead letters, replays, open issues.
import { type Static, Type } from 'typebox'
import { Moment, Nullable, named, OneOf, pageQuery, Time } from '../common.ts'
import { schemaOwners } from '../services.ts'

/** A service with a schema: it has dead letters and open issues. */
export const Service = named('Service', OneOf(...schemaOwners))
export type Service = Static<typeof Service>

const deadLetterFields = {
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
const detailFields = {
  ...deadLetterFields,
  payload: Type.Unknown({ description: 'The event’s data; text when it is not JSON' }),
  headers: Type.Record(Type.String(), Type.String()),
  audit: Type.Array(Type.Object({ action: OneOf('redrive', 'discard'), actor: Type.String(), outcome: Type.String(), at: Time })),
}

/** A message that a consumer gave up on, or that waits behind one (`parked`). */
export const InternalDeadLetter = Type.Object(deadLetterFields)
export type InternalDeadLetter = Static<typeof InternalDeadLetter>
export const InternalDeadLetterDetail = Type.Object(detailFields)

/** What was handled, in order: the dead letter, then those parked behind it, until one failed. */
export const InternalRedriveResult = Type.Object({
  redriven: Type.Array(Type.Integer()),
  failed: Nullable(Type.Object({ id: Type.Integer(), error: Type.String() })),
})

/** A stretch of a topic, to be delivered to one consumer group again. */
export const replayFields = {
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
export const ReplayResult = named(
  'ReplayResult',
  Type.Object({
    delivered: Type.Integer({ description: 'Records; those that were handled before have had no effect again' }),
  }),
)
export type ReplayResult = Static<typeof ReplayResult>

export const deadLetterQuery = {
  ...pageQuery,
  open: Type.Optional(Type.Boolean({ default: true, description: 'false lists what has been resolved' })),
}
/** An id among all services: the service's name and the number that it has there. */
export const PublicId = Type.String({
  pattern: `^(${schemaOwners.join('|')})-[1-9][0-9]{0,14}$`,
  description: 'The service and its number there, as in `order-15`',
})
const publicFields = { id: PublicId, service: Service }
export const DeadLetter = named('DeadLetter', Type.Object({ ...deadLetterFields, ...publicFields }))
export type DeadLetter = Static<typeof DeadLetter>
export const DeadLetterDetail = named('DeadLetterDetail', Type.Object({ ...detailFields, ...publicFields }))
export type DeadLetterDetail = Static<typeof DeadLetterDetail>
export const RedriveResult = named(
  'RedriveResult',
  Type.Object({
    redriven: Type.Array(PublicId),
    failed: Nullable(Type.Object({ id: PublicId, error: Type.String() })),
  }),
)
export type RedriveResult = Static<typeof RedriveResult>

/** What needs a person: how many there are, and the first of them. */
const openIssueFields = {
  kind: Type.String({ description: 'Stable name, such as `refunds-failed`' }),
  about: Type.String({ description: 'What it is, in a few words' }),
  count: Type.Integer({ minimum: 1 }),
  ids: Type.Array(Type.String(), { description: 'The first of them, 10 at most' }),
  next: Type.String({ description: 'The command of `npm run ops --` that looks into it' }),
}
export const InternalOpenIssue = Type.Object(openIssueFields)
export type InternalOpenIssue = Static<typeof InternalOpenIssue>
export const OpenIssue = named('OpenIssue', Type.Object({ service: Service, ...openIssueFields }))
export type OpenIssue = Static<typeof OpenIssue>
