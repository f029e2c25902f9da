// Check of a service's data before it listens in production: what belongs to development refuses to start.
import { ConfigError, type ConfigSpec } from './config.ts'
import type { BaseDeps, ServiceDefinition } from './service.ts'

/** @throws ConfigError in production, naming everything that is unfit for it */
export const refuseUnfit = async <S extends ConfigSpec, Own extends object>(
  definition: ServiceDefinition<S, Own>,
  deps: BaseDeps<S> & Own,
): Promise<void> => {
  if (deps.shared.environment !== 'production') return
  const problems = (await definition.unfitForProduction?.(deps)) ?? []
  if (problems.length > 0) throw new ConfigError(definition.name, problems)
}
