// Types of a service: its definition, what handlers receive, how it is started and what runs.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServiceName, UpstreamName } from '@cartwright/contracts'
import type { Database, NewId, Tx } from '@cartwright/db'
import type {
  AnyJob,
  AnySagaTable,
  CrashHook,
  EventHandler,
  Invariant,
  Listener,
  RunnableSaga,
  Schedule,
  Transport,
  Worker,
} from '@cartwright/messaging'
import type { Logger, MetricDeclaration, Tracer } from '@cartwright/telemetry'
import type { FastifyInstance } from 'fastify'
import type { Principal } from '../auth/principal.ts'
import type { RevocationPage } from '../auth/revocation-feed.ts'
import type { Revocations } from '../auth/revocations.ts'
import type { Environment, SchemaConfigSpec, ServiceConfigSpec, SharedConfig } from '../config.ts'
import type { ServiceClient } from '../http/client.ts'
import type { ResponseHeaders } from '../http/http-server.ts'
import type { Route } from '../http/route.ts'
import type { Metrics } from '../operations/kit-metrics.ts'
import type { Measurement } from '../operations/measurements.ts'
import type { IssueKind } from '../operations/open-issues.ts'
import type { ConfigOf, ConfigSpec } from '../variables.ts'
import type { Clock } from './clock.ts'
import type { Tracing } from './tracing.ts'

/** Dependencies that the kit gives every handler. */
export interface BaseDeps<S extends ServiceConfigSpec> {
  config: ConfigOf<S>
  shared: SharedConfig
  /** The service's own schema. */
  db: Database
  clock: Clock
  newId: NewId
  log: Logger
  metrics: Metrics
  /** Records the first span of work that a stored or foreign trace caused; null while tracing is off. */
  tracer: Tracer | null
  /** Reads from other services. */
  services: Record<UpstreamName, ServiceClient>
  /** Verifies an access token; given an `orderId`, also one that reads this order. @throws AppError unauthenticated, upstream_unavailable */
  verifyAccess: (token: string, orderId?: string) => Promise<Principal>
  /** Revoked access tokens that have not expired. */
  revocations: Revocations
  /** Called at crash points, where the fault harness may kill the process; absent in production. */
  crash?: CrashHook
}

/**
 * Erases what the service's own tables hold about people and orders, by id. The erasure sweep repeats it for 24 hours to find rows that
 * raced with the erasure, so a repetition must change nothing.
 */
export type Erase<Deps> = (context: { tx: Tx; subjectIds: readonly string[]; deps: Deps }) => Promise<void>

/** What a service declares; `defineService` turns it into a value that can be started. */
export interface ServiceDefinition<S extends ServiceConfigSpec, Resources extends object> {
  name: ServiceName
  config: S
  /** Folder of the service's migrations; absent for a service without a schema. The configuration then names database and pool size. */
  migrations?: S extends SchemaConfigSpec ? string : never
  /** Tables whose rows are inserted and neither changed nor deleted. Triggers refuse both where the database user may create them. */
  appendOnlyTables?: S extends SchemaConfigSpec ? readonly string[] : never
  /** Opens what the service needs beyond the kit: clients, caches. */
  deps?(base: BaseDeps<S>): Promise<Resources>
  routes?: readonly Route<BaseDeps<S> & Resources>[]
  /** Headers of every response, also of refusals of the HTTP parser, by the headers of the request. */
  responseHeaders?(deps: BaseDeps<S> & Resources): ResponseHeaders
  /** Handlers of the group `<service>`. */
  consumers?: readonly EventHandler<BaseDeps<S> & Resources>[]
  /** Handlers of further consumer groups, by whole group name: `catalog-search`. */
  projections?: Readonly<Record<string, readonly EventHandler<BaseDeps<S> & Resources>[]>>
  /** Later events of an aggregate wait behind its dead letter, so that their order holds. */
  blockAggregateOnDeadLetter?: boolean
  /** Events of different keys touch different rows, so they may share a transaction and run side by side. */
  parallelKeys?: boolean
  listeners?: readonly Listener<BaseDeps<S> & Resources>[]
  /** For the owner of the list of revoked tokens: reads one page of it. Other services read it from identity. */
  revocationList?(deps: BaseDeps<S> & Resources, since: string | undefined, after: number | undefined): Promise<RevocationPage>
  jobs?: readonly AnyJob<BaseDeps<S> & Resources>[]
  // biome-ignore lint/suspicious/noExplicitAny: states and inputs are known to the saga only.
  sagas?: readonly RunnableSaga<string, any, BaseDeps<S> & Resources>[]
  schedules?: readonly Schedule<BaseDeps<S> & Resources>[]
  /** Starts workers of the service's own. Unlike a schedule, each runs in every instance. */
  workers?(deps: BaseDeps<S> & Resources): readonly Worker[]
  /** Erases personal data in the service's own tables; the kit erases it in those of messaging and the kit. */
  erase?: Erase<BaseDeps<S> & Resources>
  /** What is always true of the service's rows, checked while it runs. The kit adds the invariants of messaging. */
  invariants?: readonly Invariant<BaseDeps<S> & Resources>[]
  /** Kinds of open issues that an operator has to settle. The kit adds overdue jobs and sagas. */
  issues?: readonly IssueKind[]
  /** Metrics of the service; `deps` opens them. */
  metrics?: Readonly<Record<string, MetricDeclaration>>
  /** Gauges that are measured when the metrics page is read. The kit adds those of outbox, jobs, sagas, consumer lag and pool. */
  measurements?: readonly Measurement<BaseDeps<S> & Resources>[]
  /** Mounts what contracts cannot describe, such as plugins and pages. */
  http?(app: FastifyInstance, deps: BaseDeps<S> & Resources): Promise<void>
  /** Finds development data, one sentence each. Called in production, before the service listens. */
  findDevelopmentData?(deps: BaseDeps<S> & Resources): Promise<readonly string[]>
  /** Writes the development data, through transactions and `publish`. Idempotent. */
  seed?(deps: BaseDeps<S> & Resources): Promise<void>
  /** Ends what would delay the stop of the HTTP server, such as long polls. */
  drain?(deps: BaseDeps<S> & Resources): Promise<void>
  /** Closes what `deps` has opened. */
  close?(deps: BaseDeps<S> & Resources): Promise<void>
}

export interface StartOptions {
  env: Environment
  transport: Transport
  clock?: Clock
  /** This process is the only one on the schema, so it takes leases at once. */
  singleInstance?: boolean
  /** File for log lines in place of standard output. */
  logFile?: string
  /** The process's tracing; absent while it is off. */
  tracing?: Tracing
  /** Called at crash points, where the fault harness may kill the process; absent in production. */
  crash?: CrashHook
  /** Address to listen on in place of SERVICE_HOST. */
  host?: string
  /** The metrics page of this service also shows the metrics of the process; set for one service of a process. */
  processMetrics?: boolean
}

export interface RunningService {
  name: ServiceName
  url: string
  metricsUrl: string
  /** Handles a raw request without a network hop. */
  routing(request: IncomingMessage, response: ServerResponse): void
  /** One round of everything that is due. @returns whether anything was done or is in progress */
  tick(): Promise<boolean>
  /** Resolves when nothing is due. Rejects after 30 s. */
  waitUntilIdle(): Promise<void>
  seed(): Promise<void>
  /** Reports not ready, drains, closes. Idempotent. */
  stop(): Promise<void>
  /** For tests and tools that read tables. */
  readonly db: Database | null
}

/** A declared service. */
export interface Service {
  readonly name: ServiceName
  readonly prefix: string
  readonly spec: ConfigSpec
  readonly endpoints: readonly Route<never>['endpoint'][]
  readonly consumes: readonly string[]
  /** Events that each instance receives, by listeners. */
  readonly listensTo: readonly string[]
  /** Consumer groups with their topics. The memory transport needs them before the services start, to keep records for late starters. */
  readonly groups: Readonly<Record<string, readonly string[]>>
  /** Tables of the service's sagas, for documents and checks. */
  readonly sagas: readonly AnySagaTable[]
  /** Invariants that are checked while the service runs, by their label in metrics. */
  readonly invariants: readonly { name: string; sentence: string }[]
  /** Metrics that its page shows, besides those of the process. */
  readonly metrics: readonly MetricDeclaration[]
  start(options: StartOptions): Promise<RunningService>
  /** Applies the migrations of its schema at `url` and starts nothing. @returns the names of those that this call applied */
  migrate(url: string): Promise<readonly string[]>
}
