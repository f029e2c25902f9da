// Starts Redis from PATH or Debian's package as a local process: loopback only, synced every second, evicting the least used keys.
import { mkdirSync } from 'node:fs'
import { prepareDataDirectory, releaseOnFailure } from './data-directory.ts'
import { canInstall, disableService, installProgram } from './debian.ts'
import { type Engine, EngineError, type StartOptions } from './engine.ts'
import { defaultPorts } from './port.ts'
import { superviseEngine } from './process.ts'
import { findProgram } from './tools.ts'
import { probeRedis } from './wire.ts'

export const findRedis = async (log: (line: string) => void): Promise<string> => {
  const present = findProgram('redis-server')
  if (present) return present
  if (!canInstall())
    throw new EngineError('Redis is missing: install redis-server, or set REDIS_URL (in tests TEST_REDIS_URL) to a running one.')
  const installed = await installProgram('redis-server', ['redis-server'], log)
  await disableService('redis-server')
  return installed
}

interface RedisOptions extends StartOptions {
  /** Further settings, by name. */
  settings?: Readonly<Record<string, string>>
}

/** Starts Redis on its folder. @throws EngineError */
export const startRedis = async (options: RedisOptions): Promise<Engine> => {
  const program = await findRedis(options.log ?? (() => undefined))
  const directory = await prepareDataDirectory('redis', defaultPorts.redis, options)
  return releaseOnFailure(directory, async () => {
    const data = directory.path('data')
    mkdirSync(data, { recursive: true })
    const settings = {
      bind: '127.0.0.1',
      port: String(directory.port),
      dir: data,
      daemonize: 'no',
      save: '',
      appendonly: 'yes',
      appendfsync: 'everysec',
      maxmemory: '128mb',
      'maxmemory-policy': 'allkeys-lru',
      ...options.settings,
    }
    return superviseEngine({
      ...directory,
      title: 'Redis',
      url: `redis://127.0.0.1:${directory.port}`,
      command: { program, args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]) },
      probe: () => probeRedis(directory.port),
    })
  })
}
