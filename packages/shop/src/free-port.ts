// Finds a port on which nothing listens, beginning with the one that was configured.
import { randomInt } from 'node:crypto'
import { isPortFree } from '@cartwright/native'
import { UserFacingError } from './user-facing-error.ts'

/** Range below the ephemeral ports of operating systems, which another process may take first, and above the ports of engines. */
export const somePort = (): number => randomInt(25_000, 32_000)

/** Finds the first free port from `wanted` to `wanted` + 99; 0 finds a random one. @throws UserFacingError when all are taken */
export const freePort = async (wanted: number): Promise<number> => {
  const first = wanted === 0 ? somePort() : wanted
  for (let port = first; port < first + 100; port++) if (await isPortFree(port)) return port
  throw new UserFacingError(`No port is free from ${first} to ${first + 99}: stop what listens there or choose another port.`)
}
