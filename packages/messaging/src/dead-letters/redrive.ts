// Redrive and discard: what an operator does about a dead letter. Letters of one aggregate are handled in order; each act leaves an audit row.
import type { Database, Tx } from '@cartwright/db'
import { runInTrace } from '@cartwright/telemetry'
import type { EventHandler } from '../inbox/event-handler.ts'
import { runHandler } from '../inbox/handle-one.ts'
import type { WireRecord } from '../transport/cloud-event.ts'
import { traceOf } from '../transport/record-headers.ts'
import { type DeadLetterRow, deadLetterColumns } from './queries.ts'
import { errorText } from './writer.ts'

export interface RedriveResult {
  /** Ids of the letters that were handled, in order: the dead one, then those parked behind it. */
  redriven: number[]
  /** The letter that failed again; those behind it stay parked. */
  failed: { id: number; error: string } | null
}

/** Handlers of each group of a service, by the group's name. */
export type Groups<Deps> = Readonly<Record<string, readonly EventHandler<Deps>[]>>

export interface DeadLetterService {
  /**
   * Handles a letter again, after earlier ones of its aggregate, and then what is parked behind it, until one fails.
   * @param actor the operator, for the audit
   * @returns null when there is no such open letter
   */
  redrive(id: number, actor: string): Promise<RedriveResult | null>
  /** Gives a letter up for good; what was parked behind it is handled. @returns null when there is no such open letter */
  discard(id: number, actor: string): Promise<RedriveResult | null>
}

interface ServiceState<Deps> {
  db: Database
  groups: Groups<Deps>
  deps: Deps
}

export const createDeadLetterService = <Deps>(db: Database, groups: Groups<Deps>, deps: Deps): DeadLetterService => {
  const state = { db, groups, deps }
  return {
    redrive: async (id, actor) => {
      const row = await findOpen(db, id)
      if (row === null) return null
      // No letter overtakes an earlier one of its aggregate.
      return drainQueue(state, await findFirstOpen(db, row), actor)
    },
    discard: async (id, actor) => {
      const row = await discardOne(db, id, actor)
      if (row === null) return null
      return drainQueue(state, await findNextParked(db, row), actor)
    },
  }
}

type Queue = Pick<DeadLetterRow, 'consumer' | 'partition_key'>

const findOpen = (db: Database, id: number): Promise<DeadLetterRow | null> =>
  db.one<DeadLetterRow>`SELECT ${deadLetterColumns} FROM dead_letter WHERE id = ${id} AND resolved_at IS NULL`

const lockOpen = (tx: Tx, id: number): Promise<DeadLetterRow | null> =>
  tx.one<DeadLetterRow>`SELECT ${deadLetterColumns} FROM dead_letter WHERE id = ${id} AND resolved_at IS NULL FOR UPDATE`

/** The first letter of an aggregate's queue. */
const findFirstOpen = (db: Database, { consumer, partition_key }: Queue): Promise<DeadLetterRow | null> => db.one<DeadLetterRow>`
  SELECT ${deadLetterColumns}
  FROM dead_letter
  WHERE consumer = ${consumer} AND partition_key = ${partition_key} AND resolved_at IS NULL
  ORDER BY id
  LIMIT 1`

/** The first letter of the queue when it only waited for the one before; another dead letter needs a decision of its own. */
const findNextParked = async (db: Database, queue: Queue): Promise<DeadLetterRow | null> => {
  const next = await findFirstOpen(db, queue)
  return next?.reason === 'parked' ? next : null
}

/** Handles `first`, then what waits behind it, in order, until one fails. */
const drainQueue = async <Deps>(
  state: ServiceState<Deps>,
  first: DeadLetterRow | null,
  actor: string,
): Promise<RedriveResult> => {
  const redriven: number[] = []
  let next = first
  while (next !== null) {
    const error = await redriveOne(state, next, actor)
    if (error !== null) return { redriven, failed: { id: next.id, error } }
    redriven.push(next.id)
    next = await findNextParked(state.db, next)
  }
  return { redriven, failed: null }
}

/** Runs the handler with the same event id; the event's inbox row exists since the letter was written. @returns null, or the error */
const redriveOne = async <Deps>({ db, groups, deps }: ServiceState<Deps>, row: DeadLetterRow, actor: string) => {
  try {
    const handler = groups[row.consumer]?.find(({ event }) => event.name === row.event_type)
    if (handler === undefined)
      throw new Error(
        `${row.consumer} has no handler for ${row.event_type}: discard the letter, or deploy a version that has one`,
      )
    const record = recordOf(row)
    await runInTrace(traceOf(record), () =>
      db.tx(async (tx) => {
        if ((await lockOpen(tx, row.id)) === null) return
        await runHandler(tx, handler, record, deps)
        await resolve(tx, row.id, 'redriven')
        await insertAudit(tx, row.id, 'redrive', actor, 'handled')
      }),
    )
    return null
  } catch (error) {
    const text = errorText(error)
    await db.run`
      UPDATE dead_letter
      SET attempts = attempts + 1, error = ${text}, reason = IF(reason = 'parked', 'permanent', reason)
      WHERE id = ${row.id} AND resolved_at IS NULL`
    await insertAudit(db, row.id, 'redrive', actor, text.slice(0, 500))
    return text
  }
}

const discardOne = (db: Database, id: number, actor: string): Promise<DeadLetterRow | null> =>
  db.tx(async (tx) => {
    const row = await lockOpen(tx, id)
    if (row === null) return null
    await resolve(tx, id, 'discarded')
    await insertAudit(tx, id, 'discard', actor, 'discarded')
    return row
  })

const recordOf = (row: DeadLetterRow): WireRecord => ({
  topic: row.topic,
  key: row.partition_key,
  value: row.payload,
  headers: JSON.parse(row.headers),
})

const resolve = (tx: Tx, id: number, resolution: 'redriven' | 'discarded') => tx.run`
  UPDATE dead_letter
  SET resolved_at = ${tx.dbNow}, resolution = ${resolution}, attempts = attempts + 1
  WHERE id = ${id}`

const insertAudit = (
  to: Pick<Tx, 'run' | 'dbNow'>,
  id: number,
  action: 'redrive' | 'discard',
  actor: string,
  outcome: string,
) => to.run`
  INSERT INTO dead_letter_audit (dead_letter_id, action, actor, outcome, at)
  VALUES (${id}, ${action}, ${actor}, ${outcome}, ${to.dbNow})`
