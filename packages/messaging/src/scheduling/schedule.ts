// Scheduled task: runs at an interval of the service's clock, in one replica at a time, and again after a failure when it is next due.
import { startPoller } from '@cartwright/concurrency'
import { type Database, list } from '@cartwright/db'
import { type Log, openRootSpan, runInSpan, type Tracer } from '@cartwright/telemetry'
import type { Worker } from '../worker.ts'
import { dropLease, leaseSec, renewWhile } from './lease.ts'

export interface Schedule<Deps> {
  name: string
  /** Seconds between two runs; a function where configuration decides. */
  everySec: number | ((context: { deps: Deps }) => number)
  /** Runs at every start of the service, however recently it ran. */
  atStart?: true
  /** Must be safe to run twice at once: a process that froze past its lease continues beside its successor. */
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
  /** No other process runs these tasks, so leases of a predecessor that was killed end at once. */
  singleInstance?: boolean
}

const pollMs = 1000

/** Starts the scheduled tasks of a service. Each runs once at the first start, and then when it is due; no task waits for another. */
export const startSchedules = <Deps>(options: ScheduleOptions<Deps>): Worker => {
  let isRegistered = false
  /** The runs of this process by task; each tells whether it did anything. */
  const running = new Map<string, Promise<boolean>>()
  const startDue = async (): Promise<boolean> => {
    if (options.tasks.length === 0) return false
    if (!isRegistered) await register(options)
    isRegistered = true
    const due = (await findDue(options)).filter(({ name }) => !running.has(name))
    for (const task of due)
      running.set(
        task.name,
        runTask(options, task).finally(() => running.delete(task.name)),
      )
    return due.length > 0
  }
  const poller = startPoller({
    everyMs: pollMs,
    run: startDue,
    onError: (error) =>
      options.log.warn({ err: error }, 'schedules: due tasks could not be read and are looked for again; look at the database'),
  })
  const allRuns = () => Promise.all(running.values())
  return {
    tick: async () => {
      await poller.tick()
      return (await allRuns()).some(Boolean)
    },
    stop: async () => {
      await poller.stop()
      await allRuns()
    },
  }
}

const register = async <Deps>({ db, tasks, singleInstance = false }: ScheduleOptions<Deps>): Promise<void> => {
  for (const { name, atStart } of tasks) {
    await db.run`
      INSERT IGNORE INTO lease (name, owner, expires_at, next_at)
      VALUES (${name}, NULL, UTC_TIMESTAMP(6), ${db.dbNow})`
    if (singleInstance) await db.run`UPDATE lease SET owner = NULL WHERE name = ${name}`
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

/** @returns false when another replica runs the task or has run it, or when the database does not answer */
const runTask = async <Deps>(options: ScheduleOptions<Deps>, task: Schedule<Deps>): Promise<boolean> => {
  const { db, owner, log } = options
  try {
    if (!(await claim(options, task))) return false
    await renewWhile(db, task.name, owner, () => runLogged(options, task))
    await dropLease(db, task.name, owner)
    return true
  } catch (error) {
    log.warn(
      { err: error, task: task.name },
      'schedules: the lease of a task could not be taken or given back, and expires within 10 s; look at the database',
    )
    return false
  }
}

const claim = async <Deps>({ db, deps, owner }: ScheduleOptions<Deps>, task: Schedule<Deps>): Promise<boolean> => {
  const everySec = typeof task.everySec === 'number' ? task.everySec : task.everySec({ deps })
  const claimed = await db.run`
    UPDATE lease
    SET owner = ${owner}, expires_at = UTC_TIMESTAMP(6) + INTERVAL ${leaseSec} SECOND,
      next_at = ${db.dbNow} + INTERVAL ${everySec} SECOND
    WHERE name = ${task.name} AND next_at <= ${db.dbNow} AND (owner IS NULL OR expires_at < UTC_TIMESTAMP(6))`
  return claimed.affectedRows === 1
}

const runLogged = async <Deps>(
  { deps, log, tracer = null }: ScheduleOptions<Deps>,
  task: Pick<Schedule<Deps>, 'name' | 'run'>,
): Promise<void> => {
  try {
    const trace = openRootSpan(tracer, { name: `schedule ${task.name}`, onlyWithChildren: true })
    await runInSpan(trace, () => task.run({ deps }))
  } catch (error) {
    log.warn({ err: error, task: task.name }, 'schedules: a task failed and runs again when it is next due; look at its error')
  }
}
