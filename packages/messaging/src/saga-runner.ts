// Runs sagas: locks the instance, decides by the table, performs the effects and keeps the deadline, all in one transaction.
import { type Database, gather, type Queryable, rowsOf, type Sql, type SqlValue, sql, type Tx } from '@cartwright/db'
import type { Log, Worker } from './relay.ts'
import { type AnySagaTable, decideStep, type SagaTable } from './saga.ts'
import { currentTrace, runInTrace, type Trace } from './trace.ts'

/** What an effect gets. `input` is undefined for the effects of a timeout that carries no data. */
export interface EffectContext<Deps> {
  id: string
  input: unknown
  deps: Deps
  /** Overrides the deadline of the state being entered or kept. */
  setDeadline(at: Date): void
}
export type Effects<E extends string, Deps> = Record<E, (tx: Tx, context: EffectContext<Deps>) => Promise<void>>

interface Instance<S> {
  state: S
  tries: number
  headers: string
}

/** Where an instance stands. */
export interface SagaView<S extends string> {
  state: S
  tries: number
  deadlineAt: Date | null
  trace: Trace
  startedAt: Date
  updatedAt: Date
}

/** One input that an instance met, also one that meant nothing to it (no effects, `from` is `to`). */
export interface SagaStep {
  input: string
  /** Id of the event that brought it; null for deadlines and people. */
  eventId: string | null
  from: string
  to: string
  effects: string[]
  traceparent: string
  at: Date
}

/** A saga with its effects, as a service registers it. */
export interface RunnableSaga<S extends string, I extends string, Deps> {
  name: string
  readonly table: AnySagaTable
  /** Begins an instance in the caller's transaction; its first effects run at once. */
  start(tx: Tx, id: string, deps: Deps, effects: readonly string[]): Promise<void>
  /** Feeds an input. @returns the new state, or null when the input means nothing now or there is no such instance */
  feed(tx: Tx, id: string, input: I, data: unknown, deps: Deps): Promise<S | null>
  /** The instance's state, locked FOR UPDATE. */
  lockState(tx: Tx, id: string): Promise<S | null>
  /** Writes down, for the inspector, something that the instance met and that changes no state. */
  note(tx: Tx, id: string, input: string): Promise<void>
  /** Where an instance stands, or null. */
  find(db: Queryable, id: string): Promise<SagaView<S> | null>
  /** Everything an instance met, oldest first. */
  steps(db: Queryable, id: string): Promise<SagaStep[]>
  /** Fires deadlines that have passed. */
  startTimer(db: Database, deps: Deps, log: Log): Worker
}

// Deadlines are kept in whole milliseconds, so that both engines store what was meant.
const pollMs = 1000
/** How long an instance whose deadline could not be handled is left alone. */
const restMs = 5000

const stepsKey = Symbol('saga steps')
const insertSteps = async (tx: Tx, steps: readonly (SqlValue | Sql)[][]): Promise<void> => {
  tx.write`INSERT INTO saga_step (saga, saga_id, input, event_id, from_state, to_state, effects, traceparent, created_at) VALUES ${rowsOf(steps)}`
}

/** Joins a table with its effects. @param deadlineSec overrides the table's patience, from configuration */
export const runSaga = <S extends string, I extends string, E extends string, Deps>(
  table: SagaTable<S, I, E>,
  effects: Effects<E, Deps>,
  deadlineSec: (state: S, deps: Deps) => number | undefined = (state) => table.deadlineSec[state],
): RunnableSaga<S, I, Deps> => {
  const lock = (tx: Tx, id: string) =>
    tx.one<Instance<S>>`SELECT state, tries, headers FROM saga_instance WHERE saga = ${table.name} AND id = ${id} FOR UPDATE`

  const perform = async (tx: Tx, id: string, names: readonly E[], input: unknown, deps: Deps): Promise<Date | null> => {
    let deadline: Date | null = null
    const setDeadline = (at: Date) => {
      deadline = at
    }
    for (const name of names) await effects[name](tx, { id, input, deps, setDeadline })
    return deadline
  }

  /** The deadline as SQL: what an effect wished, a fresh one where the state's patience begins anew, else the one that stands. */
  const deadlineOf = (state: S, wished: Date | null, restart: boolean, deps: Deps, now: Sql): Sql => {
    if (wished) return sql`${wished}`
    if (!restart) return sql`deadline_at`
    const seconds = deadlineSec(state, deps)
    return seconds === undefined ? sql`NULL` : sql`${now} + INTERVAL ${seconds} SECOND`
  }

  const note = (tx: Tx, id: string, input: string, from: string, to: string, names: readonly E[]): void => {
    const { causationId, traceparent } = currentTrace()
    const cells = [table.name, id, input, causationId ?? null, from, to, names.join(','), traceparent, tx.dbNow]
    gather(tx, stepsKey, cells, insertSteps)
  }

  const advance = async (
    tx: Tx,
    id: string,
    instance: Instance<S>,
    input: I | 'timedOut',
    data: unknown,
    deps: Deps,
  ): Promise<S | null> => {
    const decision = decideStep(table, instance, input)
    note(tx, id, input, instance.state, decision?.state ?? instance.state, decision?.effects ?? [])
    if (decision === null) return null
    const wished = await perform(tx, id, decision.effects, data, deps)
    // A deadline that has fired and led nowhere new is over, or it would fire for ever.
    const spent = input === 'timedOut' && wished === null && !decision.restart
    tx.write`UPDATE saga_instance SET state = ${decision.state}, tries = ${Math.min(decision.tries, 1_000_000)}, version = version + 1, updated_at = ${tx.dbNow},
      deadline_at = ${spent ? sql`NULL` : deadlineOf(decision.state, wished, decision.restart, deps, tx.dbNow)} WHERE saga = ${table.name} AND id = ${id}`
    return decision.state
  }

  const fire = async (db: Database, id: string, deps: Deps): Promise<void> => {
    const row = await db.one<{ headers: string }>`SELECT headers FROM saga_instance WHERE saga = ${table.name} AND id = ${id}`
    if (row === null) return
    const trace = JSON.parse(row.headers) as Trace
    await runInTrace(trace, () =>
      db.tx(async (tx) => {
        const due = await tx.one<Instance<S>>`SELECT state, tries, headers FROM saga_instance
          WHERE saga = ${table.name} AND id = ${id} AND deadline_at <= ${tx.dbNow} FOR UPDATE`
        if (due === null) return
        const moved = await advance(tx, id, due, 'timedOut', undefined, deps)
        // A deadline that no row of the table wants is cleared, or it would fire for ever.
        if (moved === null) tx.write`UPDATE saga_instance SET deadline_at = NULL WHERE saga = ${table.name} AND id = ${id}`
      }),
    )
  }

  return {
    name: table.name,
    table,
    start: async (tx, id, deps, first) => {
      const wished = await perform(tx, id, first as readonly E[], undefined, deps)
      tx.write`INSERT INTO saga_instance (saga, id, state, headers, started_at, updated_at, deadline_at)
        VALUES (${table.name}, ${id}, ${table.initial}, ${JSON.stringify(currentTrace())}, ${tx.dbNow}, ${tx.dbNow}, ${deadlineOf(table.initial, wished, true, deps, tx.dbNow)})`
    },
    feed: async (tx, id, input, data, deps) => {
      const instance = await lock(tx, id)
      return instance === null ? null : advance(tx, id, instance, input, data, deps)
    },
    lockState: async (tx, id) => (await lock(tx, id))?.state ?? null,
    note: async (tx, id, input) => {
      const instance = await lock(tx, id)
      if (instance) note(tx, id, input, instance.state, instance.state, [])
    },
    find: (db, id) => findInstance(db, table.name, id),
    steps: (db, id) => listSteps(db, table.name, id),
    startTimer: (db, deps, log) => timer(db, log, table.name, (id) => fire(db, id, deps)),
  }
}

interface InstanceRow<S> extends Instance<S> {
  deadline_at: Date | null
  started_at: Date
  updated_at: Date
}

const findInstance = async <S extends string>(db: Queryable, name: string, id: string): Promise<SagaView<S> | null> => {
  const row = await db.one<
    InstanceRow<S>
  >`SELECT state, tries, headers, deadline_at, started_at, updated_at FROM saga_instance WHERE saga = ${name} AND id = ${id}`
  if (row === null) return null
  return {
    state: row.state,
    tries: row.tries,
    deadlineAt: row.deadline_at,
    trace: JSON.parse(row.headers) as Trace,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
  }
}

interface StepRow {
  input: string
  event_id: string | null
  from_state: string
  to_state: string
  effects: string
  traceparent: string
  created_at: Date
}

const listSteps = async (db: Queryable, name: string, id: string): Promise<SagaStep[]> => {
  const rows =
    await db.rows<StepRow>`SELECT input, event_id, from_state, to_state, effects, traceparent, created_at FROM saga_step
    WHERE saga = ${name} AND saga_id = ${id} ORDER BY id LIMIT 1000`
  return rows.map((row) => ({
    input: row.input,
    eventId: row.event_id,
    from: row.from_state,
    to: row.to_state,
    effects: row.effects === '' ? [] : row.effects.split(','),
    traceparent: row.traceparent,
    at: row.created_at,
  }))
}

const timer = (db: Database, log: Log, name: string, fire: (id: string) => Promise<void>): Worker => {
  let running: Promise<boolean> | null = null
  let stopped = false
  /** Instances whose deadline failed, until when they rest: they must not stand in the way of the others. */
  const resting = new Map<string, number>()
  const wakeUp = (): void => {
    for (const [id, until] of resting) if (until < performance.now()) resting.delete(id)
  }
  const pump = async (): Promise<boolean> => {
    wakeUp()
    const rows = await db.rows<{
      id: string
    }>`SELECT id FROM saga_instance WHERE deadline_at <= ${db.dbNow} AND saga = ${name} ORDER BY deadline_at LIMIT ${50 + resting.size}`
    const due = rows.filter(({ id }) => !resting.has(id))
    for (const { id } of due) {
      if (stopped) break
      try {
        await fire(id)
      } catch (error) {
        resting.set(id, performance.now() + restMs)
        log.warn({ err: error, saga: name, id }, 'a deadline could not be handled; it fires again')
      }
    }
    return due.length > 0
  }
  const run = () => {
    running ??= pump()
      .catch((error: unknown) => {
        log.warn({ err: error, saga: name }, 'deadlines could not be read')
        return false
      })
      .finally(() => {
        running = null
      })
    return running
  }
  const interval = setInterval(() => void run(), pollMs)
  return {
    tick: async () => {
      if (running) await running
      return run()
    },
    stop: async () => {
      stopped = true
      clearInterval(interval)
      if (running) await running
    },
  }
}
