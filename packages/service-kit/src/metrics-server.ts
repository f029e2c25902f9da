// The metrics page of a service, on a port of its own that the outside never reaches.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Database } from '@cartwright/db'
import { portTaken } from './config.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

const refreshBackbone = async (db: Database | null, metrics: Metrics): Promise<void> => {
  if (db === null) return
  const outbox = await db.one<{ pending: number; age: number | null }>`SELECT COUNT(*) AS pending,
    TIMESTAMPDIFF(SECOND, MIN(available_at), UTC_TIMESTAMP(6)) AS age FROM outbox_event WHERE published_at IS NULL`
  metrics.outboxPending.set(outbox?.pending ?? 0)
  metrics.outboxAge.set(outbox?.age ?? 0)
  const dead = await db.one<{ open: number }>`SELECT COUNT(*) AS open FROM dead_letter WHERE resolved_at IS NULL`
  metrics.deadLetters.set(dead?.open ?? 0)
}

/** Where the page is and whose it is. */
export interface MetricsServerOptions {
  name: string
  host: string
  port: number
  database: Database | null
  log: Logger
}

/** Starts the page. A database that is away does not take the other metrics with it. @throws ConfigError when the port is taken */
export const serveMetrics = async (metrics: Metrics, { name, host, port, database, log }: MetricsServerOptions) => {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    refreshBackbone(database, metrics)
      .catch((error: unknown) => log.debug({ err: error }, 'the backbone could not be measured'))
      .then(() => metrics.registry.metrics())
      .then(
        (text) => response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text),
        () => response.writeHead(503).end(),
      )
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error) => reject(portTaken(error, name, host, port))).listen(port, host, resolve)
  await promise
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${(server.address() as AddressInfo).port}/metrics`,
    stop: async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
