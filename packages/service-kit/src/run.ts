// Runs one service as a process of its own: environment, Kafka, signals. The only file that meets `process`.
import type { CrashHook } from '@cartwright/messaging'
import { ConfigError, readAllConfig, type SharedConfig } from './config.ts'
import { lineOf } from './program.ts'
import type { Service } from './service.ts'

const hardExitMs = 40_000

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

const freezes = 'freeze@'

/**
 * Dies at a named place, as a process dies that loses its machine, or stands still there, once, until it is told to go on.
 * @param wanted `<point>` or `<point>:<event type, job kind or operation>`, with `freeze@` before it to stand still
 */
const crashAt = (wanted: string): CrashHook => {
  const signal = wanted.startsWith(freezes) ? 'SIGSTOP' : 'SIGKILL'
  const [point, subject] = wanted.replace(freezes, '').split(':')
  let reachedBefore = false
  return (reached, about) => {
    if (reachedBefore || reached !== point || (subject !== undefined && subject !== about)) return
    reachedBefore = true
    process.kill(process.pid, signal)
  }
}

/** @throws ConfigError naming everything that keeps the service from running alone */
const readSettings = (service: Service): SharedConfig => {
  const problems = process.env.KAFKA_BROKERS ? [] : ['KAFKA_BROKERS is missing (a service alone talks over Kafka)']
  try {
    const { shared } = readAllConfig(service.name, service.prefix, service.spec, process.env)
    if (problems.length === 0) return shared
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    problems.unshift(...error.problems)
  }
  throw new ConfigError(service.name, problems)
}

/** Starts `service` from the process environment and stops it on SIGTERM or SIGINT. */
export const run = async (service: Service): Promise<void> => {
  process.on('unhandledRejection', (reason) =>
    fail(`unhandled rejection: ${reason instanceof Error ? reason.stack : String(reason)}`),
  )
  try {
    const shared = readSettings(service)
    const { kafkaTransport } = await import('@cartwright/messaging/kafka')
    const transport = await kafkaTransport({ brokers: [...shared.kafkaBrokers], clientId: service.name })
    const running = await service.start({
      env: process.env,
      transport,
      ...(shared.crashPoint === null ? {} : { crash: crashAt(shared.crashPoint) }),
    })
    if (shared.seed) await running.seed()
    if (process.connected) process.send?.({ ready: true, url: running.url, metricsUrl: running.metricsUrl })
    let stopping = false
    const shutdown = () => {
      if (stopping) return
      stopping = true
      setTimeout(() => process.exit(1), hardExitMs).unref()
      void running
        .stop()
        .then(() => transport.close())
        .then(() => process.exit(0))
    }
    process.on('SIGTERM', shutdown)
    process.on('SIGINT', shutdown)
    // Started by a supervisor that has died: nobody else would stop this process.
    process.on('disconnect', shutdown)
  } catch (error) {
    fail(error instanceof ConfigError ? error.message : `${service.name} cannot start: ${lineOf(error)}`)
  }
}
