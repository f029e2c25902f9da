// Activity log: one line per request, handled event and finished run of a job, in the Elastic Common Schema.

import type { ObservedEvent, ObservedJob } from '@cartwright/messaging'
import type { Log, Trace } from '@cartwright/telemetry'
import { runInTrace } from '@cartwright/telemetry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isProbe } from '../http/probes.ts'

/** What every line of an activity has: an outcome, and a duration in nanoseconds. */
const outcomeFields = (isSuccess: boolean, milliseconds: number) => ({
  'event.outcome': isSuccess ? 'success' : 'failure',
  'event.duration': Math.round(milliseconds * 1e6),
})

/** Logs a response. The route stands for the path, which may hold personal data. */
export const logRequest = (log: Log, request: FastifyRequest & { trace?: Trace }, reply: FastifyReply): void => {
  const { operationId } = request.routeOptions.config
  if (isProbe(operationId)) return
  const { method, principal, trace } = request
  const { statusCode, elapsedTime } = reply
  const route = request.routeOptions.url ?? 'unmatched'
  const fields = {
    'event.dataset': 'cartwright.request',
    'event.action': operationId ?? 'none',
    ...outcomeFields(statusCode < 500, elapsedTime),
    'http.request.method': method,
    'http.route': route,
    'http.response.status_code': statusCode,
    'http.request.id': request.id,
    ...(principal ? { 'user.id': principal.id, 'user.roles': [principal.role] } : {}),
  }
  const write = () => log.info(fields, `request: ${method} ${route} answered ${statusCode}`)
  if (trace) runInTrace(trace, write)
  else write()
}

/** Outcomes after which an operator or a later try has work to do. */
const failedOutcomes: readonly string[] = ['dead', 'retried'] satisfies ObservedEvent['outcome'][]

export const logEvent = (log: Log, group: string, { type, eventId, outcome, milliseconds }: ObservedEvent): void =>
  log.info(
    {
      'event.dataset': 'cartwright.event',
      'event.action': type,
      'event.id': eventId,
      ...outcomeFields(!failedOutcomes.includes(outcome), milliseconds),
      consumer: group,
      result: outcome,
    },
    `consumer: ${type} was ${outcomeWords[outcome]} by ${group}`,
  )

const outcomeWords = {
  handled: 'handled',
  duplicate: 'known already, and skipped,',
  parked: 'parked behind a dead letter',
  dead: 'dead-lettered',
  retried: 'not handled and will be tried again',
} as const satisfies Record<ObservedEvent['outcome'], string>

export const logJob = (log: Log, { kind, key, attempt, outcome, milliseconds }: ObservedJob): void =>
  log.info(
    {
      'event.dataset': 'cartwright.job',
      'event.action': kind,
      ...outcomeFields(outcome === 'done', milliseconds),
      key,
      attempt,
      result: outcome,
    },
    `jobs: ${kind} ${outcome === 'given_up' ? 'gave up' : `is ${outcome}`} at attempt ${attempt}`,
  )
