// Does effects outside the database: a leased work row, an effect with a stable key, then its result applied in one transaction.
import { type Database, isTransient, list, type Sql, sql, type Tx } from '@cartwright/db'
import type { CrashHook } from './crash-point.ts'
import type { Log, Worker } from './relay.ts'
import { currentTrace, runInTrace, type Trace } from './trace.ts'
import { NotClaimed, whileClaiming } from './while-claiming.ts'

/** Signalled after a commit that enqueued work. */
export const workSignal = 'work'

export interface WorkItem<P> {
  id: number
  /** Unique per kind: the source of idempotency keys. */
  key: string
  payload: P
  /** How often it was tried before, 0 at first. */
  attempts: number
}

/** An effect that can never succeed; `giveUp` settles it. Anything else that is thrown is tried again later. */
export class PermanentFailure extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'PermanentFailure'
  }
}

export interface Job<P, R, Deps> {
  kind: string
  /** Talks to the outside, outside any transaction. May run twice: give the outside an idempotency key made from `item.key`. */
  effect(item: WorkItem<P>, deps: Deps): Promise<R>
  /** Writes the result and publishes, in the transaction that marks the row done. */
  apply(tx: Tx, item: WorkItem<P>, result: R, deps: Deps): Promise<void>
  /** Settles a permanent failure, in the transaction that marks the row done; without it the row is only marked, with its error. */
  giveUp?(tx: Tx, item: WorkItem<P>, error: Error, deps: Deps): Promise<void>
  /** Seconds until the next try; 1, 2, 4 … 60 when left out. */
  backoffSec?(attempts: number): number
  /** Tries before a failure counts as permanent; no limit when left out. */
  maxAttempts?: number
}

/** A job as the runner stores it: its payload and result types are its own business. */
// biome-ignore lint/suspicious/noExplicitAny: payload and result are existential here; `job()` checks them where they are known.
export type AnyJob<Deps> = Job<any, any, Deps>

/** Declares a job with its types checked. */
export const job = <P, R, Deps>(definition: Job<P, R, Deps>): AnyJob<Deps> => definition

/** Writes a work row. A second one with the same kind and key is a no-op. @param delaySec seconds on the service's clock */
export const enqueue = async <P>(tx: Tx, kind: string, key: string, payload: P, delaySec = 0): Promise<boolean> => {
  const { affectedRows } = await tx.run`INSERT IGNORE INTO work_item (kind, item_key, payload, headers, created_at, available_at)
    VALUES (${kind}, ${key}, ${JSON.stringify(payload)}, ${JSON.stringify(currentTrace())}, ${tx.dbNow}, ${tx.dbNow} + INTERVAL ${delaySec} SECOND)`
  if (affectedRows === 1) tx.signal(workSignal)
  return affectedRows === 1
}

/**
 * Makes a row that is done or waiting due again, at once or later. One that is under way is not disturbed: it stays due when it
 * has finished, since its effect may have looked before this change.
 */
export const requeue = async (tx: Tx, kind: string, key: string, delaySec = 0): Promise<void> => {
  await tx.run`UPDATE work_item SET done_at = NULL, requests = requests + 1, attempts = 0, available_at = ${tx.dbNow} + INTERVAL ${delaySec} SECOND
    WHERE kind = ${kind} AND item_key = ${key}`
  tx.signal(workSignal)
}

/**
 * Writes a work row, or makes one that is done due again: for work over whatever is pending under its key. A row that waits or is
 * under way stays as it is; it shares this row's lock with the transaction that marks it done, so an `apply` that looks for
 * more, and calls this when it finds some, misses nothing.
 */
export const ensureDue = async <P>(tx: Tx, kind: string, key: string, payload: P): Promise<void> => {
  await tx.run`INSERT INTO work_item (kind, item_key, payload, headers, created_at, available_at)
    VALUES (${kind}, ${key}, ${JSON.stringify(payload)}, ${JSON.stringify(currentTrace())}, ${tx.dbNow}, ${tx.dbNow})
    ON DUPLICATE KEY UPDATE available_at = IF(done_at IS NULL, available_at, VALUES(available_at)), attempts = IF(done_at IS NULL, attempts, 0),
      leased_until = IF(done_at IS NULL, leased_until, NULL), done_at = NULL`
  tx.signal(workSignal)
}

export interface JobRunnerOptions<Deps> {
  db: Database
  jobs: readonly AnyJob<Deps>[]
  deps: Deps
  owner: string
  log: Log
  observe?: (kind: string, outcome: 'done' | 'failed' | 'given_up', milliseconds: number) => void
  /** Jobs at the same time; 8 when left out. */
  concurrency?: number
  /** Seconds until the row of a process that died is taken over; 15 when left out. */
  leaseSec?: number
  crash?: CrashHook
}

interface WorkRow {
  id: number
  kind: string
  item_key: string
  payload: string
  headers: string
  attempts: number
  requests: number
}

/** Renewed while the effect lasts, so that the row of a process that died is taken over soon. */
const itemLeaseSec = 15
const pollMs = 1000
const defaultBackoffSec = (attempts: number) => Math.min(60, 2 ** Math.min(attempts, 6))

/** Starts the runner of a service's jobs. A commit that enqueues wakes it; the poll finds what became due. */
export const startJobs = <Deps>(options: JobRunnerOptions<Deps>): Worker => {
  const { db, deps, owner, log, concurrency = 8, leaseSec = itemLeaseSec } = options
  const byKind = new Map(options.jobs.map((definition) => [definition.kind, definition]))
  const kinds: Sql = list([...byKind.keys()])
  const underWay = new Set<Promise<void>>()
  const leased = new Set<number>()
  let stopped = false
  let running: Promise<boolean> | null = null
  let again = false
  /** The last look found as many as there was room for: there may be more. */
  let full = false
  /** Counts the signals: one that comes while a row is under way may be about that row. */
  let signals = 0

  const claim = async (row: WorkRow): Promise<boolean> => {
    const taken =
      await db.run`UPDATE work_item SET leased_by = ${owner}, leased_until = UTC_TIMESTAMP(6) + INTERVAL ${leaseSec} SECOND, attempts = attempts + 1
      WHERE id = ${row.id} AND done_at IS NULL AND attempts = ${row.attempts} AND requests = ${row.requests} AND (leased_until IS NULL OR leased_until < UTC_TIMESTAMP(6))`
    if (taken.affectedRows === 1) leased.add(row.id)
    return taken.affectedRows === 1
  }

  const renew = async (): Promise<void> => {
    if (leased.size === 0) return
    await db.run`UPDATE work_item SET leased_until = UTC_TIMESTAMP(6) + INTERVAL ${leaseSec} SECOND
      WHERE id IN (${list([...leased])}) AND leased_by = ${owner} AND leased_until IS NOT NULL AND done_at IS NULL`
  }

  /** Marks the row done, unless it was asked for again meanwhile, and writes in the same transaction. Nothing happens when the lease was lost. */
  const finish = async (row: WorkRow, lastError: string | null, write: (tx: Tx) => Promise<void>): Promise<void> => {
    const mark = async (tx: Tx): Promise<boolean> => {
      const done =
        await tx.run`UPDATE work_item SET done_at = IF(requests = ${row.requests}, ${tx.dbNow}, NULL), leased_until = NULL, last_error = ${lastError}
        WHERE id = ${row.id} AND done_at IS NULL AND leased_by = ${owner}`
      return done.affectedRows === 1
    }
    try {
      await db.tx((tx) => whileClaiming(mark(tx), () => write(tx)))
    } catch (error) {
      if (!(error instanceof NotClaimed)) throw error
    }
  }

  const postpone = async (row: WorkRow, definition: AnyJob<Deps>, error: Error): Promise<void> => {
    const seconds = (definition.backoffSec ?? defaultBackoffSec)(row.attempts)
    await db.run`UPDATE work_item SET leased_until = NULL, available_at = ${db.dbNow} + INTERVAL ${seconds} SECOND, last_error = ${error.message.slice(0, 1000)}
      WHERE id = ${row.id} AND leased_by = ${owner} AND done_at IS NULL`
  }

  const work = async (row: WorkRow): Promise<void> => {
    const definition = byKind.get(row.kind)
    if (definition === undefined || !(await claim(row))) return
    const item: WorkItem<unknown> = { id: row.id, key: row.item_key, payload: JSON.parse(row.payload), attempts: row.attempts }
    const started = performance.now()
    try {
      const result: unknown = await definition.effect(item, deps)
      options.crash?.('after-effect-before-apply', row.kind)
      await finish(row, null, (tx) => definition.apply(tx, item, result, deps))
      options.observe?.(row.kind, 'done', performance.now() - started)
    } catch (error) {
      await settle(row, definition, item, error, started)
    }
  }

  const settle = async (
    row: WorkRow,
    definition: AnyJob<Deps>,
    item: WorkItem<unknown>,
    error: unknown,
    started: number,
  ): Promise<void> => {
    const exhausted = definition.maxAttempts !== undefined && row.attempts + 1 >= definition.maxAttempts && !isTransient(error)
    const permanent = error instanceof PermanentFailure || exhausted
    log.warn(
      { err: error, kind: row.kind, key: row.item_key, attempts: row.attempts + 1 },
      permanent ? 'a job gave up' : 'a job will be tried again',
    )
    options.observe?.(row.kind, permanent ? 'given_up' : 'failed', performance.now() - started)
    const failure = error instanceof Error ? error : new Error(String(error))
    if (permanent) await finish(row, failure.message.slice(0, 1000), async (tx) => definition.giveUp?.(tx, item, failure, deps))
    else await postpone(row, definition, failure)
  }

  const start = (row: WorkRow): void => {
    const trace = JSON.parse(row.headers) as Trace
    const before = signals
    const task = runInTrace(trace, () => work(row))
      .catch((error: unknown) => log.warn({ err: error, kind: row.kind }, 'a job could not be settled; its lease will lapse'))
      .finally(() => {
        underWay.delete(task)
        leased.delete(row.id)
        if (full || signals !== before) wake()
      })
    underWay.add(task)
  }

  const pump = async (): Promise<boolean> => {
    if (byKind.size === 0 || stopped) return false
    const room = concurrency - underWay.size
    full = room <= 0
    if (full) return true
    const rows = await db.rows<WorkRow>`SELECT id, kind, item_key, payload, headers, attempts, requests FROM work_item
      WHERE done_at IS NULL AND available_at <= ${db.dbNow} AND (leased_until IS NULL OR leased_until < ${sql`UTC_TIMESTAMP(6)`}) AND kind IN (${kinds})
      ORDER BY available_at LIMIT ${room}`
    full = rows.length >= room
    for (const row of rows) start(row)
    return rows.length > 0
  }

  const run = (): Promise<boolean> => {
    running ??= pump()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'due work could not be read')
        return false
      })
      .finally(() => {
        running = null
        if (again) {
          again = false
          wake()
        }
      })
    return running
  }

  const wake = () => {
    if (stopped) return
    if (running) again = true
    else void run()
  }

  const unlisten = db.onSignal(workSignal, () => {
    signals += 1
    wake()
  })
  const timer = setInterval(wake, pollMs)
  const renewal = setInterval(
    () => void renew().catch((error: unknown) => log.warn({ err: error }, 'leases of work could not be renewed')),
    (leaseSec * 1000) / 3,
  )
  wake()
  return {
    tick: async () => {
      if (running) await running
      const did = await run()
      const waiting = underWay.size > 0
      await Promise.all(underWay)
      return did || waiting
    },
    stop: async () => {
      stopped = true
      clearInterval(timer)
      unlisten()
      if (running) await running
      await Promise.all(underWay)
      clearInterval(renewal)
    },
  }
}
