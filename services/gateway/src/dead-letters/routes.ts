// Dead letters of all services for admins: the gateway asks each service about its own and puts the answers together.
import {
  AppError,
  adminOpsApi,
  type DeadLetter,
  type Endpoint,
  opsApi,
  type ResponseOf,
  type UpstreamName,
} from '@cartwright/contracts'
import { decodeCursor } from '@cartwright/db'
import { type Principal, type Route, route } from '@cartwright/service-kit'
import type { GatewayDeps } from '../deps.ts'

const everyService: readonly UpstreamName[] = ['identity', 'catalog', 'cart', 'order', 'payment', 'notification']

/** Null from a service means that it has no such letter. */
const found = <T>(answer: T | null): T => {
  if (answer === null) throw new AppError('not_found')
  return answer
}

const options = (principal: Principal, endpoint: Endpoint) => ({ onBehalfOf: principal, deadlineMs: endpoint.timeoutMs ?? 5000 })

type Listed = DeadLetter & { service: UpstreamName }

interface PageOfOne {
  service: UpstreamName
  items: Listed[]
  nextCursor: string | null
}

const newestFirst = (a: Listed, b: Listed): number =>
  a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : b.id - a.id

/** @throws AppError validation_failed, CursorError */
const assertCursor = (cursor: string | undefined, service: UpstreamName | undefined): void => {
  if (cursor === undefined) return
  const errors = [{ path: '/cursor', message: 'only pages of one service can be continued: name it' }]
  if (service === undefined) throw new AppError('validation_failed', 'a cursor needs a service', { errors })
  decodeCursor('dead-letter', cursor, 1)
}

const list = route(adminOpsApi.listDeadLetters, async (req, { services }: GatewayDeps) => {
  const { service, cursor, limit = 20, open = true } = req.query
  assertCursor(cursor, service)
  const readOne = async (name: UpstreamName): Promise<PageOfOne> => {
    const query = { limit, open, ...(cursor === undefined ? {} : { cursor }) }
    const page: ResponseOf<typeof opsApi.listDeadLetters> = found(
      await services[name].read(opsApi.listDeadLetters, { query }, options(req.principal, opsApi.listDeadLetters)),
    )
    return { service: name, items: page.items.map((letter) => ({ ...letter, service: name })), nextCursor: page.nextCursor }
  }
  const asked = service === undefined ? everyService : [service]
  const outcomes = await Promise.allSettled(asked.map(readOne))
  const pages = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const letters = pages.flatMap((page) => page.items).sort(newestFirst)
  return {
    items: letters.slice(0, limit),
    nextCursor: service === undefined ? null : (pages[0]?.nextCursor ?? null),
    unavailable: asked.filter((name) => !pages.some((page) => page.service === name)),
  }
})

const get = route(adminOpsApi.getDeadLetter, async (req, { services }: GatewayDeps) => {
  const { service, deadLetterId } = req.params
  const letter = found(
    await services[service].read(
      opsApi.getDeadLetter,
      { params: { deadLetterId } },
      options(req.principal, opsApi.getDeadLetter),
    ),
  )
  return { ...letter, service }
})

const redrive = route(adminOpsApi.redriveDeadLetter, async (req, { services }: GatewayDeps) => {
  const { service, deadLetterId } = req.params
  return found(
    await services[service].read(
      opsApi.redriveDeadLetter,
      { params: { deadLetterId } },
      options(req.principal, opsApi.redriveDeadLetter),
    ),
  )
})

const discard = route(adminOpsApi.discardDeadLetter, async (req, { services }: GatewayDeps) => {
  const { service, deadLetterId } = req.params
  return found(
    await services[service].read(
      opsApi.discardDeadLetter,
      { params: { deadLetterId } },
      options(req.principal, opsApi.discardDeadLetter),
    ),
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
