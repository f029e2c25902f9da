// Distributed mode: starts the engines that the configuration does not name, then one process per service.
import { serviceNames } from '@cartwright/contracts'
import { startElasticsearch, startKafka, startRedis } from '@cartwright/native'
import type { ProgramContext } from '@cartwright/service-kit'
import { openLogKeeper } from './logs/open-log-keeper.ts'
import type { Observers } from './observers.ts'
import { step } from './progress.ts'
import type { Runtime } from './runtime.ts'
import { startServiceProcesses } from './service-processes.ts'
import { runningFile, type ShopAddresses } from './startup-banner.ts'

type Engines = Required<Pick<ShopAddresses, 'kafka' | 'redis' | 'elasticsearch'>>

/** Starts the engines that the configuration does not name, concurrently. */
export const openEngines = async (
  { config, data }: Runtime,
  { print }: Pick<ProgramContext, 'print'>,
  stack: AsyncDisposableStack,
): Promise<Engines> => {
  const log = (line: string) => print(`    ${line}`)
  const open = async (title: string, given: string | null, start: () => ReturnType<typeof startKafka>): Promise<string> => {
    if (given !== null) return given
    const engine = await step(
      print,
      `starting ${title}`,
      start,
      (ready) => `${ready.kind} ${ready.version} on port ${ready.port}`,
    )
    stack.defer(() => engine.stop())
    return engine.url
  }
  const [kafka, redis, elasticsearch] = await Promise.all([
    open('Kafka', config.kafkaBrokers, () => startKafka({ dataDir: data.path('kafka'), log })),
    open('Redis', config.redisUrl, () => startRedis({ dataDir: data.path('redis'), log })),
    open('Elasticsearch', config.elasticsearchUrl, () => startElasticsearch({ dataDir: data.path('elasticsearch'), log })),
  ])
  return { kafka, redis, elasticsearch }
}

/** Starts every service as a supervised process and rewrites `running.json` after every restart. */
export const startServices = async (
  runtime: Runtime,
  engines: Engines,
  { print }: Pick<ProgramContext, 'print'>,
  stack: AsyncDisposableStack,
  observers?: Pick<Observers, 'variables' | 'addresses'>,
): Promise<ShopAddresses> => {
  openLogKeeper(runtime, serviceNames, { print }, stack)
  const env = runtime.environment({
    kafkaBrokers: engines.kafka,
    redisUrl: engines.redis,
    elasticsearchUrl: engines.elasticsearch,
  })
  const processes = await step(
    print,
    'starting the services',
    () =>
      startServiceProcesses({
        env: { ...env, ...observers?.variables },
        logDir: runtime.data.path('logs'),
        onChange: (services) => runtime.data.writeRunning(runningFile(runtime, { ...addresses, services })),
        onDeath: (dead, how, againMs) => print(`  ! ${dead} ended (${how}); it is started again in ${againMs / 1000} s`),
      }),
    () => `${serviceNames.length} services`,
  )
  stack.defer(() => processes.stop())
  const { places, moved } = processes
  const addresses: ShopAddresses = { mode: 'distributed', services: places, moved, ...engines, ...observers?.addresses }
  runtime.data.writeRunning(runningFile(runtime, addresses))
  return addresses
}
