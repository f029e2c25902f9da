// The published contracts as plain JSON, and what a change to them would break.
import { allEvents, apis, type Endpoint, gatewayApi } from '@cartwright/contracts'
import { compareSchemas, type Schema } from './compatibility.ts'

interface LockedEndpoint {
  method: string
  path: string
  auth: string
  idempotent: boolean
  params?: Schema
  query?: Schema
  body?: Schema
  response: Record<string, Schema>
  errors: string[]
}

interface LockedEvent {
  version: number
  topic: string
  aggregate: string
  key: string
  data: Schema
}

export interface Lock {
  endpoints: Record<string, LockedEndpoint>
  /** By name and version: an old version stays until nobody publishes it. */
  events: Record<string, LockedEvent>
}

const plain = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T

const lockedEndpoint = (endpoint: Endpoint): LockedEndpoint => ({
  method: endpoint.method,
  path: endpoint.path,
  auth: endpoint.auth,
  idempotent: endpoint.idempotent === true,
  ...(endpoint.params ? { params: plain<Schema>(endpoint.params) } : {}),
  ...(endpoint.query ? { query: plain<Schema>(endpoint.query) } : {}),
  ...(endpoint.body ? { body: plain<Schema>(endpoint.body) } : {}),
  response: plain(endpoint.response),
  errors: [...endpoint.errors].sort(),
})

const sorted = <T>(entries: [string, T][]): Record<string, T> => Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))

/** The contracts of the source. */
export const currentLock = (): Lock => ({
  endpoints: sorted(
    [...Object.values(apis), gatewayApi]
      .flatMap((api) => Object.values(api as Record<string, Endpoint>))
      .map((endpoint) => [endpoint.operationId, lockedEndpoint(endpoint)]),
  ),
  events: sorted(
    allEvents.map((event) => [
      `${event.name}@${event.version}`,
      { version: event.version, topic: event.topic, aggregate: event.aggregate, key: event.key, data: plain<Schema>(event.data) },
    ]),
  ),
})

const compareEndpoint = (name: string, before: LockedEndpoint, after: LockedEndpoint): string[] => {
  const fixed = (['method', 'path', 'auth', 'idempotent'] as const)
    .filter((field) => before[field] !== after[field])
    .map((field) => `${name}: ${field} changed from ${before[field]} to ${after[field]}`)
  const taken = (['params', 'query', 'body'] as const).flatMap((part) => {
    const [old, now] = [before[part], after[part]]
    if (old && !now) return [`${name}: ${part} was removed`]
    if (!old) return now?.required?.length ? [`${name}: ${part} is now required`] : []
    return now ? compareSchemas(`${name} ${part}`, old, now, 'taken') : []
  })
  const given = Object.entries(before.response).flatMap(([status, schema]) => {
    const now = after.response[status]
    return now ? compareSchemas(`${name} ${status}`, schema, now, 'given') : [`${name}: status ${status} was removed`]
  })
  return [...fixed, ...taken, ...given]
}

const compareEvent = (name: string, before: LockedEvent, after: LockedEvent): string[] => [
  ...(['topic', 'aggregate', 'key'] as const)
    .filter((field) => before[field] !== after[field])
    .map((field) => `${name}: ${field} changed`),
  ...compareSchemas(name, before.data, after.data, 'given'),
]

const compareAll = <T>(
  before: Record<string, T>,
  after: Record<string, T>,
  compare: (name: string, old: T, now: T) => string[],
): string[] =>
  Object.entries(before).flatMap(([name, old]) => {
    const now = after[name]
    return now === undefined ? [`${name} was removed`] : compare(name, old, now)
  })

/** What in `after` breaks those who rely on `before`. */
export const incompatibilities = (before: Lock, after: Lock): string[] => [
  ...compareAll(before.endpoints, after.endpoints, compareEndpoint),
  ...compareAll(before.events, after.events, compareEvent),
]
