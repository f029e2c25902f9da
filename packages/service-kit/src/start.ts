// Starts a service: configuration, schema, dependencies, HTTP, then consumers, relay, jobs, sagas; stops in the opposite order.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { topics } from '@cartwright/contracts'
import { type Database, idFactory, isTransient, migrate, openDatabase } from '@cartwright/db'
import {
  messagingMigrations,
  type RunningSubscription,
  startConsumer,
  startJobs,
  startListeners,
  startPeriodics,
  startRelay,
  type Worker,
} from '@cartwright/messaging'
import type { FastifyInstance } from 'fastify'
import { Agent } from 'undici'
import { accessVerifier, internalAuth } from './auth.ts'
import { serviceClient } from './client.ts'
import { systemClock } from './clock.ts'
import { type ConfigSpec, readConfig, redacted, sharedSpec } from './config.ts'
import { createHttp } from './http-server.ts'
import { createLogger } from './logger.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { mount } from './route.ts'
import type { BaseDeps, RunningService, ServiceDefinition, StartOptions } from './service.ts'

const kitMigrations = { folder: fileURLToPath(new URL('../migrations', import.meta.url)), table: '_kit_migrations' } as const
const idleLimitMs = 30_000

const numberOf = (config: Record<string, unknown>, field: string, fallback: number): number => {
  const value = config[field]
  return typeof value === 'number' ? value : fallback
}

/** Waits for a database that is not up yet: services start in any order. */
const openSchema = async (url: string, folder: string, options: { poolSize: number; clockOffsetMs: () => number; warn: (error: unknown) => void }): Promise<Database> => {
  for (let tries = 1; ; tries++) {
    try {
      await migrate(url, [messagingMigrations, kitMigrations, { folder, table: '_prisma_migrations' }])
      return await openDatabase({ url, poolSize: options.poolSize, clockOffsetMs: options.clockOffsetMs })
    } catch (error) {
      if (!isTransient(error) || tries >= 120) throw error
      options.warn(error)
      await delay(500)
    }
  }
}

const noDatabase = (name: string) => (): never => {
  throw new Error(`${name} has no schema`)
}

const baseDeps = <S extends ConfigSpec, Own extends object>(definition: ServiceDefinition<S, Own>, options: StartOptions, agent: Agent) => {
  const shared = readConfig(definition.name, '\0', sharedSpec, options.env)
  const config = readConfig(definition.name, definition.prefix, definition.config, options.env)
  const clock = options.clock ?? systemClock
  const log = createLogger(definition.name, shared.logLevel, options.logFile)
  log.info({ config: { ...redacted(sharedSpec, shared), ...redacted(definition.config, config) } }, 'starting')
  const internal = internalAuth(shared.internalAuthSecret, definition.name, clock)
  const client = (name: string, url: () => string | null) => serviceClient(name, url, internal, agent)
  const base = {
    config,
    shared,
    clock,
    log,
    metrics: createMetrics(definition.name),
    newId: idFactory(() => clock.now().getTime()),
    verifyAccess: accessVerifier(shared, clock),
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

const listenOn = async (app: FastifyInstance, host: string, port: number): Promise<string> => {
  await app.listen({ host, port })
  const address = app.server.address() as AddressInfo
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${address.port}`
}

const serveMetrics = async (metrics: Metrics, host: string, port: number, refresh: () => Promise<void>): Promise<{ server: Server; url: string }> => {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    refresh()
      .then(() => metrics.registry.metrics())
      .then(
        (text) => response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text),
        () => response.writeHead(503).end(),
      )
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  return { server, url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${(server.address() as AddressInfo).port}/metrics` }
}

const refreshBackbone = async (db: Database | null, metrics: Metrics): Promise<void> => {
  if (db === null) return
  const outbox = await db.one<{ pending: number; age: number | null }>`SELECT COUNT(*) AS pending,
    TIMESTAMPDIFF(SECOND, MIN(available_at), UTC_TIMESTAMP(6)) AS age FROM outbox_event WHERE published_at IS NULL`
  metrics.outboxPending.set(outbox?.pending ?? 0)
  metrics.outboxAge.set(outbox?.age ?? 0)
  const dead = await db.one<{ open: number }>`SELECT COUNT(*) AS open FROM dead_letter WHERE resolved_at IS NULL`
  metrics.deadLetters.set(dead?.open ?? 0)
}

interface Backbone {
  subscriptions: RunningSubscription[]
  workers: Worker[]
}

const startBackbone = async <S extends ConfigSpec, Own extends object>(
  definition: ServiceDefinition<S, Own>,
  deps: BaseDeps<S> & Own,
  database: Database | null,
  options: StartOptions,
  owner: string,
): Promise<Backbone> => {
  const { transport } = options
  const { log, metrics } = deps
  const subscriptions: RunningSubscription[] = []
  const workers: Worker[] = []
  if (definition.listeners?.length) subscriptions.push(await startListeners(transport, owner, definition.listeners, deps, log))
  if (database === null) return { subscriptions, workers }
  const observe = (type: string, outcome: string, ms: number) => metrics.events.observe({ type, outcome }, ms / 1000)
  const groups = { ...(definition.consumers?.length ? { [definition.name]: definition.consumers } : {}), ...definition.projections }
  await transport.ensureTopics([...topics, ...topics.map((topic) => `${topic}.dlq`)])
  for (const [group, handlers] of Object.entries(groups)) {
    subscriptions.push(await startConsumer({ db: database, transport, group, handlers, deps, log, observe }))
  }
  workers.push(startJobs({
    db: database, jobs: definition.jobs ?? [], deps, owner, log, observe: (kind, outcome, ms) => metrics.jobs.observe({ kind, outcome }, ms / 1000),
  }))
  workers.push(...(definition.sagas ?? []).map((declared) => declared.startTimer(database, deps, log)))
  workers.push(startPeriodics({ db: database, tasks: definition.periodics ?? [], deps, owner, log }))
  workers.push(startRelay({
    db: database, transport, owner, log, ...(options.alone ? { alone: true } : {}), observe: (ms) => metrics.relay.observe(ms / 1000),
  }))
  return { subscriptions, workers }
}

/** Stops the parts of a service one after the other; a part that fails to stop does not keep the others open. */
const stopAll = async (steps: readonly (() => Promise<unknown>)[], warn: (error: unknown) => void): Promise<void> => {
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      warn(error)
    }
  }
}

/** Starts a service; `defineService` calls it. */
export const startService = async <S extends ConfigSpec, Own extends object>(
  definition: ServiceDefinition<S, Own>,
  options: StartOptions,
  owner: string,
): Promise<RunningService> => {
  const agent = new Agent({ connections: 64, keepAliveTimeout: 30_000, connect: { timeout: 1000 } })
  const { base, internal } = baseDeps(definition, options, agent)
  const config: Record<string, unknown> = base.config
  const { log, metrics, shared, clock } = base
  const database = definition.migrations === undefined ? null
    : await openSchema(String(config.databaseUrl), definition.migrations, {
        poolSize: numberOf(config, 'poolSize', 10), clockOffsetMs: clock.offsetMs, warn: (error) => log.warn({ err: error }, 'waiting for the database'),
      })
  const withDb: BaseDeps<S> = Object.defineProperty({ ...base } as BaseDeps<S>, 'db', { enumerable: true, get: () => database ?? noDatabase(definition.name)() })
  const own = (await definition.deps?.(withDb)) ?? ({} as Own)
  const deps: BaseDeps<S> & Own = Object.assign(withDb, own)

  let draining = false
  const ready = async () => {
    if (draining) return 'draining'
    try {
      await database?.ping()
      return null
    } catch {
      return 'the database does not answer'
    }
  }
  const routes = definition.routes ?? []
  const app = createHttp({ log, metrics, ready, routes: [...routes.map(({ endpoint }) => endpoint), ...(definition.mounts ?? [])] })
  for (const declared of routes) mount(app, declared, deps, { db: database, verify: base.verifyAccess, internal })
  await definition.http?.(app, deps)
  const host = options.host ?? shared.host
  const url = await listenOn(app, host, numberOf(config, 'port', 0))
  const metricsServer = await serveMetrics(metrics, host, numberOf(config, 'metricsPort', 0), () => refreshBackbone(database, metrics))
  const backbone = await startBackbone(definition, deps, database, options, owner)
  log.info({ url }, 'ready')

  const tick = async () => {
    let did = false
    for (const worker of backbone.workers) did = (await worker.tick()) || did
    return did
  }
  const stop = async () => {
    if (draining) return
    draining = true
    await delay(shared.shutdownDelayMs)
    await stopAll(
      [
        ...backbone.subscriptions.map((subscription) => () => subscription.stop()),
        () => app.close(),
        ...backbone.workers.map((worker) => () => worker.stop()),
        () => new Promise((resolve) => metricsServer.server.close(resolve)),
        async () => definition.close?.(deps),
        () => agent.close(),
        async () => database?.close(),
      ],
      (error) => log.warn({ err: error }, 'a part did not stop cleanly'),
    )
    log.info('stopped')
  }
  return {
    name: definition.name,
    url,
    metricsUrl: metricsServer.url,
    routing: (request, response) => app.routing(request, response),
    tick,
    idle: () => idle([{ tick }], options.transport),
    seed: async () => definition.seed?.(deps),
    stop,
    db: database,
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
