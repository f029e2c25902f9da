// Crash points around the commits of requests and scheduled tasks, for fault tests. Production does not create them.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database } from '@cartwright/db'
import type { CrashHook, Schedule } from '@cartwright/messaging'

type Work = 'request' | 'task'

export interface CrashingTransactions {
  /** The service's database; transactions of a request or task reach the named places. */
  db: Database
  /** Runs the handling of a request, or a task. @param name operation or name of the task */
  during<T>(kind: Work, name: string, work: () => T): T
  /** The same tasks, whose transactions reach the named places. */
  watch<Deps>(schedules: readonly Schedule<Deps>[]): Schedule<Deps>[]
}

/** Wraps a database: the hook is called before and after each commit of a request or task. */
export const crashingTransactions = (db: Database, crash: CrashHook): CrashingTransactions => {
  const current = new AsyncLocalStorage<{ kind: Work; name: string }>()
  const tx: Database['tx'] = async (work, limits) => {
    const within = current.getStore()
    if (within === undefined) return db.tx(work, limits)
    const result = await db.tx(async (open) => {
      const done = await work(open)
      crash(`before-${within.kind}-commit`, within.name)
      return done
    }, limits)
    crash(`after-${within.kind}-commit`, within.name)
    return result
  }
  // Copies descriptors, since `dbNow` is a getter.
  const watched: Database = Object.defineProperties({ ...db }, { ...Object.getOwnPropertyDescriptors(db), tx: { value: tx } })
  const during: CrashingTransactions['during'] = (kind, name, work) => current.run({ kind, name }, work)
  return {
    db: watched,
    during,
    watch: (schedules) =>
      schedules.map((schedule) => ({
        ...schedule,
        run: (context) => during('task', schedule.name, () => schedule.run(context)),
      })),
  }
}
