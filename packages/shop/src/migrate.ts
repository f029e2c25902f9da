// Applies the migrations of every schema and ends: the one-shot job before a rollout, so that the services need no right to change tables.
import { schemaOwners, services } from '@cartwright/contracts'
import { ConfigError, databaseTlsSpec, type Environment, program, readConfig, secureDatabaseUrl } from '@cartwright/service-kit'
import { allServices } from './start-shop.ts'

/** Address of each schema. @throws ConfigError naming every one that is missing */
const schemaUrls = (env: Environment): Map<string, string> => {
  const missing = schemaOwners.filter((name) => !env[services[name].databaseUrl])
  if (missing.length > 0)
    throw new ConfigError(
      'the migration',
      missing.map((name) => `${services[name].databaseUrl} is missing (mysql://user:password@host:port/schema)`),
    )
  const tls = readConfig('the migration', '\0', databaseTlsSpec, env)
  return new Map(schemaOwners.map((name) => [name, secureDatabaseUrl(env[services[name].databaseUrl] ?? '', tls)]))
}

await program(async ({ env, print }) => {
  const urls = schemaUrls(env)
  for (const service of allServices) {
    const url = urls.get(service.name)
    if (url === undefined) continue
    const applied = await service.migrate(url)
    print(`${service.name.padEnd(12)} ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}`)
  }
})
