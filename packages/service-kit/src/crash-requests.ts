// Named places around the commit of what a request decides, for fault tests: made only where a crash hook is given, so production has none of it.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database } from '@cartwright/db'
import type { CrashHook } from '@cartwright/messaging'

export interface CrashingRequests {
  /** The service's database; transactions of a request reach the named places. */
  db: Database
  /** Runs what answers a request. */
  during<T>(operationId: string, work: () => T): T
}

/** Wraps a database: whatever way a handler opens its transaction, the hook is called before and after it commits. */
export const crashingRequests = (db: Database, crash: CrashHook): CrashingRequests => {
  const request = new AsyncLocalStorage<string>()
  const tx: Database['tx'] = async (work, limits) => {
    const operation = request.getStore()
    if (operation === undefined) return db.tx(work, limits)
    const result = await db.tx(async (open) => {
      const done = await work(open)
      crash('before-request-commit', operation)
      return done
    }, limits)
    crash('after-request-commit', operation)
    return result
  }
  // Descriptors, since the database tells its time by a getter.
  const watched: Database = Object.defineProperties({ ...db }, { ...Object.getOwnPropertyDescriptors(db), tx: { value: tx } })
  return { db: watched, during: (operationId, work) => request.run(operationId, work) }
}
