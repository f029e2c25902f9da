// Starts a service: configuration, schema, dependencies, HTTP, then the event runtime.
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@cartwright/db'
import { createProcessMetrics } from '@cartwright/telemetry'
import type { FastifyInstance } from 'fastify'
import { Agent } from 'undici'
import { type ReadRevocations, readFromIdentity, startRevocationFeed } from '../auth/revocation-feed.ts'
import { portTaken, type ServiceConfigSpec } from '../config.ts'
import { secureDatabaseUrl } from '../engine-security.ts'
import { idleConnectionMs } from '../http/connections.ts'
import { createFaultFlags } from '../operations/fault-flags.ts'
import { openMeasurements } from '../operations/kit-measurements.ts'
import { serveMetrics } from '../operations/metrics-server.ts'
import { createBase } from './base-deps.ts'
import { crashingTransactions } from './crashing-transactions.ts'
import type { BaseDeps, RunningService, ServiceDefinition, StartOptions } from './definition.ts'
import { type EventRuntime, groupTopics, jobsOf, startEventRuntime } from './event-runtime.ts'
import { openHttp } from './open-http.ts'
import { openSchema } from './open-schema.ts'
import { refuseDevelopmentData } from './refuse-development-data.ts'
import { type Parts, stopAll, stopSteps } from './stop.ts'
import { waitUntilIdle } from './wait-until-idle.ts'

const defaultBodyLimitBytes = 1024 * 1024
const defaultPoolSize = 10

/** Values of the variables that the kit itself reads; `ServiceDefinition` makes a service declare those that it needs. */
interface KitSettings {
  port: number
  metricsPort: number
  databaseUrl?: string
  poolSize?: number
  bodyLimitBytes?: number
}

const settingsOf = (config: object): KitSettings => config as KitSettings

/** What the steps of one start share. */
interface Start<S extends ServiceConfigSpec, Resources extends object> {
  definition: ServiceDefinition<S, Resources>
  options: StartOptions
  owner: string
  base: ReturnType<typeof createBase<S, Resources>>
  /** Everything that is open so far, to be closed when a later step fails. */
  parts: Parts<BaseDeps<S> & Resources>
  isDraining: () => boolean
}

/** @throws ConfigError when the port is taken */
const listenOn = async (app: FastifyInstance, name: string, host: string, port: number): Promise<string> => {
  await app.listen({ host, port }).catch((error: unknown) => {
    throw portTaken(error, name, host, port)
  })
  const address = app.server.address() as AddressInfo
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${address.port}`
}

/** Where the service reads revocations: its own tables, or identity. Null when identity's address is not configured. */
const revocationReader = <S extends ServiceConfigSpec, Resources extends object>(
  { revocationList }: ServiceDefinition<S, Resources>,
  deps: BaseDeps<S> & Resources,
): ReadRevocations | null => {
  if (revocationList) return (since, after) => revocationList(deps, since, after)
  return deps.shared.identityUrl === null ? null : readFromIdentity(deps.services.identity)
}

const openDatabaseOf = async <S extends ServiceConfigSpec, Resources extends object>({
  definition,
  base: { base },
  parts,
}: Start<S, Resources>): Promise<Database | null> => {
  const { databaseUrl, poolSize = defaultPoolSize } = settingsOf(base.config)
  if (definition.migrations === undefined || databaseUrl === undefined) return null
  const { log, clock, shared, tracer } = base
  const { migrateAtStart } = shared
  const options = { poolSize, clockOffsetMs: clock.offsetMs, log, migrateAtStart, isTraced: tracer !== null }
  const schema = { folder: definition.migrations, appendOnlyTables: definition.appendOnlyTables }
  parts.database = await openSchema(secureDatabaseUrl(databaseUrl, base.shared), schema, options)
  return parts.database
}

const openDepsOf = async <S extends ServiceConfigSpec, Resources extends object>(
  { definition, base: { base }, parts }: Start<S, Resources>,
  database: Database | null,
): Promise<BaseDeps<S> & Resources> => {
  const withDb: BaseDeps<S> = Object.defineProperty({ ...base } as BaseDeps<S>, 'db', {
    enumerable: true,
    get: () => {
      if (database === null) throw new Error(`${definition.name} has no schema: declare migrations in its service.ts`)
      return database
    },
  })
  const deps: BaseDeps<S> & Resources = Object.assign(withDb, (await definition.deps?.(withDb)) ?? ({} as Resources))
  parts.deps = deps
  await refuseDevelopmentData(definition, deps)
  return deps
}

const open = async <S extends ServiceConfigSpec, Resources extends object>(start: Start<S, Resources>) => {
  const { definition, owner, base, parts, isDraining } = start
  const { port, metricsPort, bodyLimitBytes = defaultBodyLimitBytes } = settingsOf(base.base.config)
  const { log, metrics, shared } = base.base
  const faults = shared.faultFlags ? createFaultFlags(start.options.transport, log) : null
  const options = faults ? { ...start.options, transport: faults.transport } : start.options
  const { transport } = options
  const opened = await openDatabaseOf(start)
  const database = opened && faults ? faults.delayTransactions(opened) : opened
  const crashing = database && options.crash ? crashingTransactions(database, options.crash) : null
  const deps = await openDepsOf(start, crashing?.db ?? database)
  const app = await openHttp(definition, options, owner, deps, {
    internal: base.internal,
    database,
    crashing,
    faults,
    bodyLimitBytes,
    isDraining,
  })
  parts.app = app
  const host = options.host ?? shared.host
  const url = await listenOn(app, definition.name, host, port)
  const { revocations } = deps
  parts.revocationFeed = await startRevocationFeed({
    transport,
    owner,
    revocations,
    read: revocationReader(definition, deps),
    log,
  })
  const served = await serveMetrics({
    name: definition.name,
    host,
    port: metricsPort,
    registries: [metrics.registry, ...(options.processMetrics ? [createProcessMetrics()] : [])],
    measure: openMeasurements({
      definition,
      deps,
      db: database,
      transport,
      groups: groupTopics(definition),
      jobKinds: jobsOf(definition).map(({ kind }) => kind),
    }),
    ...(faults ? { handleOther: faults.handle } : {}),
  })
  parts.metrics = served
  const watched = crashing ? { ...definition, schedules: crashing.watch(definition.schedules ?? []) } : definition
  const eventRuntime = await startEventRuntime(watched, deps, database, options, owner)
  parts.eventRuntime = eventRuntime
  return { url, metricsUrl: served.url, app, deps, database, eventRuntime }
}

/** One round of all workers. @returns whether anything was done or is in progress */
const tickAll = async ({ workers }: EventRuntime): Promise<boolean> => {
  let did = false
  for (const worker of workers) did = (await worker.tick()) || did
  return did
}

/** Starts a service; `defineService` calls it. A start that fails closes what it has opened. */
export const startService = async <S extends ServiceConfigSpec, Resources extends object>(
  definition: ServiceDefinition<S, Resources>,
  options: StartOptions,
  owner: string,
): Promise<RunningService> => {
  const agent = new Agent({
    connections: 64,
    keepAliveTimeout: idleConnectionMs,
    keepAliveMaxTimeout: idleConnectionMs,
    connect: { timeout: 1000 },
  })
  const base = createBase(definition, options, owner, agent)
  const { log, shared } = base.base
  const parts: Parts<BaseDeps<S> & Resources> = { agent }
  let draining = false
  const close = () =>
    stopAll(stopSteps(parts, definition.close), (error) =>
      log.warn({ err: error }, 'stop: a part did not close cleanly; the process ends all the same'),
    )
  const start = { definition, options, owner, base, parts, isDraining: () => draining }
  const running = await open(start).catch(async (error: unknown) => {
    await close()
    throw error
  })
  log.info({ url: running.url }, 'ready')
  const tick = () => tickAll(running.eventRuntime)
  let stopping: Promise<void> | null = null
  const stop = async () => {
    draining = true
    parts.app?.drainConnections()
    await delay(shared.shutdownDelayMs)
    await close()
    log.info('stopped')
  }
  return {
    name: definition.name,
    url: running.url,
    metricsUrl: running.metricsUrl,
    routing: (request, response) => running.app.routing(request, response),
    tick,
    waitUntilIdle: () => waitUntilIdle([{ tick }], options.transport),
    seed: async () => definition.seed?.(running.deps),
    stop: () => {
      stopping ??= stop()
      return stopping
    },
    db: running.database,
  }
}
