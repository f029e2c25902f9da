// Creates what the kit gives every handler of a service: configuration, clock, logger, metrics, ids and clients of other services.
import { mapNames, services, upstreamNames } from '@cartwright/contracts'
import { idFactory } from '@cartwright/db'
import { createLogger } from '@cartwright/telemetry'
import type { Agent } from 'undici'
import { accessVerifier } from '../auth/access-tokens.ts'
import { internalAuth } from '../auth/internal-auth.ts'
import { createRevocations } from '../auth/revocations.ts'
import { readAllConfig, redacted, type ServiceConfigSpec, sharedSpec } from '../config.ts'
import { serviceClient } from '../http/client.ts'
import { createServiceMetrics } from '../operations/kit-metrics.ts'
import { systemClock } from './clock.ts'
import type { ServiceDefinition, StartOptions } from './definition.ts'

/** The database is added when the schema is open. @throws ConfigError */
export const createBase = <S extends ServiceConfigSpec, Resources extends object>(
  definition: ServiceDefinition<S, Resources>,
  options: StartOptions,
  owner: string,
  agent: Agent,
) => {
  const { shared, config } = readAllConfig(definition.name, services[definition.name].prefix, definition.config, options.env)
  const clock = options.clock ?? systemClock
  const log = createLogger(definition.name, shared.logLevel, options.logFile)
  log.info({ config: { ...redacted(sharedSpec, shared), ...redacted(definition.config, config) } }, 'starting')
  const internal = internalAuth(shared.internalAuthSecret, definition.name, clock)
  const revocations = createRevocations(clock)
  const base = {
    config,
    shared,
    clock,
    log,
    metrics: createServiceMetrics(definition.name),
    tracer: options.tracing?.tracerOf({ name: definition.name, instance: owner, environment: shared.environment }, log) ?? null,
    newId: idFactory(() => clock.now().getTime()),
    ...(options.crash ? { crash: options.crash } : {}),
    verifyAccess: accessVerifier(shared, clock, revocations),
    revocations,
    services: mapNames(upstreamNames, (name) => serviceClient(name, () => shared[`${name}Url`], internal, agent)),
  }
  return { base, internal }
}
