// Port claims: the preferred port, or the next one that is free and that no other process of this project has claimed.
import { createServer } from 'node:net'
import { join } from 'node:path'
import { cacheRoot } from './cache.ts'
import { EngineError } from './engine.ts'
import { tryLock, unlock } from './lock.ts'

/** Below the range of outgoing connections, so that a port is still free at a restart. */
export const defaultPorts = {
  mariadb: 13306,
  mysql: 13406,
  redis: 16379,
  kafka: 19092,
  kafkaController: 19293,
  elasticsearch: 19200,
  elasticsearchTransport: 19393,
  prometheus: 9090,
  alertmanager: 9093,
  jaeger: 16686,
  jaegerGrpc: 16685,
  jaegerOtlp: 4318,
} as const

/** Whether nothing listens on the port now. */
export const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })

export interface ClaimedPort {
  port: number
  /** Ends the claim. */
  release(): void
}

/**
 * Claims a free port for as long as this process lives or until `release()`.
 * @throws EngineError when none of the hundred ports from `preferred` on is free
 */
export const claimPort = async (preferred: number, claims = join(cacheRoot(), 'ports')): Promise<ClaimedPort> => {
  for (let port = preferred; port < preferred + 100 && port < 65_536; port++) {
    const claim = join(claims, String(port))
    if (!tryLock(claim)) continue
    if (await isPortFree(port)) return { port, release: () => unlock(claim) }
    unlock(claim)
  }
  throw new EngineError(`No port is free from ${preferred} to ${preferred + 99}: stop what listens there or choose another port.`)
}
