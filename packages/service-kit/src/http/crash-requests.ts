// Crash points around the commit of a request, for fault tests. Production does not create them.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database } from '@cartwright/db'
import type { CrashHook } from '@cartwright/messaging'

export interface CrashingRequests {
  /** The service's database; transactions of a request reach the named places. */
  db: Database
  /** Runs the handling of a request. */
  during<T>(operationId: string, work: () => T): T
}

/** Wraps a database: the hook is called before and after each commit of a request. */
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
  // Copies descriptors, since `dbNow` is a getter.
  const watched: Database = Object.defineProperties({ ...db }, { ...Object.getOwnPropertyDescriptors(db), tx: { value: tx } })
  return { db: watched, during: (operationId, work) => request.run(operationId, work) }
}
