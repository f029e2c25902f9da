// Operating the event backbone: what every service with a schema answers about its own consumers.
import { Type } from 'typebox'
import { Closed, Page } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import {
  deadLetterQuery,
  InternalDeadLetter,
  InternalDeadLetterDetail,
  InternalOpenIssue,
  InternalRedriveResult,
  ReplayResult,
  replayFields,
} from './schemas.ts'

const deadLetterParams = Type.Object({ deadLetterId: Type.Integer({ minimum: 1 }) })

export const opsApi = {
  listDeadLetters: endpoint({
    operationId: 'opsListDeadLetters',
    method: 'GET',
    path: '/internal/dead-letters',
    auth: 'internal',
    summary: 'List dead letters',
    query: Type.Object(deadLetterQuery),
    success: 200,
    response: { 200: Page(InternalDeadLetter) },
    errors: ['validation_failed'],
  }),
  getDeadLetter: endpoint({
    operationId: 'opsGetDeadLetter',
    method: 'GET',
    path: '/internal/dead-letters/:deadLetterId',
    auth: 'internal',
    summary: 'Get a dead letter',
    params: deadLetterParams,
    success: 200,
    response: { 200: InternalDeadLetterDetail },
    errors: ['not_found'],
  }),
  redriveDeadLetter: endpoint({
    operationId: 'opsRedriveDeadLetter',
    method: 'POST',
    path: '/internal/dead-letters/:deadLetterId/redrive',
    auth: 'internal',
    timeoutMs: 30_000,
    summary: 'Redrive a dead letter',
    params: deadLetterParams,
    success: 200,
    response: { 200: InternalRedriveResult },
    errors: ['not_found'],
  }),
  discardDeadLetter: endpoint({
    operationId: 'opsDiscardDeadLetter',
    method: 'POST',
    path: '/internal/dead-letters/:deadLetterId/discard',
    auth: 'internal',
    timeoutMs: 30_000,
    summary: 'Discard a dead letter',
    params: deadLetterParams,
    success: 200,
    response: { 200: InternalRedriveResult },
    errors: ['not_found'],
  }),
  listOpenIssues: endpoint({
    operationId: 'opsListOpenIssues',
    method: 'GET',
    path: '/internal/open-issues',
    auth: 'internal',
    summary: 'List open issues',
    success: 200,
    response: { 200: Type.Object({ items: Type.Array(InternalOpenIssue) }) },
    errors: [],
  }),
  replayEvents: endpoint({
    operationId: 'opsReplayEvents',
    method: 'POST',
    path: '/internal/replays',
    auth: 'internal',
    timeoutMs: 120_000,
    summary: 'Replay events',
    body: Closed(replayFields),
    success: 200,
    response: { 200: ReplayResult },
    errors: ['validation_failed', 'not_found'],
  }),
} satisfies Record<string, Endpoint>
