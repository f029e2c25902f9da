// Does effects outside the database: a leased work row, an effect with a stable key, then its result applied in one transaction.
import { type Database, idFactory, isTransient, list, rowsOf, type Sql, sql, type Tx } from '@cartwright/db'
import type { CrashHook } from './crash-point.ts'
import { type AnyJob, LeaseLost, PermanentFailure, type WorkItem } from './job.ts'
import type { Log, Worker } from './relay.ts'
import { runInTrace, type Trace } from './trace.ts'
import { NotClaimed, whileClaiming } from './while-claiming.ts'
import { type Taker, takersOf, type WorkRow, workSignal } from './work-rows.ts'

export interface JobRunnerOptions<Deps> {
  db: Database
  jobs: readonly AnyJob<Deps>[]
  deps: Deps
  log: Log
  /** The process is known to be alone (embedded mode holds a lock): it goes on at once with what the one before it had begun. */
  alone?: boolean
  observe?: (kind: string, outcome: 'done' | 'failed' | 'given_up', milliseconds: number) => void
  /** Jobs at the same time; 8 when left out. */
  concurrency?: number
  /** Seconds until the row of a process that died is taken over; 15 when left out. */
  leaseSec?: number
  crash?: CrashHook
}

/** A row that is ours, under a token of its own lease: a lease that lapsed and was taken again, by us too, is another one. */
interface Leased extends WorkRow {
  token: string
}

/** Renewed while the effect lasts, so that the row of a process that died is taken over soon. */
const itemLeaseSec = 15
const pollMs = 1000
/** Rows that one look claims at most. */
const atATime = 16
/** Rows that are held at most: what comes then is left to another process, or to the next look. */
const maxBacklog = 1000
const newToken = idFactory(() => Date.now())
const defaultBackoffSec = (attempts: number) => Math.min(60, 2 ** Math.min(attempts, 6))

/**
 * Starts the runner of a service's jobs. What this process enqueues is leased to it from the start and begins after the commit; the
 * poll, and a commit that signals, find what others left, what is tried again and what became due.
 */
export const startJobs = <Deps>(options: JobRunnerOptions<Deps>): Worker => {
  const { db, deps, log, concurrency = 8, leaseSec = itemLeaseSec } = options
  const byKind = new Map(options.jobs.map((definition) => [definition.kind, definition]))
  const kinds: Sql = list([...byKind.keys()])
  const underWay = new Set<Promise<void>>()
  /** Ours, and waiting for one of those under way to end, first come, first served: what is enqueued and what a look finds. */
  const backlog: Leased[] = []
  const leased = new Map<number, Leased>()
  let stopped = false
  let running: Promise<boolean> | null = null
  let again = false
  /** The last look found as many as it may: there may be more. */
  let full = false
  let entered = false
  /** Counts the signals: one that comes while a row is under way may be about that row. */
  let signals = 0

  const leaseEnd = sql`UTC_TIMESTAMP(6) + INTERVAL ${leaseSec} SECOND`
  const isFree = sql`done_at IS NULL AND (leased_until IS NULL OR leased_until < UTC_TIMESTAMP(6))`

  /** Leases what was read and is still as it was read, with one statement. @returns the rows that are ours now */
  const claim = async (rows: readonly WorkRow[]): Promise<Leased[]> => {
    if (rows.length === 0) return []
    const token = newToken('lse')
    const ids = list(rows.map(({ id }) => id))
    const asRead = rowsOf(rows.map(({ id, attempts, requests }) => [id, attempts, requests]))
    const taken = await db.run`UPDATE work_item SET leased_by = ${token}, leased_until = ${leaseEnd}, attempts = attempts + 1
      WHERE id IN (${ids}) AND (id, attempts, requests) IN (${asRead}) AND ${isFree}`
    const ours = rows.map((row) => ({ ...row, token }))
    if (taken.affectedRows === rows.length) return ours
    const won = await db.rows<{ id: number }>`SELECT id FROM work_item WHERE id IN (${ids}) AND leased_by = ${token}`
    return ours.filter((row) => won.some(({ id }) => id === row.id))
  }

  const heldBy = (rows: Iterable<Leased>): Sql => {
    const held = [...rows]
    return sql`id IN (${list(held.map(({ id }) => id))}) AND leased_by IN (${list(held.map(({ token }) => token))}) AND done_at IS NULL`
  }

  const renew = async (): Promise<void> => {
    if (leased.size === 0) return
    await db.run`UPDATE work_item SET leased_until = ${leaseEnd} WHERE ${heldBy(leased.values())} AND leased_until IS NOT NULL`
  }

  const confirm = async (row: Leased): Promise<void> => {
    const held = await db.run`UPDATE work_item SET leased_until = ${leaseEnd} WHERE ${heldBy([row])}`
    if (held.affectedRows !== 1) throw new LeaseLost()
  }

  /** Gives back what was never begun, so that the next one need not wait for the lease to lapse. */
  const release = async (rows: readonly Leased[]): Promise<void> => {
    if (rows.length === 0) return
    await db.run`UPDATE work_item SET leased_until = NULL, attempts = attempts - 1 WHERE ${heldBy(rows)}`.catch(
      (error: unknown) => log.warn({ err: error }, 'work could not be given back; its lease will lapse'),
    )
  }

  /** Marks the row done, unless it was asked for again meanwhile, and writes in the same transaction. Nothing happens when the lease was lost. */
  const finish = async (row: Leased, lastError: string | null, write: (tx: Tx) => Promise<void>): Promise<void> => {
    const mark = async (tx: Tx): Promise<boolean> => {
      const done =
        await tx.run`UPDATE work_item SET done_at = IF(requests = ${row.requests}, ${tx.dbNow}, NULL), leased_until = NULL, last_error = ${lastError}
        WHERE id = ${row.id} AND done_at IS NULL AND leased_by = ${row.token}`
      return done.affectedRows === 1
    }
    try {
      await db.tx(async (tx) => {
        await whileClaiming(mark(tx), () => write(tx))
        options.crash?.('before-job-commit', row.kind)
      })
    } catch (error) {
      if (!(error instanceof NotClaimed)) throw error
    }
  }

  const postpone = async (row: Leased, definition: AnyJob<Deps>, error: Error): Promise<void> => {
    const seconds = (definition.backoffSec ?? defaultBackoffSec)(row.attempts)
    await db.run`UPDATE work_item SET leased_until = NULL, available_at = ${db.dbNow} + INTERVAL ${seconds} SECOND, last_error = ${error.message.slice(0, 1000)}
      WHERE id = ${row.id} AND leased_by = ${row.token} AND done_at IS NULL`
  }

  const work = async (row: Leased): Promise<void> => {
    const definition = byKind.get(row.kind)
    if (definition === undefined) return
    const { id, item_key: key, attempts } = row
    const item: WorkItem<unknown> = { id, key, payload: JSON.parse(row.payload), attempts, confirmLease: () => confirm(row) }
    const started = performance.now()
    try {
      const result: unknown = await definition.effect(item, deps)
      options.crash?.('after-effect-before-apply', row.kind)
      await finish(row, null, (tx) => definition.apply(tx, item, result, deps))
      options.crash?.('after-job-commit', row.kind)
      options.observe?.(row.kind, 'done', performance.now() - started)
    } catch (error) {
      if (error instanceof LeaseLost) log.info({ kind: row.kind, key }, 'a job leaves its row to the worker that took it over')
      else await settle(row, definition, item, error, started)
    }
  }

  const settle = async (
    row: Leased,
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

  const start = (row: Leased): void => {
    const trace = JSON.parse(row.headers) as Trace
    const before = signals
    const task = runInTrace(trace, () => work(row))
      .catch((error: unknown) => log.warn({ err: error, kind: row.kind }, 'a job could not be settled; its lease will lapse'))
      .finally(() => {
        underWay.delete(task)
        if (leased.get(row.id) === row) leased.delete(row.id)
        const next = stopped ? undefined : backlog.shift()
        if (next) start(next)
        if (full || signals !== before) wake()
      })
    underWay.add(task)
  }

  const begin = (row: Leased): void => {
    leased.set(row.id, row)
    if (underWay.size < concurrency) start(row)
    else backlog.push(row)
  }

  const taker: Taker = {
    kinds: new Set(byKind.keys()),
    offer: () => (stopped || backlog.length >= maxBacklog ? null : { token: newToken('lse'), seconds: leaseSec }),
    take: (row, token) => (stopped ? void release([{ ...row, token }]) : begin({ ...row, token })),
  }

  const enter = async (): Promise<void> => {
    if (options.alone) await db.run`UPDATE work_item SET leased_until = NULL WHERE done_at IS NULL AND leased_until IS NOT NULL`
    entered = true
    if (!stopped) takersOf(db).add(taker)
  }

  const pump = async (): Promise<boolean> => {
    if (byKind.size === 0 || stopped) return false
    if (!entered) await enter()
    full = backlog.length >= maxBacklog
    if (full) return true
    const rows = await db.rows<WorkRow>`SELECT id, kind, item_key, payload, headers, attempts, requests FROM work_item
      WHERE available_at <= ${db.dbNow} AND ${isFree} AND kind IN (${kinds})
      ORDER BY available_at LIMIT ${atATime}`
    full = rows.length >= atATime
    const ours = await claim(rows)
    if (stopped) await release(ours)
    else for (const row of ours) begin(row)
    return ours.length > 0
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
      takersOf(db).delete(taker)
      clearInterval(timer)
      unlisten()
      if (running) await running
      await Promise.all(underWay)
      await release(backlog.splice(0))
      clearInterval(renewal)
    },
  }
}
