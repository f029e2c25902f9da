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

/** Below the ports that operating systems give to outgoing connections, which may be gone before they are used, and above those of engines. */
const somePort = (): number => randomInt(25_000, 32_000)

/** The wanted port, else the next free one of the hundred behind it. 0 takes any. @throws ForPeople when all are taken */
export const freePort = async (wanted: number, taken: ReadonlySet<number> = new Set()): Promise<number> => {
  const first = wanted === 0 ? somePort() : wanted
  for (let port = first; port < first + 100; port++) if (!taken.has(port) && (await isFree(port))) return port
  throw new ForPeople(`No port is free from ${first} to ${first + 99}: stop what listens there or choose another port.`)
}
