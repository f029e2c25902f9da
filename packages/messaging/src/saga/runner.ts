// Saga runner: locks the instance, decides by the table, performs the effects and moves the deadline, all in one transaction.
import { batchBeforeCommit, type Database, type Queryable, rowsOf, type Sql, type SqlValue, sql, type Tx } from '@cartwright/db'
import {
  currentTrace,
  inSpan,
  type Log,
  openSpan,
  runInSpan,
  type SpanOptions,
  type Trace,
  type Tracer,
} from '@cartwright/telemetry'
import type { Worker } from '../worker.ts'
import { startDeadlines } from './deadlines.ts'
import { findInstance, listSteps, type SagaStep, type SagaView } from './queries.ts'
import {
  type AnySaga,
  type AnySagaTable,
  type DeadlineOf,
  decideStep,
  type EffectData,
  type EffectOf,
  type InputOf,
  type StateOf,
} from './saga.ts'

/** What an effect gets: the input that led to it, with the data that its event carried. */
export interface EffectContext<Data, Deps> {
  tx: Tx
  id: string
  /** Name of the input; `started` for the first effects of an instance. */
  input: string
  /** Undefined for deadlines, requests and the start. */
  data: Data
  deps: Deps
  /** Overrides the deadline of the state that is entered or kept. */
  setDeadline(at: Date): void
}

/** An implementation for every effect that the table names. Each sees the data of the inputs whose rows name it. */
export type Effects<T extends AnySaga, Deps> = {
  [E in EffectOf<T>]: (context: EffectContext<EffectData<T, E>, Deps>) => Promise<void>
}

/** A saga with its effects, as a service registers it. */
export interface RunnableSaga<S extends string, I extends string, Deps> {
  name: string
  readonly table: AnySagaTable
  /** Begins an instance in the caller's transaction; its first effects run at once. */
  start(tx: Tx, id: string, deps: Deps, effects: readonly string[]): Promise<void>
  /** Feeds an input. @returns the new state, or null when the state ignores the input or there is no such instance */
  feed(tx: Tx, id: string, input: I, data: unknown, deps: Deps): Promise<S | null>
  /** The instance's state, locked FOR UPDATE. */
  lockState(tx: Tx, id: string): Promise<S | null>
  /** Records, for operators, something that concerns the instance and changes no state. */
  note(tx: Tx, id: string, input: string): Promise<void>
  /** Where an instance stands, or null. */
  find(db: Queryable, id: string): Promise<SagaView<S> | null>
  /** What an instance received, oldest first. */
  steps(db: Queryable, id: string): Promise<SagaStep[]>
  /** Starts firing the deadlines that have passed. */
  startTimer(db: Database, deps: Deps, log: Log, tracer?: Tracer | null): Worker
}

interface Instance {
  state: string
  tries: number
  headers: string
}

interface Deadlines {
  config: Readonly<Record<string, number>>
}

/** A table joined with its effects. */
interface Definition<Deps> {
  table: AnySagaTable
  effects: Readonly<Record<string, (context: EffectContext<unknown, Deps>) => Promise<void>>>
}

/** What an instance receives. */
interface Received<Deps> {
  input: string
  data: unknown
  deps: Deps
}

/** Joins a table with its effects. The seconds of its deadlines are read from the service's configuration. */
export function runSaga<T extends AnySaga, Deps extends { config: Readonly<Record<DeadlineOf<T>, number>> }>(
  table: T,
  effects: Effects<T, Deps>,
): RunnableSaga<StateOf<T>, InputOf<T>, Deps>
export function runSaga<Deps extends Deadlines>(
  table: AnySagaTable,
  effects: Definition<Deps>['effects'],
): RunnableSaga<string, string, Deps> {
  const definition = { table, effects }
  const { name } = table
  return {
    name,
    table,
    start: (tx, id, deps, first) => begin(definition, tx, id, deps, first),
    feed: async (tx, id, input, data, deps) => {
      const instance = await lock(tx, name, id)
      return instance === null ? null : advance(definition, tx, id, instance, { input, data, deps })
    },
    lockState: async (tx, id) => (await lock(tx, name, id))?.state ?? null,
    note: async (tx, id, input) => {
      const instance = await lock(tx, name, id)
      if (instance) recordStep(tx, name, id, { input, from: instance.state, to: instance.state, effects: [] })
    },
    find: (db, id) => findInstance(db, name, id),
    steps: (db, id) => listSteps(db, name, id),
    startTimer: (db, deps, log, tracer = null) =>
      startDeadlines(db, log, name, (id) => fireDeadline(definition, db, id, { deps, tracer })),
  }
}

const lock = (tx: Tx, saga: string, id: string): Promise<Instance | null> => tx.one<Instance>`
  SELECT state, tries, headers
  FROM saga_instance
  WHERE saga = ${saga} AND id = ${id}
  FOR UPDATE`

const begin = async <Deps extends Deadlines>(
  definition: Definition<Deps>,
  tx: Tx,
  id: string,
  deps: Deps,
  first: readonly string[],
): Promise<void> => {
  const { name, initial } = definition.table
  const received = { input: 'started', data: undefined, deps }
  const requested = await inSpan(stepSpan(name, id, { ...received, to: initial }), () =>
    perform(definition, tx, id, first, received),
  )
  const deadline = deadlineOf(definition, initial, { requested, restart: true }, deps, tx.dbNow)
  tx.write`
    INSERT INTO saga_instance (saga, id, state, headers, started_at, updated_at, deadline_at)
    VALUES (${name}, ${id}, ${initial}, ${JSON.stringify(currentTrace())}, ${tx.dbNow}, ${tx.dbNow}, ${deadline})`
}

const stepSpan = (saga: string, id: string, step: { input: string; from?: string; to: string }): SpanOptions => ({
  name: `saga ${saga} ${step.input}`,
  attributes: { 'cartwright.saga.id': id, 'cartwright.saga.from': step.from ?? '', 'cartwright.saga.to': step.to },
})

/** Does what the table says for the input. @returns the new state, or null when the state ignores the input */
const advance = async <Deps extends Deadlines>(
  definition: Definition<Deps>,
  tx: Tx,
  id: string,
  instance: Instance,
  received: Received<Deps>,
): Promise<string | null> => {
  const { table } = definition
  const { input, deps } = received
  const decision = decideStep(table, instance, input)
  const to = decision?.state ?? instance.state
  recordStep(tx, table.name, id, { input, from: instance.state, to, effects: decision?.effects ?? [] })
  if (decision === null) return null
  const { state, restart } = decision
  const requested = await inSpan(stepSpan(table.name, id, { input, from: instance.state, to }), () =>
    perform(definition, tx, id, decision.effects, received),
  )
  // A deadline that has fired and led to no new deadline is cleared, otherwise it would fire again and again.
  const isSpent = input === 'timedOut' && requested === null && !restart
  tx.write`
    UPDATE saga_instance
    SET state = ${state}, tries = ${Math.min(decision.tries, maxTries)}, version = version + 1, updated_at = ${tx.dbNow},
      deadline_at = ${isSpent ? sql`NULL` : deadlineOf(definition, state, { requested, restart }, deps, tx.dbNow)}
    WHERE saga = ${table.name} AND id = ${id}`
  return state
}

/** What the column can count. */
const maxTries = 1_000_000

/** Performs effects in order. @returns the deadline that an effect requested */
const perform = async <Deps extends Deadlines>(
  { effects }: Definition<Deps>,
  tx: Tx,
  id: string,
  names: readonly string[],
  { input, data, deps }: Received<Deps>,
): Promise<Date | null> => {
  let deadline: Date | null = null
  const setDeadline = (at: Date) => {
    deadline = at
  }
  for (const name of names) await effects[name]?.({ tx, id, input, data, deps, setDeadline })
  return deadline
}

/** The deadline as SQL: the one that an effect requested, a new one where the state's time begins anew, else the one that stands. */
const deadlineOf = <Deps extends Deadlines>(
  { table }: Definition<Deps>,
  state: string,
  { requested, restart }: { requested: Date | null; restart: boolean },
  deps: Deps,
  now: Sql,
): Sql => {
  if (requested) return sql`${requested}`
  if (!restart) return sql`deadline_at`
  const key = table.deadline[state]
  if (key === undefined) return sql`NULL`
  const seconds = deps.config[key]
  if (seconds === undefined) throw new Error(`saga ${table.name}: the configuration has no ${key}`)
  return sql`${now} + INTERVAL ${seconds} SECOND`
}

const fireDeadline = async <Deps extends Deadlines>(
  definition: Definition<Deps>,
  db: Database,
  id: string,
  { deps, tracer }: { deps: Deps; tracer: Tracer | null },
): Promise<void> => {
  const { name } = definition.table
  const row = await db.one<{ headers: string }>`SELECT headers FROM saga_instance WHERE saga = ${name} AND id = ${id}`
  if (row === null) return
  const trace = openSpan(tracer, JSON.parse(row.headers) as Trace, { name: `deadline ${name}` })
  await runInSpan(trace, () =>
    db.tx(async (tx) => {
      const due = await tx.one<Instance>`
        SELECT state, tries, headers
        FROM saga_instance
        WHERE saga = ${name} AND id = ${id} AND deadline_at <= ${tx.dbNow}
        FOR UPDATE`
      if (due === null) return
      const state = await advance(definition, tx, id, due, { input: 'timedOut', data: undefined, deps })
      // A deadline that the table ignores is cleared, otherwise it would fire again and again.
      if (state === null) tx.write`UPDATE saga_instance SET deadline_at = NULL WHERE saga = ${name} AND id = ${id}`
    }),
  )
}

const stepsKey = Symbol('saga steps')

/** Collects a row of the instance's history; the rows of a transaction are written together before COMMIT. */
const recordStep = (
  tx: Tx,
  saga: string,
  id: string,
  { input, from, to, effects }: Pick<SagaStep, 'input' | 'from' | 'to'> & { effects: readonly string[] },
): void => {
  const { causationId, traceparent } = currentTrace()
  const row = [saga, id, input, causationId ?? null, from, to, effects.join(','), traceparent, tx.dbNow]
  batchBeforeCommit(tx, stepsKey, row, insertSteps)
}

const insertSteps = async (tx: Tx, steps: readonly (SqlValue | Sql)[][]): Promise<void> => {
  tx.write`
    INSERT INTO saga_step (saga, saga_id, input, event_id, from_state, to_state, effects, traceparent, created_at)
    VALUES ${rowsOf(steps)}`
}
