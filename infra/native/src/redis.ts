// Redis, from PATH or Debian's package: loopback only, every second on disk, old keys make room for new ones.
import { mkdirSync } from 'node:fs'
import { canInstall, disableService, installProgram } from './debian.ts'
import { type Engine, EngineError, type StartOptions } from './engine.ts'
import { orRelease, preparePlace } from './place.ts'
import { usualPorts } from './port.ts'
import { superviseEngine } from './process.ts'
import { findProgram } from './tools.ts'
import { askRedis } from './wire.ts'

export const findRedis = async (log: (line: string) => void): Promise<string> => {
  const present = findProgram('redis-server')
  if (present) return present
  if (!canInstall())
    throw new EngineError('Redis is missing: install redis-server, or set REDIS_URL (in tests TEST_REDIS_URL) to a running one.')
  const installed = await installProgram('redis-server', ['redis-server'], log)
  await disableService('redis-server')
  return installed
}

/** Starts Redis on its folder. @throws EngineError */
export const startRedis = async (options: StartOptions): Promise<Engine> => {
  const program = await findRedis(options.log ?? (() => undefined))
  const place = await preparePlace('redis', usualPorts.redis, options)
  return orRelease(place, async () => {
    const data = place.path('data')
    mkdirSync(data, { recursive: true })
    const settings = {
      bind: '127.0.0.1',
      port: String(place.port),
      dir: data,
      daemonize: 'no',
      save: '',
      appendonly: 'yes',
      appendfsync: 'everysec',
      maxmemory: '128mb',
      'maxmemory-policy': 'allkeys-lru',
    }
    return superviseEngine({
      ...place,
      title: 'Redis',
      url: `redis://127.0.0.1:${place.port}`,
      command: { program, args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]) },
      probe: () => askRedis(place.port),
    })
  })
}
