// A crowd waits for a connection as long as connections are given out; once none is, the driver's own limit holds. Only a server that is away is refused for.
import type { Pool } from 'mariadb'
import { errnoOf } from './errors.ts'

/** The driver's word for: no connection became free in time. Nothing was sent to the server then. */
const gotNone = 45_028
/** Whoever got a connection so long ago shows that the server is there and the pool only busy. */
const freshMs = 2500
/** Nobody waits longer, however busy the pool. */
const longestMs = 30_000

/** Makes a pool ask again when its limit has passed while others were served. */
export const patient = (pool: Pool): Pool => {
  let servedMs = Number.NEGATIVE_INFINITY
  const ask = async <T>(once: () => Promise<T>): Promise<T> => {
    const until = performance.now() + longestMs
    for (;;) {
      try {
        const got = await once()
        servedMs = performance.now()
        return got
      } catch (error) {
        const now = performance.now()
        if (errnoOf(error) !== gotNone || now - servedMs > freshMs || now > until) throw error
      }
    }
  }
  const getConnection = pool.getConnection.bind(pool)
  const query = pool.query.bind(pool)
  pool.getConnection = () => ask(getConnection)
  pool.query = (text, values) => ask(() => query(text, values))
  return pool
}
