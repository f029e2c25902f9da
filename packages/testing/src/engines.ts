// Engines for tests: those that `TEST_*` variables name, else containers, else local processes from infra/native.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Engine, isAlive, startElasticsearch, startKafka, startMysql, startRedis } from '@cartwright/native'
import { findDockerEngine, startInContainer, type TestEngine } from './container-engines.ts'

export type { TestEngine }

/** Variable that holds the address of a running engine. */
export const testEngineVariables = {
  mysql: 'TEST_MYSQL_URL',
  realMysql: 'TEST_MYSQL97_URL',
  redis: 'TEST_REDIS_URL',
  kafka: 'TEST_KAFKA_BROKERS',
  elasticsearch: 'TEST_ELASTICSEARCH_URL',
} as const satisfies Record<TestEngine, string>

/** Parent of the data folders of test runs. */
const dataRoot = fileURLToPath(new URL('../../../.data/test', import.meta.url))

const startOne = (name: TestEngine, dataDir: string, log: (line: string) => void): Promise<Engine> => {
  if (name === 'mysql') return startMysql({ dataDir, durable: false, log })
  if (name === 'realMysql') return startMysql({ dataDir, engine: 'mysql', durable: false, log })
  if (name === 'redis') return startRedis({ dataDir, log })
  return name === 'kafka' ? startKafka({ dataDir, log }) : startElasticsearch({ dataDir, log })
}

/** Retries a failed start on a new folder: on a busy machine an engine may miss its start timeout. */
const startWithRetries = async (name: TestEngine, dataDir: string, log: (line: string) => void): Promise<Engine> => {
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

/** Starts an engine in a container. @returns how to stop it; null when the image cannot be had and TEST_IN_CONTAINERS allows another way */
const startContainer = async (name: TestEngine, log: (line: string) => void): Promise<(() => Promise<void>) | null> => {
  try {
    const engine = await startInContainer(name)
    process.env[testEngineVariables[name]] = engine.url
    log(`${name} is ready in a container at ${engine.url}`)
    return engine.stop
  } catch (error) {
    const reason = `its container does not start (docker logs tells more): ${error instanceof Error ? error.message : String(error)}`
    if (process.env.TEST_IN_CONTAINERS === 'true') throw new Error(`without ${name}: ${reason}`, { cause: error })
    log(`${name} runs as a local process, ${reason}`)
    return null
  }
}

/** Removes data folders of killed runs: a folder's name ends in the pid of its run. */
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
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    await Promise.all(stops.map((one) => one()))
  }
  const missing = names.filter((name) => !process.env[testEngineVariables[name]])
  const inContainers = missing.length > 0 && (await findDockerEngine(log))
  const provide = async (name: TestEngine) => {
    const stopContainer = inContainers ? await startContainer(name, log) : null
    if (stopContainer) {
      stops.push(stopContainer)
      return
    }
    const dataDir = join(dataRoot, `${name}-${process.pid}`)
    try {
      const engine = await startWithRetries(name, dataDir, log)
      stops.push(async () => {
        await engine.stop()
        rmSync(dataDir, { recursive: true, force: true })
      })
      process.env[testEngineVariables[name]] = engine.url
      log(`${engine.kind} ${engine.version} is ready at port ${engine.port}`)
    } catch (error) {
      if (name === 'mysql' || process.env.CI === 'true') throw error
      log(`without ${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  mkdirSync(dataRoot, { recursive: true })
  removeAbandoned()
  const outcomes = await Promise.allSettled(missing.map(provide))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  return stop
}
