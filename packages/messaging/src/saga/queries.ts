// Saga queries: where instances stand and what they met. The saga tables are private to this package.
import { list, type Queryable, type Sql, sql } from '@cartwright/db'
import type { Trace } from '@cartwright/telemetry'
import type { AnySagaTable } from './saga.ts'

/** Where an instance stands. */
export interface SagaView<S extends string> {
  state: S
  tries: number
  deadlineAt: Date | null
  trace: Trace
  startedAt: Date
  updatedAt: Date
}

/** One input that an instance received, also one that changed nothing (no effects, `from` is `to`). */
export interface SagaStep {
  input: string
  /** Id of the event that brought the input; null for deadlines and operators. */
  eventId: string | null
  from: string
  to: string
  effects: string[]
  traceparent: string
  at: Date
}

interface InstanceRow<S> {
  state: S
  tries: number
  headers: string
  deadline_at: Date | null
  started_at: Date
  updated_at: Date
}

export const findInstance = async <S extends string>(db: Queryable, saga: string, id: string): Promise<SagaView<S> | null> => {
  const row = await db.one<InstanceRow<S>>`
    SELECT state, tries, headers, deadline_at, started_at, updated_at
    FROM saga_instance
    WHERE saga = ${saga} AND id = ${id}`
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

/** What an instance received, oldest first, at most 1,000 steps. */
export const listSteps = async (db: Queryable, saga: string, id: string): Promise<SagaStep[]> => {
  const rows = await db.rows<StepRow>`
    SELECT input, event_id, from_state, to_state, effects, traceparent, created_at
    FROM saga_step
    WHERE saga = ${saga} AND saga_id = ${id}
    ORDER BY id
    LIMIT 1000`
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

/** A SELECT of the `id`, `state` and `deadline_at` of a saga's instances, for use inside a statement of the caller. */
export const sagaInstances = (saga: string): Sql => sql`SELECT id, state, deadline_at FROM saga_instance WHERE saga = ${saga}`

/** A SELECT of the ids of the instances that took one of the newest steps, for use inside a statement of the caller. */
export const recentlyAdvanced = (newestSteps: number): Sql =>
  sql`SELECT saga_id FROM (SELECT saga_id FROM saga_step ORDER BY id DESC LIMIT ${newestSteps}) recent`

/** A SELECT of the ids of the instances that are five minutes past their deadline, the longest overdue first. */
export const overdueSagas = (db: Queryable): Sql => sql`
  SELECT id
  FROM saga_instance
  WHERE deadline_at < ${db.dbNow} - INTERVAL 5 MINUTE
  ORDER BY deadline_at, id`

/** How many instances stand in a state, and for how many seconds the one that has waited longest. */
interface SagaStateCount {
  instances: number
  oldestSec: number
}

/** The states of a saga that do not end it, each with its instances. */
export const measureSagaStates = async (
  db: Queryable,
  { name, states, terminal }: Pick<AnySagaTable, 'name' | 'states' | 'terminal'>,
): Promise<Map<string, SagaStateCount>> => {
  const active = Object.keys(states).filter((state) => !terminal.includes(state))
  const rows = await db.rows<{ state: string; instances: number; age: number }>`
    SELECT state, COUNT(*) AS instances, TIMESTAMPDIFF(SECOND, MIN(updated_at), ${db.dbNow}) AS age
    FROM saga_instance
    WHERE saga = ${name} AND state IN (${list(active)})
    GROUP BY state`
  const found = new Map(rows.map(({ state, instances, age }) => [state, { instances, oldestSec: Math.max(0, age) }]))
  return new Map(active.map((state) => [state, found.get(state) ?? { instances: 0, oldestSec: 0 }]))
}

/** How many instances of a saga stand more than a minute past their deadline, 10,000 at most. */
export const countOverdueSagas = async (db: Queryable, saga: string): Promise<number> => {
  const row = await db.one<{ overdue: number }>`
    SELECT COUNT(*) AS overdue
    FROM (
      SELECT id
      FROM saga_instance
      WHERE deadline_at < ${db.dbNow} - INTERVAL 1 MINUTE AND saga = ${saga}
      LIMIT 10000) late`
  return row?.overdue ?? 0
}
