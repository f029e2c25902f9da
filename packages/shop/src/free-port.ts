// Finds a port that nobody listens on, beginning with the one a person expects.
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

const anyPort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
