// What every service with a schema answers about its own dead letters, so that the gateway can show all of them to admins.
import { AppError, type DeadLetter as DeadLetterBody, opsApi } from '@cartwright/contracts'
import { CursorError, type Database, decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import {
  type DeadLetter,
  deadLetterDesk,
  findDeadLetter,
  type Groups,
  type Log,
  listDeadLetters,
  ReplayRefused,
  replay,
  type Transport,
} from '@cartwright/messaging'
import { type Route, route } from './route.ts'

const bodyOf = (letter: DeadLetter): DeadLetterBody => ({
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

/** What the routes need to know of the service beside its handlers' dependencies. */
export interface DeadLetterContext<Deps> {
  name: string
  groups: Groups<Deps>
  transport: Transport
  owner: string
  parks: boolean
}

/** Who asked, for the audit: the admin on whose behalf the gateway calls. */
const actorOf = (principal: { id: string } | null): string => principal?.id ?? 'operator'

/** Routes of the internal operations contract. */
export const deadLetterRoutes = <Deps extends { db: Database; log: Log }>({
  name,
  groups,
  transport,
  owner,
  parks,
}: DeadLetterContext<Deps>): Route<Deps>[] => [
  route(opsApi.listDeadLetters, async (req, { db }: Deps) => {
    const { limit = 20, cursor, open = true } = req.query
    const letters = await listDeadLetters(db, {
      open,
      limit: limit + 1,
      ...(cursor === undefined ? {} : { before: idOf(cursor) }),
    })
    return pageOf(letters.map(bodyOf), limit, (last) => encodeCursor('dead-letter', [last.id]))
  }),
  route(opsApi.getDeadLetter, async (req, { db }: Deps) => {
    const letter = found(await findDeadLetter(db, req.params.deadLetterId))
    return {
      ...bodyOf(letter),
      payload: jsonOrText(letter.payload),
      headers: letter.headers,
      audit: letter.audit.map(({ action, actor, outcome, at }) => ({ action, actor, outcome, at: at.toISOString() })),
    }
  }),
  route(opsApi.redriveDeadLetter, async (req, deps: Deps) =>
    found(await deadLetterDesk(deps.db, groups, deps).redrive(req.params.deadLetterId, actorOf(req.principal))),
  ),
  route(opsApi.discardDeadLetter, async (req, deps: Deps) =>
    found(await deadLetterDesk(deps.db, groups, deps).discard(req.params.deadLetterId, actorOf(req.principal))),
  ),
  route(opsApi.replayEvents, async (req, deps: Deps) => {
    const { group, topic, from, to, again = false } = req.body
    const handlers = groups[group]
    if (handlers === undefined) throw new AppError('not_found', `${name} has no consumer group ${group}`)
    if (again && group === name)
      throw new AppError('validation_failed', 'only a projection can take again what it has handled', {
        errors: [{ path: '/again', message: 'is for projections' }],
      })
    try {
      const consumer = { db: deps.db, transport, group, handlers, deps, log: deps.log, owner, parks }
      return { delivered: await replay(consumer, { topic, from: new Date(from), to: new Date(to) }, again) }
    } catch (error) {
      throw error instanceof ReplayRefused ? new AppError('not_found', error.message) : error
    }
  }),
]
