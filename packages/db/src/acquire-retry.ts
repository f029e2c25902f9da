// Acquire retry: repeats a pool timeout while the pool still serves other callers. When the server is down, the first timeout fails.
import type { ConnectionSource } from './connection-source.ts'
import { errnoOf, sqlErrors } from './errors.ts'

/** A connection that was served this recently shows that the server is up and the pool is only busy. */
const recentlyServedMs = 2500
/** Limit of one caller, however busy the pool is. */
const maxWaitMs = 30_000

export const retryAcquire = (source: ConnectionSource): ConnectionSource => {
  let lastServedAt = Number.NEGATIVE_INFINITY
  const retry = async <T>(acquire: () => Promise<T>): Promise<T> => {
    const deadline = performance.now() + maxWaitMs
    for (;;) {
      try {
        const served = await acquire()
        lastServedAt = performance.now()
        return served
      } catch (error) {
        const now = performance.now()
        // After a pool timeout nothing was sent to the server, so a repetition is safe.
        if (errnoOf(error) !== sqlErrors.poolTimeout || now - lastServedAt > recentlyServedMs || now > deadline) throw error
      }
    }
  }
  return { ...source, acquire: () => retry(source.acquire), query: (text, values) => retry(() => source.query(text, values)) }
}
