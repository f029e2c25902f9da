// Declares a service as a value; `start` makes it run, alone or beside others in one process.
import { randomBytes } from 'node:crypto'
import { services } from '@cartwright/contracts'
import { createLogger } from '@cartwright/telemetry'
import { onAccessRevoked } from '../auth/revocation-feed.ts'
import type { ServiceConfigSpec } from '../config.ts'
import { invariantsOf } from '../operations/invariants.ts'
import { declaredMetrics } from '../operations/kit-metrics.ts'
import type { Service, ServiceDefinition } from './definition.ts'
import { groupTopics } from './event-runtime.ts'
import { migrateSchema } from './open-schema.ts'
import { startService } from './start.ts'

/** The caller prints what was applied; the log holds only what an operator has to mend. */
const migrationLogLevel = 'warn'

/** Declares a service. Nothing runs until `start`. */
export const defineService = <S extends ServiceConfigSpec, Resources extends object = object>(
  definition: ServiceDefinition<S, Resources>,
): Service => ({
  name: definition.name,
  prefix: services[definition.name].prefix,
  spec: definition.config,
  endpoints: (definition.routes ?? []).map((route) => route.endpoint),
  consumes: [
    ...new Set(
      [...(definition.consumers ?? []), ...Object.values(definition.projections ?? {}).flat()].map(
        (registration) => registration.event.name,
      ),
    ),
  ],
  listensTo: [...new Set([onAccessRevoked, ...(definition.listeners ?? [])].map(({ event }) => event.name))],
  sagas: (definition.sagas ?? []).map((declared) => declared.table),
  invariants: invariantsOf(definition).map(({ name, sentence }) => ({ name, sentence })),
  groups: groupTopics(definition),
  metrics: declaredMetrics(definition),
  migrate: async (url) =>
    definition.migrations === undefined
      ? []
      : migrateSchema(
          url,
          { folder: definition.migrations, appendOnlyTables: definition.appendOnlyTables },
          createLogger(definition.name, migrationLogLevel),
        ),
  start: (options) => startService(definition, options, `${definition.name}-${randomBytes(6).toString('hex')}`),
})
