// A service is a value: what it is called, what it needs, what it does. `start` makes it run, alone or beside others.
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Database, NewId, Tx } from '@cartwright/db'
import type {
  AnyJob,
  AnySagaTable,
  CrashHook,
  Invariant,
  Listener,
  Periodic,
  Registration,
  RunnableSaga,
  Transport,
} from '@cartwright/messaging'
import type { FastifyInstance } from 'fastify'
import type { Principal } from './auth.ts'
import { groupTopics } from './backbone.ts'
import type { ServiceClient } from './client.ts'
import type { Clock } from './clock.ts'
import type { ConfigOf, ConfigSpec, Environment, SharedConfig } from './config.ts'
import type { AnswerHeaders } from './http-server.ts'
import { invariantsOf } from './invariants.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import type { IssueKind } from './open-issues.ts'
import type { RevocationPage } from './revocation-feed.ts'
import { onAccessRevoked } from './revocation-feed.ts'
import type { Revocations } from './revocations.ts'
import type { Route } from './route.ts'
import { startService } from './start.ts'

export type ServiceName = 'gateway' | 'identity' | 'catalog' | 'cart' | 'order' | 'payment' | 'notification'

/** What the kit gives every handler. */
export interface BaseDeps<S extends ConfigSpec> {
  config: ConfigOf<S>
  shared: SharedConfig
  /** The service's own schema. */
  db: Database
  clock: Clock
  newId: NewId
  log: Logger
  metrics: Metrics
  /** Reads from other services. */
  services: Record<Exclude<ServiceName, 'gateway'>, ServiceClient>
  /** Verifies an access token. @throws AppError unauthenticated, upstream_unavailable */
  verifyAccess: (token: string) => Promise<Principal>
  /** Access tokens that this instance refuses although they have not expired. */
  revocations: Revocations
  /** Called at named places where a harness may kill the process; absent in production. */
  crash?: CrashHook
}

/**
 * Erases what the service's own tables hold of people and orders, given by id. Called where they are erased, and again for 24 hours, so
 * that what raced with the erasure is found: repeating it changes nothing.
 */
export type Erase<Deps> = (tx: Tx, subjectIds: readonly string[], deps: Deps) => Promise<void>

/** Every service's spec holds these three fields, under the service's own variable names. */
export interface ServiceDefinition<S extends ConfigSpec, Own extends object> {
  name: ServiceName
  /** Prefix of the service's variables, such as `ORDER_`. */
  prefix: string
  /** Must hold `port` and `metricsPort`, and `databaseUrl` when the service owns a schema. */
  config: S
  /** Folder of the service's migrations; absent for a service without a schema. */
  migrations?: string
  /** Opens what the service needs beyond the kit: clients, caches. */
  deps?(base: BaseDeps<S>): Promise<Own>
  routes?: readonly Route<BaseDeps<S> & Own>[]
  /** Headers of every answer, also of refusals of the HTTP parser, by what the request says. */
  answerHeaders?(deps: BaseDeps<S> & Own): AnswerHeaders
  /** Handlers of the group `<service>`. */
  consumers?: readonly Registration<BaseDeps<S> & Own>[]
  /** Handlers of further groups, by whole group name: `catalog-search`. */
  projections?: Readonly<Record<string, readonly Registration<BaseDeps<S> & Own>[]>>
  /** Later events of an aggregate wait behind its dead letter, so that order holds: for services that decide by order. */
  parksBehindDeadLetters?: boolean
  /** Events of different keys touch different rows: those that are ready at once are handled side by side in one transaction. */
  independentKeys?: boolean
  listeners?: readonly Listener<BaseDeps<S> & Own>[]
  /** For the owner of the list of revoked tokens: reads one page of it. Everybody else asks identity. */
  revocationList?(deps: BaseDeps<S> & Own, since: string | undefined, after: number | undefined): Promise<RevocationPage>
  jobs?: readonly AnyJob<BaseDeps<S> & Own>[]
  // biome-ignore lint/suspicious/noExplicitAny: states and inputs are the saga's own business.
  sagas?: readonly RunnableSaga<string, any, BaseDeps<S> & Own>[]
  periodics?: readonly Periodic<BaseDeps<S> & Own>[]
  /** Erases personal data in the service's own tables; the kit erases what is left in those of the backbone. */
  erase?: Erase<BaseDeps<S> & Own>
  /** What is always true of the service's rows, watched while it runs. Those of the backbone are added by the kit. */
  invariants?: readonly Invariant<BaseDeps<S> & Own>[]
  /** What a person has to settle. Jobs and sagas that are overdue are added by the kit. */
  issues?: readonly IssueKind[]
  /** For what contracts cannot say: plugins, pages. Gets the Fastify instance itself. */
  http?(app: FastifyInstance, deps: BaseDeps<S> & Own): Promise<void>
  /** What in the service's data has no place in production, one sentence each; asked before it listens, in production only. */
  unfitForProduction?(deps: BaseDeps<S> & Own): Promise<readonly string[]>
  /** Writes the development data, through transactions and `publish`. Idempotent. */
  seed?(deps: BaseDeps<S> & Own): Promise<void>
  /** Closes what `deps` opened. */
  close?(deps: BaseDeps<S> & Own): Promise<void>
}

export interface StartOptions {
  env: Environment
  transport: Transport
  clock?: Clock
  /** This process is the only one on the schema: leases are taken at once. */
  alone?: boolean
  /** Where log lines go instead of standard output. */
  logFile?: string
  /** Called at named places where a harness may kill the process; absent in production. */
  crash?: CrashHook
  /** For a service whose address another must know before it listens. */
  host?: string
}

export interface RunningService {
  name: ServiceName
  url: string
  metricsUrl: string
  /** Hands a raw request over without a network hop. */
  routing(request: IncomingMessage, response: ServerResponse): void
  /** One round of everything that is due. @returns whether anything was done or is under way */
  tick(): Promise<boolean>
  /** Resolves when nothing is due any more. Throws after 30 s. */
  idle(): Promise<void>
  seed(): Promise<void>
  /** Not ready → drain → close. Idempotent. */
  stop(): Promise<void>
  /** For tests and tools that look behind the face. */
  readonly db: Database | null
}

/** A service as the outside sees it. */
export interface Service {
  readonly name: ServiceName
  readonly prefix: string
  readonly spec: ConfigSpec
  readonly endpoints: readonly Route<never>['endpoint'][]
  readonly consumes: readonly string[]
  /** Events that each instance hears for itself. */
  readonly hears: readonly string[]
  /** Consumer groups with the topics they read: the memory transport is told, so that no record passes a late starter by. */
  readonly groups: Readonly<Record<string, readonly string[]>>
  /** The tables of its sagas, to draw and to check. */
  readonly sagas: readonly AnySagaTable[]
  /** What it watches about itself while it runs, by the label of the metrics. */
  readonly invariants: readonly { name: string; sentence: string }[]
  start(options: StartOptions): Promise<RunningService>
}

/** Declares a service. Nothing runs until `start`. */
export const defineService = <S extends ConfigSpec, Own extends object = object>(
  definition: ServiceDefinition<S, Own>,
): Service => ({
  name: definition.name,
  prefix: definition.prefix,
  spec: definition.config,
  endpoints: (definition.routes ?? []).map((route) => route.endpoint),
  consumes: [
    ...new Set(
      [...(definition.consumers ?? []), ...Object.values(definition.projections ?? {}).flat()].map(
        (registration) => registration.event.name,
      ),
    ),
  ],
  hears: [...new Set([onAccessRevoked, ...(definition.listeners ?? [])].map(({ event }) => event.name))],
  sagas: (definition.sagas ?? []).map((declared) => declared.table),
  invariants: invariantsOf(definition).map(({ name, sentence }) => ({ name, sentence })),
  groups: groupTopics(definition),
  start: (options) => startService(definition, options, `${definition.name}-${randomBytes(6).toString('hex')}`),
})
