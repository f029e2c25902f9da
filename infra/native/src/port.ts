// Ports for engines: the wanted one, else the next that nobody listens on and no other of our processes is about to take.
import { createServer } from 'node:net'
import { join } from 'node:path'
import { cacheRoot } from './cache.ts'
import { EngineError } from './engine.ts'
import { tryLock, unlock } from './lock.ts'

/** Below the range that the system gives to outgoing connections, so that a restart finds its port free. */
export const usualPorts = {
  mariadb: 13306,
  mysql: 13406,
  redis: 16379,
  kafka: 19092,
  kafkaController: 19293,
  elasticsearch: 19200,
  elasticsearchTransport: 19393,
} as const

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })

export interface ClaimedPort {
  port: number
  /** Lets other processes have it. */
  release(): void
}

/**
 * Claims a free port for as long as this process lives or until `release()`.
 * @throws EngineError when none of the hundred from `wanted` on is free
 */
export const claimPort = async (wanted: number, claims = join(cacheRoot(), 'ports')): Promise<ClaimedPort> => {
  for (let port = wanted; port < wanted + 100 && port < 65_536; port++) {
    const claim = join(claims, String(port))
    if (!tryLock(claim)) continue
    if (await isFree(port)) return { port, release: () => unlock(claim) }
    unlock(claim)
  }
  throw new EngineError(`No port is free from ${wanted} to ${wanted + 99}: stop what listens there or choose another port.`)
}
