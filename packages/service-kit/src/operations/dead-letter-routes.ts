// Internal routes for the dead letters of a service with a schema. The gateway combines those of all services for admins.

import { AppError, type InternalDeadLetter, opsApi } from '@cartwright/contracts'
import { CursorError, type Database, decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import {
  createDeadLetterService,
  type DeadLetter,
  findDeadLetter,
  type Groups,
  listDeadLetters,
  ReplayRefused,
  replay,
  type Transport,
} from '@cartwright/messaging'
import type { Log } from '@cartwright/telemetry'
import { forService } from '../for-service.ts'
import type { Route } from '../http/route.ts'

const bodyOf = (letter: DeadLetter): InternalDeadLetter => ({
  id: letter.id,
  consumer: letter.consumer,
  eventId: letter.eventId,
  eventType: letter.eventType,
  topic: letter.topic,
  key: letter.key,
  reason: letter.reason,
  error: letter.error,
  attempts: letter.attempts,
  createdAt: letter.createdAt.toISOString(),
  resolvedAt: letter.resolvedAt?.toISOString() ?? null,
  resolution: letter.resolution,
})

const idOf = (cursor: string): number => {
  const [id] = decodeCursor('dead-letter', cursor, 1)
  if (typeof id !== 'number') throw new CursorError()
  return id
}

const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const found = <T>(value: T | null): T => {
  if (value === null) throw new AppError('not_found')
  return value
}

/** What the routes need besides the dependencies of handlers. */
interface DeadLetterContext<Deps> {
  name: string
  groups: Groups<Deps>
  transport: Transport
  owner: string
  blockAggregateOnDeadLetter: boolean
}

/** Actor for the audit: the admin on whose behalf the gateway calls. */
const actorOf = (principal: { id: string } | null): string => principal?.id ?? 'operator'

const replayRoute = <Deps extends { db: Database; log: Log }>(context: DeadLetterContext<Deps>): Route<Deps> =>
  forService<Deps>().route(opsApi.replayEvents, async ({ request, deps }) => {
    const { name, groups, ...rest } = context
    const { group, topic, from, to, again = false } = request.body
    const handlers = groups[group]
    if (handlers === undefined) throw new AppError('not_found', { detail: `${name} has no consumer group ${group}` })
    if (again && group === name)
      throw new AppError('validation_failed', {
        detail: 'only a projection can handle events again',
        extra: { errors: [{ path: '/again', message: 'is for projections' }] },
      })
    try {
      const consumer = { db: deps.db, group, handlers, deps, log: deps.log, ...rest }
      return { delivered: await replay(consumer, { topic, from: new Date(from), to: new Date(to) }, again) }
    } catch (error) {
      throw error instanceof ReplayRefused ? new AppError('not_found', { detail: error.message }) : error
    }
  })

/** Creates the routes. */
export const deadLetterRoutes = <Deps extends { db: Database; log: Log }>(context: DeadLetterContext<Deps>): Route<Deps>[] => {
  const { groups } = context
  const { route } = forService<Deps>()
  return [
    route(opsApi.listDeadLetters, async ({ request, deps: { db } }) => {
      const { limit = 20, cursor, open = true } = request.query
      const letters = await listDeadLetters(db, {
        open,
        limit: limit + 1,
        ...(cursor === undefined ? {} : { before: idOf(cursor) }),
      })
      return pageOf(letters.map(bodyOf), limit, (last) => encodeCursor('dead-letter', [last.id]))
    }),
    route(opsApi.getDeadLetter, async ({ request, deps: { db } }) => {
      const letter = found(await findDeadLetter(db, request.params.deadLetterId))
      return {
        ...bodyOf(letter),
        payload: jsonOrText(letter.payload),
        headers: letter.headers,
        audit: letter.audit.map(({ action, actor, outcome, at }) => ({ action, actor, outcome, at: at.toISOString() })),
      }
    }),
    route(opsApi.redriveDeadLetter, async ({ request, deps }) =>
      found(
        await createDeadLetterService(deps.db, groups, deps).redrive(request.params.deadLetterId, actorOf(request.principal)),
      ),
    ),
    route(opsApi.discardDeadLetter, async ({ request, deps }) =>
      found(
        await createDeadLetterService(deps.db, groups, deps).discard(request.params.deadLetterId, actorOf(request.principal)),
      ),
    ),
    replayRoute(context),
  ]
}
