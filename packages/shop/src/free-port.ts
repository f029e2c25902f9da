// Finds a port that nobody listens on, beginning with the one a person expects.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { ForPeople } from './for-people.ts'

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

/** The wanted port, else the next free one of the hundred behind it. 0 takes any. @throws ForPeople when all are taken */
export const freePort = async (wanted: number, taken: ReadonlySet<number> = new Set()): Promise<number> => {
  if (wanted === 0) return anyPort()
  for (let port = wanted; port < wanted + 100; port++) if (!taken.has(port) && (await isFree(port))) return port
  throw new ForPeople(`No port is free from ${wanted} to ${wanted + 99}: stop what listens there or choose another port.`)
}

/** Below the ports that operating systems give to outgoing connections: one of those may be gone before it is used. */
const [lowest, highest] = [15_000, 22_000]

const anyPort = async (): Promise<number> => {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(lowest, highest)
    if (await isFree(port)) return port
  }
  throw new ForPeople(`No port is free from ${lowest} to ${highest}.`)
}
