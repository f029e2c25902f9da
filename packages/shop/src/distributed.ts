// Distributed mode: the engines that the configuration does not name, then seven processes.
import { startElasticsearch, startKafka, startRedis } from '@cartwright/native'
import type { ProgramContext } from '@cartwright/service-kit'
import { type Places, runningFile } from './announce.ts'
import type { House } from './house.ts'
import { step } from './progress.ts'
import { startServiceProcesses } from './service-processes.ts'

type Engines = Required<Pick<Places, 'kafka' | 'redis' | 'elasticsearch'>>

/** Starts the engines that the configuration does not name, side by side. */
export const openEngines = async (
  { config, data }: House,
  { say }: Pick<ProgramContext, 'say'>,
  stack: AsyncDisposableStack,
): Promise<Engines> => {
  const log = (line: string) => say(`    ${line}`)
  const open = async (title: string, given: string | null, start: () => ReturnType<typeof startKafka>): Promise<string> => {
    if (given !== null) return given
    const engine = await step(say, `starting ${title}`, start, (ready) => `${ready.kind} ${ready.version} on port ${ready.port}`)
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

/** Starts the seven services and keeps them running; `running.json` follows every restart. */
export const startServices = async (
  house: House,
  engines: Engines,
  { say }: Pick<ProgramContext, 'say'>,
  stack: AsyncDisposableStack,
): Promise<Places> => {
  const write = (services: Places['services']) =>
    house.data.writeRunning(runningFile(house, { mode: 'distributed', services, ...engines }))
  const env = house.environment({ kafkaBrokers: engines.kafka, redisUrl: engines.redis, elasticsearchUrl: engines.elasticsearch })
  const processes = await step(
    say,
    'starting the services',
    () =>
      startServiceProcesses({
        env,
        gatewayPort: house.gatewayPort,
        logDir: house.data.path('logs'),
        onChange: write,
        onDeath: (dead, how, againMs) => say(`  ! ${dead} ended (${how}); it is started again in ${againMs / 1000} s`),
      }),
    () => 'seven services',
  )
  stack.defer(() => processes.stop())
  write(processes.places)
  return { mode: 'distributed', services: processes.places, ...engines }
}
