// Dead letters of all services for admins: the gateway asks each service about its own and puts the answers together.
import { AppError, adminOpsApi, type DeadLetter, type Endpoint, opsApi, type UpstreamName } from '@cartwright/contracts'
import { decodeCursor, encodeCursor } from '@cartwright/db'
import { type Principal, type Route, route } from '@cartwright/service-kit'
import type { GatewayDeps } from '../deps.ts'
import { everyService } from '../every-service.ts'

/** Null from a service means that it has no such letter. */
const found = <T>(answer: T | null): T => {
  if (answer === null) throw new AppError('not_found')
  return answer
}

const options = (principal: Principal, endpoint: Endpoint) => ({ onBehalfOf: principal, deadlineMs: endpoint.timeoutMs ?? 5000 })

const publicId = (service: UpstreamName, id: number): string => `${service}-${id}`

/** A letter as the outside knows it. */
const publicLetter = <L extends { id: number }>(service: UpstreamName, letter: L) => ({
  ...letter,
  id: publicId(service, letter.id),
  service,
})

/** @param publicId of a form that the contract has checked */
const addressed = (publicId: string) => {
  const [name, id] = publicId.split('-')
  const service = everyService.find((each) => each === name)
  if (service === undefined) throw new AppError('not_found')
  return { service, params: { deadLetterId: Number(id) } }
}

const newestFirst = (a: DeadLetter, b: DeadLetter): number =>
  a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : b.id - a.id

const sortName = 'dead-letters'

/** How far each service has been read: the number of its last letter, or nothing yet. @throws CursorError */
const positionsOf = (cursor: string | undefined): Map<UpstreamName, number> => {
  if (cursor === undefined) return new Map()
  const values = decodeCursor(sortName, cursor, everyService.length)
  return new Map(everyService.map((service, index) => [service, Number(values[index] ?? 0)]))
}

const cursorAt = (positions: ReadonlyMap<UpstreamName, number>): string =>
  encodeCursor(
    sortName,
    everyService.map((service) => positions.get(service) ?? 0),
  )

const list = route(adminOpsApi.listDeadLetters, async (req, { services }: GatewayDeps) => {
  const { service, cursor, limit = 20, open = true } = req.query
  const positions = positionsOf(cursor)
  const readOne = async (name: UpstreamName) => {
    const before = positions.get(name) ?? 0
    const query = { limit, open, ...(before > 0 ? { cursor: encodeCursor('dead-letter', [before]) } : {}) }
    const { items, nextCursor } = found(
      await services[name].read(opsApi.listDeadLetters, { query }, options(req.principal, opsApi.listDeadLetters)),
    )
    return { name, more: nextCursor !== null, letters: items.map((letter) => ({ service: name, letter })) }
  }
  const asked = service === undefined ? everyService : [service]
  const outcomes = await Promise.allSettled(asked.map(readOne))
  const pages = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const letters = pages.flatMap((page) => page.letters).sort((a, b) => newestFirst(a.letter, b.letter))
  const shown = letters.slice(0, limit)
  for (const { service: name, letter } of shown) positions.set(name, letter.id)
  const more = letters.length > limit || pages.some((page) => page.more)
  return {
    items: shown.map(({ service: name, letter }) => publicLetter(name, letter)),
    nextCursor: more ? cursorAt(positions) : null,
    unavailable: asked.filter((name) => !pages.some((page) => page.name === name)),
  }
})

const get = route(adminOpsApi.getDeadLetter, async (req, { services }: GatewayDeps) => {
  const { service, params } = addressed(req.params.deadLetterId)
  const letter = found(
    await services[service].read(opsApi.getDeadLetter, { params }, options(req.principal, opsApi.getDeadLetter)),
  )
  return publicLetter(service, letter)
})

/** What an operator did to a letter and to those behind it. */
const resolve = async (
  { params: { deadLetterId }, principal }: { params: { deadLetterId: string }; principal: Principal },
  asked: typeof opsApi.redriveDeadLetter | typeof opsApi.discardDeadLetter,
  { services }: GatewayDeps,
) => {
  const { service, params } = addressed(deadLetterId)
  const { redriven, failed } = found(await services[service].read(asked, { params }, options(principal, asked)))
  return {
    redriven: redriven.map((id) => publicId(service, id)),
    failed: failed && { ...failed, id: publicId(service, failed.id) },
  }
}

const redrive = route(adminOpsApi.redriveDeadLetter, (req, deps: GatewayDeps) => resolve(req, opsApi.redriveDeadLetter, deps))

const discard = route(adminOpsApi.discardDeadLetter, (req, deps: GatewayDeps) => resolve(req, opsApi.discardDeadLetter, deps))

const replay = route(adminOpsApi.replayEvents, async (req, { services }: GatewayDeps) => {
  const { service, ...body } = req.body
  if (body.again && body.group === service) {
    throw new AppError('validation_failed', 'only a projection can take again what it has handled', {
      errors: [{ path: '/again', message: 'is for projections' }],
    })
  }
  return found(await services[service].read(opsApi.replayEvents, { body }, options(req.principal, opsApi.replayEvents)))
})

export const deadLetterRoutes: readonly Route<GatewayDeps>[] = [list, get, redrive, discard, replay]
