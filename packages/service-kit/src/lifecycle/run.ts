// Runs one service as a process: environment, Kafka transport, signals.
import type { CrashHook } from '@cartwright/messaging'
import { createLogger } from '@cartwright/telemetry'
import { ConfigError, readAllConfig, type SharedConfig } from '../config.ts'
import { kafkaSecurity } from '../engine-security.ts'
import type { Service } from './definition.ts'
import { hardExitMs, lineOf } from './program.ts'
import { startTracing } from './tracing.ts'

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

const freezes = 'freeze@'

/**
 * Creates a hook that kills or stops the process once, at a named crash point. SIGCONT continues a stopped process.
 * @param wanted `<point>` or `<point>:<event type, job kind or operation>`, with `freeze@` before it to stop in place of dying
 */
const crashAt = (wanted: string): CrashHook => {
  const signal = wanted.startsWith(freezes) ? 'SIGSTOP' : 'SIGKILL'
  const [point, subject] = wanted.replace(freezes, '').split(':')
  let hasFired = false
  return (reached, about) => {
    if (hasFired || reached !== point || (subject !== undefined && subject !== about)) return
    hasFired = true
    process.kill(process.pid, signal)
  }
}

/** @throws ConfigError naming every missing or wrong variable */
const readSettings = (service: Service): SharedConfig => {
  const problems = process.env.KAFKA_BROKERS ? [] : ['KAFKA_BROKERS is missing (a service in its own process needs Kafka)']
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
    const log = createLogger(service.name, shared.logLevel)
    const transport = await kafkaTransport({
      brokers: [...shared.kafkaBrokers],
      clientId: service.name,
      ...kafkaSecurity(shared),
      warn: (reason) =>
        log.warn({ reason }, `kafka: no connection yet (${reason}); check KAFKA_BROKERS, KAFKA_TLS and KAFKA_SASL`),
    })
    const tracing = await startTracing(process.env)
    const running = await service.start({
      env: process.env,
      transport,
      processMetrics: true,
      ...(tracing ? { tracing } : {}),
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
        .then(() => tracing?.stop())
        .then(() => process.exit(0))
    }
    process.on('SIGTERM', shutdown)
    process.on('SIGINT', shutdown)
    // The supervisor that started this process has died, so the process stops itself.
    process.on('disconnect', shutdown)
  } catch (error) {
    fail(error instanceof ConfigError ? error.message : `${service.name} cannot start: ${lineOf(error)}`)
  }
}
