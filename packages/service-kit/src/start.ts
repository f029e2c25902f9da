// Starts a service: configuration, schema, dependencies, HTTP, then consumers, relay, jobs, sagas; stops in the opposite order.
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Database, idFactory } from '@cartwright/db'
import type { FastifyInstance } from 'fastify'
import { Agent } from 'undici'
import { accessVerifier, internalAuth } from './auth.ts'
import { type Backbone, groupsOf, startBackbone } from './backbone.ts'
import { serviceClient } from './client.ts'
import { systemClock } from './clock.ts'
import { type ConfigSpec, portTaken, readAllConfig, redacted, sharedSpec } from './config.ts'
import { crashingRequests } from './crash-requests.ts'
import { deadLetterRoutes } from './dead-letter-routes.ts'
import { createHttp } from './http-server.ts'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { serveMetrics } from './metrics-server.ts'
import { openIssueRoutes } from './open-issues.ts'
import { openSchema } from './open-schema.ts'
import { refuseUnfit } from './refuse-unfit.ts'
import { type ReadRevocations, readFromIdentity, startRevocationFeed } from './revocation-feed.ts'
import { createRevocations } from './revocations.ts'
import type { Route } from './route.ts'
import { mount } from './route.ts'
import type { BaseDeps, RunningService, ServiceDefinition, StartOptions } from './service.ts'

const idleLimitMs = 30_000
const usualBodyLimitBytes = 1024 * 1024

const numberOf = (config: Record<string, unknown>, field: string, fallback: number): number => {
  const value = config[field]
  return typeof value === 'number' ? value : fallback
}

const noDatabase = (name: string) => (): never => {
  throw new Error(`${name} has no schema`)
}

const baseDeps = <S extends ConfigSpec, Own extends object>(
  definition: ServiceDefinition<S, Own>,
  options: StartOptions,
  agent: Agent,
) => {
  const { shared, config } = readAllConfig(definition.name, definition.prefix, definition.config, options.env)
  const clock = options.clock ?? systemClock
  const log = createLogger(definition.name, shared.logLevel, options.logFile)
  log.info({ config: { ...redacted(sharedSpec, shared), ...redacted(definition.config, config) } }, 'starting')
  const internal = internalAuth(shared.internalAuthSecret, definition.name, clock)
  const client = (name: string, url: () => string | null) => serviceClient(name, url, internal, agent)
  const revocations = createRevocations(clock)
  const base = {
    config,
    shared,
    clock,
    log,
    metrics: createMetrics(definition.name),
    newId: idFactory(() => clock.now().getTime()),
    ...(options.crash ? { crash: options.crash } : {}),
    verifyAccess: accessVerifier(shared, clock, revocations),
    revocations,
    services: {
      identity: client('identity', () => shared.identityUrl),
      catalog: client('catalog', () => shared.catalogUrl),
      cart: client('cart', () => shared.cartUrl),
      order: client('order', () => shared.orderUrl),
      payment: client('payment', () => shared.paymentUrl),
      notification: client('notification', () => shared.notificationUrl),
    },
  }
  return { base, internal }
}

/** Listens; a port that is taken becomes one clear line. */
const listenOn = async (app: FastifyInstance, name: string, host: string, port: number): Promise<string> => {
  await app.listen({ host, port }).catch((error: unknown) => {
    throw portTaken(error, name, host, port)
  })
  const address = app.server.address() as AddressInfo
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${address.port}`
}

/** Stops the parts of a service one after the other; a part that fails to stop does not keep the others open. */
const stopAll = async (steps: readonly (() => unknown)[], warn: (error: unknown) => void): Promise<void> => {
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      warn(error)
    }
  }
}

/** What a service has opened so far. */
interface Parts<Deps> {
  agent?: Agent
  database?: Database
  deps?: Deps
  app?: FastifyInstance
  metrics?: { url: string; stop(): Promise<void> }
  revocationFeed?: { stop(): Promise<void> }
  backbone?: Backbone
}

/** Not ready → stop consuming → finish HTTP → let the workers finish, the relay last → close. */
const stopSteps = <Deps>(
  { agent, database, deps, app, metrics, revocationFeed, backbone }: Parts<Deps>,
  closeOwn: ((deps: Deps) => Promise<void>) | undefined,
) => [
  () => backbone?.stopConsuming(),
  () => app?.close(),
  () => revocationFeed?.stop(),
  ...(backbone?.workers ?? []).map((worker) => () => worker.stop()),
  () => metrics?.stop(),
  () => (deps === undefined ? undefined : closeOwn?.(deps)),
  () => agent?.close(),
  () => database?.close(),
]

const routesOf = <S extends ConfigSpec, Own extends object>(
  definition: ServiceDefinition<S, Own>,
  options: StartOptions,
  owner: string,
): Route<BaseDeps<S> & Own>[] => {
  const own = [...(definition.routes ?? [])]
  if (definition.migrations === undefined) return own
  const { name, parksBehindDeadLetters: parks = false, issues = [] } = definition
  return [
    ...own,
    ...deadLetterRoutes<BaseDeps<S> & Own>({ name, groups: groupsOf(definition), transport: options.transport, owner, parks }),
    ...openIssueRoutes<BaseDeps<S> & Own>(issues),
  ]
}

/** Where this service reads what was revoked: its own tables, or identity. Null where identity's address is not known. */
const revocationReader = <S extends ConfigSpec, Own extends object>(
  { revocationList }: ServiceDefinition<S, Own>,
  deps: BaseDeps<S> & Own,
): ReadRevocations | null => {
  if (revocationList) return (since, after) => revocationList(deps, since, after)
  return deps.shared.identityUrl === null ? null : readFromIdentity(deps.services.identity)
}

/** Ready means: not draining, and the service's own database answers. Kafka is not asked: events wait, shoppers do not. */
const readiness = (database: Database | null, isDraining: () => boolean) => async (): Promise<string | null> => {
  if (isDraining()) return 'draining'
  try {
    await database?.ping()
    return null
  } catch {
    return 'the database does not answer'
  }
}

const open = async <S extends ConfigSpec, Own extends object>(
  definition: ServiceDefinition<S, Own>,
  options: StartOptions,
  owner: string,
  base: ReturnType<typeof baseDeps<S, Own>>,
  parts: Parts<BaseDeps<S> & Own>,
  isDraining: () => boolean,
) => {
  const { log, metrics, shared, clock, verifyAccess } = base.base
  const config: Record<string, unknown> = base.base.config
  const number = (field: string, fallback: number) => numberOf(config, field, fallback)
  if (definition.migrations !== undefined) {
    parts.database = await openSchema(String(config.databaseUrl), definition.migrations, {
      poolSize: number('poolSize', 10),
      clockOffsetMs: clock.offsetMs,
      log,
    })
  }
  const database = parts.database ?? null
  const crashing = database && options.crash ? crashingRequests(database, options.crash) : null
  const ofRequests = crashing?.db ?? database
  const withDb: BaseDeps<S> = Object.defineProperty({ ...base.base } as BaseDeps<S>, 'db', {
    enumerable: true,
    get: () => ofRequests ?? noDatabase(definition.name)(),
  })
  const own = (await definition.deps?.(withDb)) ?? ({} as Own)
  const deps: BaseDeps<S> & Own = Object.assign(withDb, own)
  parts.deps = deps
  await refuseUnfit(definition, deps)
  const routes = routesOf(definition, options, owner)
  const app = createHttp({
    log,
    metrics,
    ready: readiness(database, isDraining),
    isDraining,
    bodyLimitBytes: number('bodyLimitBytes', usualBodyLimitBytes),
    uploadTimeoutMs: shared.uploadTimeoutMs,
    ...(definition.answerHeaders ? { answerHeaders: definition.answerHeaders(deps) } : {}),
  })
  parts.app = app
  const context = {
    db: ofRequests,
    verify: verifyAccess,
    internal: base.internal,
    security: { log, metrics },
    ...(crashing ? { during: crashing.during } : {}),
  }
  for (const declared of routes) mount(app, declared, deps, context)
  await definition.http?.(app, deps)
  const host = options.host ?? shared.host
  const url = await listenOn(app, definition.name, host, number('port', 0))
  const feed = {
    transport: options.transport,
    owner,
    revocations: deps.revocations,
    read: revocationReader(definition, deps),
    log,
  }
  parts.revocationFeed = await startRevocationFeed(feed)
  const served = await serveMetrics(metrics, { name: definition.name, host, port: number('metricsPort', 0), database, log })
  parts.metrics = served
  const backbone = await startBackbone(definition, deps, database, options, owner)
  parts.backbone = backbone
  return { url, metricsUrl: served.url, app, deps, database, backbone }
}

/** Starts a service; `defineService` calls it. What was opened before a failure is closed again. */
export const startService = async <S extends ConfigSpec, Own extends object>(
  definition: ServiceDefinition<S, Own>,
  options: StartOptions,
  owner: string,
): Promise<RunningService> => {
  const agent = new Agent({ connections: 64, keepAliveTimeout: 30_000, connect: { timeout: 1000 } })
  const base = baseDeps(definition, options, agent)
  const { log, shared } = base.base
  const parts: Parts<BaseDeps<S> & Own> = { agent }
  let draining = false
  const close = () =>
    stopAll(stopSteps(parts, definition.close), (error) => log.warn({ err: error }, 'a part did not stop cleanly'))
  const running = await open(definition, options, owner, base, parts, () => draining).catch(async (error: unknown) => {
    await close()
    throw error
  })
  log.info({ url: running.url }, 'ready')

  const tick = async () => {
    let did = false
    for (const worker of running.backbone.workers) did = (await worker.tick()) || did
    return did
  }
  let stopping: Promise<void> | null = null
  const stop = async () => {
    draining = true
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
    idle: () => idle([{ tick }], options.transport),
    seed: async () => definition.seed?.(running.deps),
    stop: () => {
      stopping ??= stop()
      return stopping
    },
    db: running.database,
  }
}

/** Ticks until nothing is due in any of the services and the transport is quiet. @throws Error after 30 s */
export const idle = async (services: readonly { tick(): Promise<boolean> }[], transport: { busy(): boolean }): Promise<void> => {
  const until = performance.now() + idleLimitMs
  let quiet = 0
  while (quiet < 2) {
    const did = await Promise.all(services.map((service) => service.tick()))
    quiet = did.some(Boolean) || transport.busy() ? 0 : quiet + 1
    if (performance.now() > until) throw new Error('the services do not come to rest: something is retried without end')
    await delay(quiet === 0 ? 2 : 0)
  }
}
