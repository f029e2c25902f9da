// Metrics page of a service, on a separate port that is not exposed to clients.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'
import { portTaken } from '../config.ts'

/** Service and address of the page, and what it shows. */
interface MetricsServerOptions {
  name: string
  host: string
  port: number
  /** Those of the service, and of the process when this page shows them. */
  registries: readonly Registry[]
  /** Brings gauges up to date. Never rejects, so that the page is served while the database is unavailable. */
  measure(): Promise<void>
  /** Answers other requests, and returns whether it does; for faults in development. */
  handleOther?(request: IncomingMessage, response: ServerResponse): boolean
}

/** Starts the page. @throws ConfigError when the port is taken */
export const serveMetrics = async ({ name, host, port, registries, measure, handleOther }: MetricsServerOptions) => {
  const page = async (): Promise<string> => {
    await measure()
    return (await Promise.all(registries.map((registry) => registry.metrics()))).join('')
  }
  const server = createServer((request, response) => {
    if (handleOther?.(request, response)) return
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    page().then(
      (text) => response.writeHead(200, { 'content-type': registries[0]?.contentType ?? 'text/plain' }).end(text),
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
