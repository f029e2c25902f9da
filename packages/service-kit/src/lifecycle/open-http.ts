// Builds the HTTP server of a service: its routes, and the kit's routes for dead letters and open issues.
import type { Database } from '@cartwright/db'
import type { FastifyInstance } from 'fastify'
import type { InternalAuth } from '../auth/internal-auth.ts'
import type { ServiceConfigSpec } from '../config.ts'
import { createHttp } from '../http/http-server.ts'
import { mount } from '../http/mount.ts'
import type { Route } from '../http/route.ts'
import { deadLetterRoutes } from '../operations/dead-letter-routes.ts'
import type { FaultFlags } from '../operations/fault-flags.ts'
import { openIssueRoute } from '../operations/open-issues.ts'
import type { CrashingTransactions } from './crashing-transactions.ts'
import type { BaseDeps, ServiceDefinition, StartOptions } from './definition.ts'
import { groupsOf } from './event-runtime.ts'

interface HttpParts {
  internal: InternalAuth
  /** Null for a service without a schema. */
  database: Database | null
  /** Wraps the database in fault tests. */
  crashing: CrashingTransactions | null
  /** Makes requests fail in development. */
  faults: FaultFlags | null
  bodyLimitBytes: number
  isDraining: () => boolean
}

const routesOf = <S extends ServiceConfigSpec, Resources extends object>(
  definition: ServiceDefinition<S, Resources>,
  options: StartOptions,
  owner: string,
): Route<BaseDeps<S> & Resources>[] => {
  const { name, routes = [], blockAggregateOnDeadLetter = false, issues = [] } = definition
  if (definition.migrations === undefined) return [...routes]
  return [
    ...routes,
    ...deadLetterRoutes<BaseDeps<S> & Resources>({
      name,
      groups: groupsOf(definition),
      transport: options.transport,
      owner,
      blockAggregateOnDeadLetter,
    }),
    openIssueRoute<BaseDeps<S> & Resources>(issues),
  ]
}

/** Null when the service is ready: it is not draining and its database answers. Kafka is not asked, since events wait in the outbox. */
const readiness = (database: Database | null, isDraining: () => boolean) => async (): Promise<string | null> => {
  if (isDraining()) return 'draining'
  try {
    await database?.ping()
    return null
  } catch {
    return 'the database does not answer'
  }
}

/** Nothing listens yet. */
export const openHttp = async <S extends ServiceConfigSpec, Resources extends object>(
  definition: ServiceDefinition<S, Resources>,
  options: StartOptions,
  owner: string,
  deps: BaseDeps<S> & Resources,
  { internal, database, crashing, faults, bodyLimitBytes, isDraining }: HttpParts,
): Promise<FastifyInstance> => {
  const { log, metrics, tracer, shared, verifyAccess } = deps
  const app = createHttp({
    log,
    metrics,
    tracer,
    ready: readiness(database, isDraining),
    bodyLimitBytes,
    uploadTimeoutMs: shared.uploadTimeoutMs,
    problems: { publicUrl: shared.publicUrl, locale: shared.locale },
    ...(definition.responseHeaders ? { responseHeaders: definition.responseHeaders(deps) } : {}),
  })
  faults?.failRequests(app)
  const context = {
    db: crashing?.db ?? database,
    verify: verifyAccess,
    internal,
    security: { log, metrics },
    ...(crashing ? { during: crashing.during } : {}),
  }
  for (const declared of routesOf(definition, options, owner)) mount(app, declared, deps, context)
  await definition.http?.(app, deps)
  app.addHook('preClose', async () => definition.drain?.(deps))
  return app
}
