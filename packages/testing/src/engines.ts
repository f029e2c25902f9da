// Engines for tests: the ones named by TEST_* variables, else local processes from infra/native.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Engine, isAlive, startElasticsearch, startKafka, startMysql, startRedis } from '@cartwright/native'

export type TestEngine = 'mysql' | 'realMysql' | 'redis' | 'kafka' | 'elasticsearch'

/** The variable that names an engine which runs already. */
export const testEngineVariables = {
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

/** A busy machine may spoil a start: tried again on a new folder before a whole run is given up. */
const startPatiently = async (name: TestEngine, dataDir: string, log: (line: string) => void): Promise<Engine> => {
  for (let triesLeft = 2; ; triesLeft--) {
    mkdirSync(dataDir, { recursive: true })
    try {
      return await startOne(name, dataDir, log)
    } catch (error) {
      if (triesLeft === 0) throw error
      log(`${name} is tried again: ${error instanceof Error ? error.message : String(error)}`)
      rmSync(dataDir, { recursive: true, force: true })
    }
  }
}

/** Data folders end in the pid of the run that owns them; those of runs that were killed are removed by the next. */
const removeAbandoned = (): void => {
  for (const name of readdirSync(dataRoot)) {
    const pid = Number(/-(\d+)$/.exec(name)?.[1])
    if (pid && !isAlive(pid)) rmSync(join(dataRoot, name), { recursive: true, force: true })
  }
}

/**
 * Makes the engines available and sets their variables for child processes. An engine that cannot be had is reported with its
 * reason; with CI=true that is an error, and so is a missing database always.
 * @returns a function that stops what was started
 */
export const provideEngines = async (
  names: readonly TestEngine[],
  log: (line: string) => void = () => undefined,
): Promise<() => Promise<void>> => {
  const started: { engine: Engine; dataDir: string }[] = []
  const stop = async () => {
    await Promise.all(started.map(({ engine }) => engine.stop()))
    for (const { dataDir } of started) rmSync(dataDir, { recursive: true, force: true })
  }
  const provide = async (name: TestEngine) => {
    const dataDir = join(dataRoot, `${name}-${process.pid}`)
    try {
      const engine = await startPatiently(name, dataDir, log)
      started.push({ engine, dataDir })
      process.env[testEngineVariables[name]] = engine.url
      log(`${engine.kind} ${engine.version} is ready at port ${engine.port}`)
    } catch (error) {
      if (name === 'mysql' || process.env.CI === 'true') throw error
      log(`without ${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  mkdirSync(dataRoot, { recursive: true })
  removeAbandoned()
  const outcomes = await Promise.allSettled(names.filter((name) => !process.env[testEngineVariables[name]]).map(provide))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  return stop
}
