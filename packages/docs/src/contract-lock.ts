// Contract lock: writes the published contracts as plain JSON, and compares them with the current ones.
import { allEvents, apis, collectSchemas, type Endpoint, gatewayApi } from '@cartwright/contracts'
import type { TSchema } from 'typebox'
import { compareSchemas, inlineReferences, type NamedSchemas, type Schema } from './compatibility.ts'

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
  /** Named schemas, to which the other parts refer as `#/schemas/<name>`. */
  schemas: NamedSchemas
  endpoints: Record<string, LockedEndpoint>
  /**
   * By name and version. Consumers choose a handler by the name alone, so a name has one version at a time:
   * an event that its readers cannot read any more needs a name of its own.
   */
  events: Record<string, LockedEvent>
}

const plain = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T

type Refer = (schema: TSchema) => Schema

const lockedEndpoint = (endpoint: Endpoint, refer: Refer): LockedEndpoint => ({
  method: endpoint.method,
  path: endpoint.path,
  auth: endpoint.auth,
  idempotent: endpoint.idempotent === true,
  ...(endpoint.params ? { params: refer(endpoint.params) } : {}),
  ...(endpoint.query ? { query: refer(endpoint.query) } : {}),
  ...(endpoint.body ? { body: refer(endpoint.body) } : {}),
  response: Object.fromEntries(Object.entries(endpoint.response).map(([status, schema]) => [status, refer(schema)])),
  errors: [...endpoint.errors].sort(),
})

const sorted = <T>(entries: [string, T][]): Record<string, T> => Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))

/** The contracts of the source. */
export const currentLock = (): Lock => {
  const collection = collectSchemas('#/schemas/', plain)
  const refer: Refer = (schema) => collection.refer(schema)
  const endpoints = sorted(
    [...Object.values(apis), gatewayApi]
      .flatMap((api) => Object.values(api as Record<string, Endpoint>))
      .map((endpoint) => [endpoint.operationId, lockedEndpoint(endpoint, refer)]),
  )
  const events = sorted(
    allEvents.map((event): [string, LockedEvent] => [
      `${event.name}@${event.version}`,
      { version: event.version, topic: event.topic, aggregate: event.aggregate, key: event.key, data: refer(event.data) },
    ]),
  )
  return { schemas: sorted(Object.entries(collection.schemas as NamedSchemas)), endpoints, events }
}

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

/** The endpoints and events of a lock with every reference replaced by the schema that it names. */
const inlined = ({ schemas, endpoints, events }: Lock): Pick<Lock, 'endpoints' | 'events'> =>
  inlineReferences({ endpoints, events }, schemas)

/** The changes in `after` that break clients and consumers of `before`. */
export const incompatibilities = (before: Lock, after: Lock): string[] => {
  const [old, now] = [inlined(before), inlined(after)]
  return [...compareAll(old.endpoints, now.endpoints, compareEndpoint), ...compareAll(old.events, now.events, compareEvent)]
}
