// Engines for tests: the ones named by TEST_* variables, else local processes from infra/native.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Engine, startElasticsearch, startKafka, startMysql, startRedis } from '@cartwright/native'

export type TestEngine = 'mysql' | 'realMysql' | 'redis' | 'kafka' | 'elasticsearch'

const variables = {
  mysql: 'TEST_MYSQL_URL',
  realMysql: 'TEST_MYSQL97_URL',
  redis: 'TEST_REDIS_URL',
  kafka: 'TEST_KAFKA_BROKERS',
  elasticsearch: 'TEST_ELASTICSEARCH_URL',
} as const satisfies Record<TestEngine, string>

/** Where the engines of test runs keep their data. */
const dataRoot = fileURLToPath(new URL('../../../.data/test', import.meta.url))

const startOne = (name: TestEngine, dataDir: string, log: (line: string) => void): Promise<Engine> => {
  if (name === 'mysql') return startMysql({ dataDir, durable: false, log })
  if (name === 'realMysql') return startMysql({ dataDir, engine: 'mysql', durable: false, log })
  if (name === 'redis') return startRedis({ dataDir, log })
  return name === 'kafka' ? startKafka({ dataDir, log }) : startElasticsearch({ dataDir, log })
}

/**
 * Makes the engines available and sets their variables for child processes. An engine that cannot be had is reported with its
 * reason; with CI=true that is an error.
 * @returns a function that stops what was started
 */
export const provideEngines = async (names: readonly TestEngine[], log: (line: string) => void = () => undefined): Promise<() => Promise<void>> => {
  const started: Engine[] = []
  const stop = async () => {
    await Promise.all(started.map((engine) => engine.stop()))
  }
  try {
    await Promise.all(
      names
        .filter((name) => !process.env[variables[name]])
        .map(async (name) => {
          const dataDir = join(dataRoot, `${name}-${process.pid}`)
          mkdirSync(dataDir, { recursive: true })
          const engine = await startOne(name, dataDir, log)
          started.push(engine)
          process.env[variables[name]] = engine.url
          log(`${engine.kind} is ready at port ${engine.port}`)
        }),
    )
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}
