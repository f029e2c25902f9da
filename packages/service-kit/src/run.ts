// Runs one service as a process of its own: environment, Kafka, signals. The only file that meets `process`.
import { ConfigError, readConfig, sharedSpec } from './config.ts'
import type { Service } from './service.ts'

const hardExitMs = 40_000

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/** Starts `service` from the process environment and stops it on SIGTERM or SIGINT. */
export const run = async (service: Service): Promise<void> => {
  process.on('unhandledRejection', (reason) => fail(`unhandled rejection: ${reason instanceof Error ? reason.stack : String(reason)}`))
  try {
    const shared = readConfig(service.name, '\0', sharedSpec, process.env)
    if (shared.seed && shared.environment === 'production') throw new ConfigError(service.name, ['SEED_DEVELOPMENT_DATA is not for production'])
    if (shared.kafkaBrokers.length === 0) throw new ConfigError(service.name, ['KAFKA_BROKERS is missing (a service alone talks over Kafka)'])
    const { kafkaTransport } = await import('@cartwright/messaging/kafka')
    const transport = await kafkaTransport({ brokers: [...shared.kafkaBrokers], clientId: service.name })
    const running = await service.start({ env: process.env, transport })
    if (shared.seed) await running.seed()
    process.send?.({ ready: true, url: running.url, metricsUrl: running.metricsUrl })
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
    fail(error instanceof ConfigError ? error.message : `${service.name} cannot start: ${error instanceof Error ? error.stack : String(error)}`)
  }
}
