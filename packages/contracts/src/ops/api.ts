// Operating the event backbone: what the gateway answers operators, from the internal part of every service.
import { Type } from 'typebox'
import { Closed, Page } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { examplePage } from '../examples.ts'
import { opsExamples } from './examples.ts'
import {
  DeadLetter,
  DeadLetterDetail,
  deadLetterQuery,
  OpenIssue,
  PublicId,
  RedriveResult,
  ReplayResult,
  replayFields,
  Service,
} from './schemas.ts'

export { opsApi } from './internal-api.ts'
export {
  DeadLetter,
  DeadLetterDetail,
  InternalDeadLetter,
  InternalOpenIssue,
  OpenIssue,
  RedriveResult,
  ReplayResult,
  Service,
} from './schemas.ts'

const deadLetterParams = Type.Object({ deadLetterId: PublicId })
const unavailable = Type.Array(Service, { description: 'Services that did not answer' })

export const adminOpsApi = {
  listDeadLetters: endpoint({
    operationId: 'adminListDeadLetters',
    method: 'GET',
    path: '/v1/admin/dead-letters',
    auth: 'admin',
    rate: 'read',
    summary: 'List dead letters',
    description:
      'Returns the messages that consumers gave up on, of all services or of one, newest first. `unavailable` names the services that did not answer.',
    query: Type.Object({ ...deadLetterQuery, service: Type.Optional(Service) }),
    success: 200,
    response: { 200: Type.Object({ ...Page(DeadLetter).properties, unavailable }) },
    errors: ['validation_failed'],
    examples: {
      query: { service: 'cart', limit: 20 },
      response: { ...examplePage(opsExamples.deadLetter), unavailable: [] },
    },
  }),
  getDeadLetter: endpoint({
    operationId: 'adminGetDeadLetter',
    method: 'GET',
    path: '/v1/admin/dead-letters/:deadLetterId',
    auth: 'admin',
    rate: 'read',
    summary: 'Get a dead letter',
    description: 'Returns one dead letter with its message and with what operators did about it.',
    params: deadLetterParams,
    success: 200,
    response: { 200: DeadLetterDetail },
    errors: ['not_found', 'upstream_unavailable'],
    examples: { params: opsExamples.params, response: opsExamples.deadLetterDetail },
  }),
  redriveDeadLetter: endpoint({
    operationId: 'adminRedriveDeadLetter',
    method: 'POST',
    path: '/v1/admin/dead-letters/:deadLetterId/redrive',
    auth: 'admin',
    rate: 'write',
    timeoutMs: 30_000,
    summary: 'Redrive a dead letter',
    description:
      'Handles the message again with the same event id, then the messages that are parked behind it, until one fails.',
    params: deadLetterParams,
    success: 200,
    response: { 200: RedriveResult },
    errors: ['not_found', 'upstream_unavailable'],
    examples: { params: opsExamples.params, response: opsExamples.redriven },
  }),
  discardDeadLetter: endpoint({
    operationId: 'adminDiscardDeadLetter',
    method: 'POST',
    path: '/v1/admin/dead-letters/:deadLetterId/discard',
    auth: 'admin',
    rate: 'write',
    timeoutMs: 30_000,
    summary: 'Discard a dead letter',
    description: 'Gives the message up for good, then handles the messages that are parked behind it.',
    params: deadLetterParams,
    success: 200,
    response: { 200: RedriveResult },
    errors: ['not_found', 'upstream_unavailable'],
    examples: { params: opsExamples.params, response: opsExamples.discarded },
  }),
  listOpenIssues: endpoint({
    operationId: 'adminListOpenIssues',
    method: 'GET',
    path: '/v1/admin/open-issues',
    auth: 'admin',
    rate: 'read',
    summary: 'List open issues',
    description:
      'Returns what needs a person: refunds that failed, payments in review, open disputes, mails that failed, overdue jobs and checkouts, accounts without a usable address.',
    success: 200,
    response: { 200: Type.Object({ items: Type.Array(OpenIssue), unavailable }) },
    errors: [],
    examples: { response: { items: [opsExamples.openIssue], unavailable: [] } },
  }),
  replayEvents: endpoint({
    operationId: 'adminReplayEvents',
    method: 'POST',
    path: '/v1/admin/replays',
    auth: 'admin',
    rate: 'write',
    timeoutMs: 120_000,
    summary: 'Replay events',
    description:
      'Delivers a stretch of a topic to one consumer group of a service again. It needs Kafka; in one process nothing is stored to be replayed.',
    body: Closed({ service: Service, ...replayFields }),
    success: 200,
    response: { 200: ReplayResult },
    errors: ['validation_failed', 'not_found', 'upstream_unavailable'],
    examples: { body: opsExamples.replay, response: opsExamples.replayed },
  }),
} satisfies Record<string, Endpoint>
