// Runs something every so often, in one replica at a time, on the service's clock.
import { type Database, list } from '@cartwright/db'
import type { Log, Worker } from './relay.ts'
import { newTrace, runInTrace } from './trace.ts'

export interface Periodic<Deps> {
  name: string
  /** Seconds between two runs; a function where configuration decides. */
  everySec: number | ((deps: Deps) => number)
  /** Runs at every start of the service, however recently it ran. */
  atStart?: true
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
    const everySec = typeof task.everySec === 'number' ? task.everySec : task.everySec(deps)
    const claimed =
      await db.run`UPDATE lease SET owner = ${owner}, expires_at = UTC_TIMESTAMP(6) + INTERVAL ${holdSec} SECOND, next_at = ${db.dbNow} + INTERVAL ${everySec} SECOND
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

  /** One look for all of them; who really runs a task, the update decides. */
  const dueTasks = async (): Promise<readonly Periodic<Deps>[]> => {
    const rows = await db.rows<{
      name: string
    }>`SELECT name FROM lease WHERE name IN (${list(tasks.map((task) => task.name))}) AND next_at <= ${db.dbNow}`
    const due = new Set(rows.map(({ name }) => name))
    return tasks.filter((task) => due.has(task.name))
  }

  const pump = async (): Promise<boolean> => {
    if (tasks.length === 0 || stopped) return false
    if (!known) {
      for (const task of tasks) {
        await db.run`INSERT IGNORE INTO lease (name, owner, expires_at, next_at) VALUES (${task.name}, NULL, UTC_TIMESTAMP(6), ${db.dbNow})`
        if (task.atStart) await db.run`UPDATE lease SET next_at = ${db.dbNow} WHERE name = ${task.name}`
      }
      known = true
    }
    let did = false
    for (const task of await dueTasks()) did = (await runOne(task)) || did
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
