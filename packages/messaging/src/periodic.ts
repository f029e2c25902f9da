// Runs something every so often, in one replica at a time, on the service's clock.
import type { Database } from '@cartwright/db'
import type { Log, Worker } from './relay.ts'
import { newTrace, runInTrace } from './trace.ts'

export interface Periodic<Deps> {
  name: string
  everySec: number
  run(deps: Deps): Promise<void>
}

export const periodic = <Deps>(definition: Periodic<Deps>): Periodic<Deps> => definition

const pollMs = 1000
const holdSec = 120

/** Starts a service's periodic tasks. Each runs once at the first start and then when due. */
export const startPeriodics = <Deps>(options: {
  db: Database
  tasks: readonly Periodic<Deps>[]
  deps: Deps
  owner: string
  log: Log
}): Worker => {
  const { db, tasks, deps, owner, log } = options
  let stopped = false
  let running: Promise<boolean> | null = null
  let known = false

  const runOne = async (task: Periodic<Deps>): Promise<boolean> => {
    const claimed = await db.run`UPDATE lease SET owner = ${owner}, expires_at = UTC_TIMESTAMP(6) + INTERVAL ${holdSec} SECOND, next_at = ${db.dbNow} + INTERVAL ${task.everySec} SECOND
      WHERE name = ${task.name} AND next_at <= ${db.dbNow} AND (owner IS NULL OR expires_at < UTC_TIMESTAMP(6))`
    if (claimed.affectedRows !== 1) return false
    try {
      await runInTrace(newTrace(), () => task.run(deps))
    } catch (error) {
      log.warn({ err: error, task: task.name }, 'a periodic task failed; it runs again when next due')
    }
    await db.run`UPDATE lease SET owner = NULL WHERE name = ${task.name} AND owner = ${owner}`
    return true
  }

  const pump = async (): Promise<boolean> => {
    if (tasks.length === 0 || stopped) return false
    if (!known) {
      for (const task of tasks) {
        await db.run`INSERT IGNORE INTO lease (name, owner, expires_at, next_at) VALUES (${task.name}, NULL, UTC_TIMESTAMP(6), ${db.dbNow})`
      }
      known = true
    }
    let did = false
    for (const task of tasks) did = (await runOne(task)) || did
    return did
  }

  const run = (): Promise<boolean> => {
    running ??= pump()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'due tasks could not be read')
        return false
      })
      .finally(() => {
        running = null
      })
    return running
  }
  const timer = setInterval(() => void run(), pollMs)
  void run()
  return {
    tick: async () => {
      if (running) await running
      return run()
    },
    stop: async () => {
      stopped = true
      clearInterval(timer)
      if (running) await running
    },
  }
}
