// Dead letters of all services for admins: the gateway asks each service about its own and puts the answers together.
import {
  AppError,
  adminOpsApi,
  type DeadLetter,
  type Endpoint,
  opsApi,
  type RedriveResult,
  type UpstreamName,
} from '@cartwright/contracts'
import { decodeCursor, encodeCursor } from '@cartwright/db'
import { type Principal, type Route, route } from '@cartwright/service-kit'
import type { GatewayDeps } from '../deps.ts'

const everyService: readonly UpstreamName[] = ['identity', 'catalog', 'cart', 'order', 'payment', 'notification']

/** Null from a service means that it has no such letter. */
const found = <T>(answer: T | null): T => {
  if (answer === null) throw new AppError('not_found')
  return answer
}

const options = (principal: Principal, endpoint: Endpoint) => ({ onBehalfOf: principal, deadlineMs: endpoint.timeoutMs ?? 5000 })

type Listed = Omit<DeadLetter, 'id'> & { id: string; service: UpstreamName }

const publicId = (service: UpstreamName, id: number): string => `${service}-${id}`

/** @param publicId of a form that the contract has checked */
const addressed = (publicId: string) => {
  const [name, id] = publicId.split('-')
  const service = everyService.find((each) => each === name)
  if (service === undefined) throw new AppError('not_found')
  return { service, params: { deadLetterId: Number(id) } }
}

const newestFirst = (a: { createdAt: string; at: number }, b: { createdAt: string; at: number }): number =>
  a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : b.at - a.at

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
    return { name, more: nextCursor !== null, letters: items.map((letter) => ({ service: name, at: letter.id, letter })) }
  }
  const asked = service === undefined ? everyService : [service]
  const outcomes = await Promise.allSettled(asked.map(readOne))
  const pages = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const letters = pages
    .flatMap((page) => page.letters)
    .sort((a, b) => newestFirst({ createdAt: a.letter.createdAt, at: a.at }, { createdAt: b.letter.createdAt, at: b.at }))
  const shown = letters.slice(0, limit)
  for (const { service: name, at } of shown) positions.set(name, at)
  const more = letters.length > limit || pages.some((page) => page.more)
  return {
    items: shown.map(({ service: name, at, letter }): Listed => ({ ...letter, id: publicId(name, at), service: name })),
    nextCursor: more ? cursorAt(positions) : null,
    unavailable: asked.filter((name) => !pages.some((page) => page.name === name)),
  }
})

const get = route(adminOpsApi.getDeadLetter, async (req, { services }: GatewayDeps) => {
  const { service, params } = addressed(req.params.deadLetterId)
  const letter = found(
    await services[service].read(opsApi.getDeadLetter, { params }, options(req.principal, opsApi.getDeadLetter)),
  )
  return { ...letter, id: publicId(service, letter.id), service }
})

const shownResult = (service: UpstreamName, { redriven, failed }: RedriveResult) => ({
  redriven: redriven.map((id) => publicId(service, id)),
  failed: failed && { ...failed, id: publicId(service, failed.id) },
})

const redrive = route(adminOpsApi.redriveDeadLetter, async (req, { services }: GatewayDeps) => {
  const { service, params } = addressed(req.params.deadLetterId)
  return shownResult(
    service,
    found(await services[service].read(opsApi.redriveDeadLetter, { params }, options(req.principal, opsApi.redriveDeadLetter))),
  )
})

const discard = route(adminOpsApi.discardDeadLetter, async (req, { services }: GatewayDeps) => {
  const { service, params } = addressed(req.params.deadLetterId)
  return shownResult(
    service,
    found(await services[service].read(opsApi.discardDeadLetter, { params }, options(req.principal, opsApi.discardDeadLetter))),
  )
})

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
