// Scheduled task: runs at an interval of the service's clock, in one replica at a time, and again after a failure when it is next due.
import { startPoller } from '@cartwright/concurrency'
import { type Database, list } from '@cartwright/db'
import { type Log, openRootSpan, runInSpan, type Tracer } from '@cartwright/telemetry'
import type { Worker } from '../worker.ts'

export interface Schedule<Deps> {
  name: string
  /** Seconds between two runs; a function where configuration decides. */
  everySec: number | ((context: { deps: Deps }) => number)
  /** Runs at every start of the service, however recently it ran. */
  atStart?: true
  run(context: { deps: Deps }): Promise<void>
}

/** Declares a scheduled task. */
export const scheduled = <Deps>(definition: Schedule<Deps>): Schedule<Deps> => definition

export interface ScheduleOptions<Deps> {
  db: Database
  tasks: readonly Schedule<Deps>[]
  deps: Deps
  /** Names this process in the leases. */
  owner: string
  log: Log
  /** Records the runs that change something as traces of their own; absent while tracing is off. */
  tracer?: Tracer | null
}

const pollMs = 1000
/** How long a run may take until another replica may run the task too. */
const holdSec = 120

/** Starts the scheduled tasks of a service. Each runs once at the first start, and then when it is due. */
export const startSchedules = <Deps>(options: ScheduleOptions<Deps>): Worker => {
  let isRegistered = false
  const runDue = async (): Promise<boolean> => {
    if (options.tasks.length === 0) return false
    if (!isRegistered) await register(options)
    isRegistered = true
    let did = false
    for (const task of await findDue(options)) did = (await runTask(options, task)) || did
    return did
  }
  return startPoller({
    everyMs: pollMs,
    run: runDue,
    onError: (error) =>
      options.log.warn({ err: error }, 'schedules: due tasks could not be read and are looked for again; look at the database'),
  })
}

const register = async <Deps>({ db, tasks }: ScheduleOptions<Deps>): Promise<void> => {
  for (const { name, atStart } of tasks) {
    await db.run`
      INSERT IGNORE INTO lease (name, owner, expires_at, next_at)
      VALUES (${name}, NULL, UTC_TIMESTAMP(6), ${db.dbNow})`
    if (atStart) await db.run`UPDATE lease SET next_at = ${db.dbNow} WHERE name = ${name}`
  }
}

/** One read for all tasks; the update in `runTask` decides which replica runs a task. */
const findDue = async <Deps>({ db, tasks }: ScheduleOptions<Deps>): Promise<readonly Schedule<Deps>[]> => {
  const rows = await db.rows<{ name: string }>`
    SELECT name
    FROM lease
    WHERE name IN (${list(tasks.map(({ name }) => name))}) AND next_at <= ${db.dbNow}`
  const due = new Set(rows.map(({ name }) => name))
  return tasks.filter(({ name }) => due.has(name))
}

/** @returns false when another replica runs the task or has run it */
const runTask = async <Deps>(
  { db, deps, owner, log, tracer = null }: ScheduleOptions<Deps>,
  task: Schedule<Deps>,
): Promise<boolean> => {
  const everySec = typeof task.everySec === 'number' ? task.everySec : task.everySec({ deps })
  const claimed = await db.run`
    UPDATE lease
    SET owner = ${owner}, expires_at = UTC_TIMESTAMP(6) + INTERVAL ${holdSec} SECOND,
      next_at = ${db.dbNow} + INTERVAL ${everySec} SECOND
    WHERE name = ${task.name} AND next_at <= ${db.dbNow} AND (owner IS NULL OR expires_at < UTC_TIMESTAMP(6))`
  if (claimed.affectedRows !== 1) return false
  try {
    const trace = openRootSpan(tracer, { name: `schedule ${task.name}`, onlyWithChildren: true })
    await runInSpan(trace, () => task.run({ deps }))
  } catch (error) {
    log.warn({ err: error, task: task.name }, 'schedules: a task failed and runs again when it is next due; look at its error')
  }
  await db.run`UPDATE lease SET owner = NULL WHERE name = ${task.name} AND owner = ${owner}`
  return true
}
