// Dead letters of all services for admins: reads each service's dead letters, merges them, and forwards redrive, discard and replay.
import {
  AppError,
  adminOpsApi,
  type Endpoint,
  type InternalDeadLetter,
  opsApi,
  type SchemaOwner,
  schemaOwners,
} from '@cartwright/contracts'
import { decodeCursor, encodeCursor } from '@cartwright/db'
import type { Principal } from '@cartwright/service-kit'
import { type GatewayDeps, route } from '../../deps.ts'

/** @throws AppError not_found for null, with which a service says that it has no such dead letter */
const requireFound = <T>(answer: T | null): T => {
  if (answer === null) throw new AppError('not_found')
  return answer
}

const options = (principal: Principal, endpoint: Endpoint) => ({ onBehalfOf: principal, deadlineMs: endpoint.timeoutMs ?? 5000 })

const publicId = (service: SchemaOwner, id: number): string => `${service}-${id}`

/** A dead letter with the id that the public API uses. */
const publicLetter = <L extends { id: number }>(service: SchemaOwner, letter: L) => ({
  ...letter,
  id: publicId(service, letter.id),
  service,
})

/** @param publicId an id in the form that the contract checks */
const parsePublicId = (publicId: string) => {
  const [name, id] = publicId.split('-')
  const service = schemaOwners.find((each) => each === name)
  if (service === undefined) throw new AppError('not_found')
  return { service, params: { deadLetterId: Number(id) } }
}

const newestFirst = (a: InternalDeadLetter, b: InternalDeadLetter): number =>
  a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : b.id - a.id

const sortName = 'dead-letters'

/** Last dead letter that was shown of each service; empty on the first page. @throws CursorError */
const positionsOf = (cursor: string | undefined): Map<SchemaOwner, number> => {
  if (cursor === undefined) return new Map()
  const values = decodeCursor(sortName, cursor, schemaOwners.length)
  return new Map(schemaOwners.map((service, index) => [service, Number(values[index] ?? 0)]))
}

const cursorAt = (positions: ReadonlyMap<SchemaOwner, number>): string =>
  encodeCursor(
    sortName,
    schemaOwners.map((service) => positions.get(service) ?? 0),
  )

export const listDeadLetters = route(adminOpsApi.listDeadLetters, async ({ request, deps: { services } }) => {
  const { service, cursor, limit = 20, open = true } = request.query
  const positions = positionsOf(cursor)
  const readOne = async (name: SchemaOwner) => {
    const before = positions.get(name) ?? 0
    const query = { limit, open, ...(before > 0 ? { cursor: encodeCursor('dead-letter', [before]) } : {}) }
    const { items, nextCursor } = requireFound(
      await services[name].read(opsApi.listDeadLetters, { query }, options(request.principal, opsApi.listDeadLetters)),
    )
    return { name, hasMore: nextCursor !== null, letters: items.map((letter) => ({ service: name, letter })) }
  }
  const names = service === undefined ? schemaOwners : [service]
  const outcomes = await Promise.allSettled(names.map(readOne))
  const pages = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const letters = pages.flatMap((page) => page.letters).sort((a, b) => newestFirst(a.letter, b.letter))
  const shown = letters.slice(0, limit)
  for (const { service: name, letter } of shown) positions.set(name, letter.id)
  const hasMore = letters.length > limit || pages.some((page) => page.hasMore)
  return {
    items: shown.map(({ service: name, letter }) => publicLetter(name, letter)),
    nextCursor: hasMore ? cursorAt(positions) : null,
    unavailable: names.filter((name) => !pages.some((page) => page.name === name)),
  }
})

export const getDeadLetter = route(adminOpsApi.getDeadLetter, async ({ request, deps: { services } }) => {
  const { service, params } = parsePublicId(request.params.deadLetterId)
  const letter = requireFound(
    await services[service].read(opsApi.getDeadLetter, { params }, options(request.principal, opsApi.getDeadLetter)),
  )
  return publicLetter(service, letter)
})

/** Redrives or discards a dead letter at its service. @returns what became of it and of those behind it */
const resolveLetter = async (
  { params: { deadLetterId }, principal }: { params: { deadLetterId: string }; principal: Principal },
  endpoint: typeof opsApi.redriveDeadLetter | typeof opsApi.discardDeadLetter,
  { services }: GatewayDeps,
) => {
  const { service, params } = parsePublicId(deadLetterId)
  const { redriven, failed } = requireFound(await services[service].read(endpoint, { params }, options(principal, endpoint)))
  return {
    redriven: redriven.map((id) => publicId(service, id)),
    failed: failed && { ...failed, id: publicId(service, failed.id) },
  }
}

export const redriveDeadLetter = route(adminOpsApi.redriveDeadLetter, ({ request, deps }) =>
  resolveLetter(request, opsApi.redriveDeadLetter, deps),
)

export const discardDeadLetter = route(adminOpsApi.discardDeadLetter, ({ request, deps }) =>
  resolveLetter(request, opsApi.discardDeadLetter, deps),
)

export const replayEvents = route(adminOpsApi.replayEvents, async ({ request, deps: { services } }) => {
  const { service, ...body } = request.body
  if (body.again && body.group === service) {
    throw new AppError('validation_failed', {
      detail: 'only a projection can take again what it has handled',
      extra: {
        errors: [{ path: '/again', message: 'is for projections' }],
      },
    })
  }
  return requireFound(
    await services[service].read(opsApi.replayEvents, { body }, options(request.principal, opsApi.replayEvents)),
  )
})
