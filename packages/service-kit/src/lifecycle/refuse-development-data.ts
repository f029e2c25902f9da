// Check of a service's data before it listens: development data refuses to start in production.
import { ConfigError, type ServiceConfigSpec } from '../config.ts'
import type { BaseDeps, ServiceDefinition } from './definition.ts'

/** @throws ConfigError in production, naming all development data that was found */
export const refuseDevelopmentData = async <S extends ServiceConfigSpec, Resources extends object>(
  definition: ServiceDefinition<S, Resources>,
  deps: BaseDeps<S> & Resources,
): Promise<void> => {
  if (deps.shared.environment !== 'production') return
  const problems = (await definition.findDevelopmentData?.(deps)) ?? []
  if (problems.length > 0) throw new ConfigError(definition.name, problems)
}
