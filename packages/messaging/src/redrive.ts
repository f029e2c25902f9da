// What an operator does about dead letters: list, inspect, redrive in order, discard; every act leaves an audit row.
import { type Database, sql, type Tx, where } from '@cartwright/db'
import type { Registration } from './consume.ts'
import { type DeadReason, errorText } from './dead-letter.ts'
import { handleIn, traceOf } from './handle.ts'
import { runInTrace } from './trace.ts'
import type { WireRecord } from './wire.ts'

/** A message that a consumer of this schema gave up on, or that waits behind one. */
export interface DeadLetter {
  id: number
  consumer: string
  eventId: string
  eventType: string
  topic: string
  key: string
  reason: DeadReason
  error: string
  /** How often it was tried, redrives included. */
  attempts: number
  createdAt: Date
  resolvedAt: Date | null
  resolution: 'redriven' | 'discarded' | null
}

/** With the message itself, and what operators did. */
export interface DeadLetterDetail extends DeadLetter {
  payload: string
  headers: Record<string, string>
  audit: { action: 'redrive' | 'discard'; actor: string; outcome: string; at: Date }[]
}

export interface RedriveResult {
  /** Ids of the letters that were handled, in order: the dead one, then those parked behind it. */
  redriven: number[]
  /** The one that failed again; those behind it stay parked. */
  failed: { id: number; error: string } | null
}

interface Row {
  id: number
  consumer: string
  event_id: string
  event_type: string
  topic: string
  partition_key: string
  reason: DeadReason
  error: string
  attempts: number
  created_at: Date
  resolved_at: Date | null
  resolution: 'redriven' | 'discarded' | null
}
interface FullRow extends Row {
  payload: string
  headers: string
}

const columns = sql`id, consumer, event_id, event_type, topic, partition_key, reason, error, attempts, created_at, resolved_at, resolution`

const letterOf = (row: Row): DeadLetter => ({
  id: row.id,
  consumer: row.consumer,
  eventId: row.event_id,
  eventType: row.event_type,
  topic: row.topic,
  key: row.partition_key,
  reason: row.reason,
  error: row.error,
  attempts: row.attempts,
  createdAt: row.created_at,
  resolvedAt: row.resolved_at,
  resolution: row.resolution,
})

const recordOf = (row: FullRow): WireRecord => ({
  topic: row.topic,
  key: row.partition_key,
  value: row.payload,
  headers: JSON.parse(row.headers),
})

/** Newest first, by id. @param before only letters with a smaller id: the keyset of the page before */
export const listDeadLetters = async (
  db: Database,
  { open, before, limit }: { open?: boolean; before?: number; limit: number },
): Promise<DeadLetter[]> => {
  const conditions = where([
    open === true && sql`resolved_at IS NULL`,
    open === false && sql`resolved_at IS NOT NULL`,
    before !== undefined && sql`id < ${before}`,
  ])
  const rows = await db.rows<Row>`SELECT ${columns} FROM dead_letter WHERE ${conditions} ORDER BY id DESC LIMIT ${limit}`
  return rows.map(letterOf)
}

/** One letter with its message and history, or null. */
export const findDeadLetter = async (db: Database, id: number): Promise<DeadLetterDetail | null> => {
  const row = await db.one<FullRow>`SELECT ${columns}, payload, headers FROM dead_letter WHERE id = ${id}`
  if (row === null) return null
  const audit = await db.rows<
    DeadLetterDetail['audit'][number]
  >`SELECT action, actor, outcome, at FROM dead_letter_audit WHERE dead_letter_id = ${id} ORDER BY id`
  return { ...letterOf(row), payload: row.payload, headers: JSON.parse(row.headers), audit }
}

const note = (to: Pick<Tx, 'run' | 'dbNow'>, id: number, action: 'redrive' | 'discard', actor: string, outcome: string) =>
  to.run`INSERT INTO dead_letter_audit (dead_letter_id, action, actor, outcome, at) VALUES (${id}, ${action}, ${actor}, ${outcome}, ${to.dbNow})`

const lockOpen = (tx: Tx, id: number) =>
  tx.one<FullRow>`SELECT ${columns}, payload, headers FROM dead_letter WHERE id = ${id} AND resolved_at IS NULL FOR UPDATE`

const resolve = (tx: Tx, id: number, resolution: 'redriven' | 'discarded') =>
  tx.run`UPDATE dead_letter SET resolved_at = ${tx.dbNow}, resolution = ${resolution}, attempts = attempts + 1 WHERE id = ${id}`

/** The one in front of an aggregate's queue. */
const firstOpen = (db: Database, { consumer, partition_key }: Pick<Row, 'consumer' | 'partition_key'>) =>
  db.one<FullRow>`SELECT ${columns}, payload, headers FROM dead_letter WHERE consumer = ${consumer} AND partition_key = ${partition_key} AND resolved_at IS NULL ORDER BY id LIMIT 1`

/** The next in the queue when it is there only because of what was ahead of it; another dead letter is a decision of its own. */
const parkedFirst = async (db: Database, of: Pick<Row, 'consumer' | 'partition_key'>): Promise<FullRow | null> => {
  const next = await firstOpen(db, of)
  return next?.reason === 'parked' ? next : null
}

/** Handlers of each group of a service, by the group's name. */
export type Groups<Deps> = Readonly<Record<string, readonly Registration<Deps>[]>>

/** @param actor who asked, for the audit */
export const deadLetterDesk = <Deps>(db: Database, groups: Groups<Deps>, deps: Deps) => {
  /** Runs the handler with the same event id; the inbox row stands since the letter was written. @returns null when it worked */
  const retry = async (row: FullRow, actor: string): Promise<string | null> => {
    const registration = groups[row.consumer]?.find(({ event }) => event.name === row.event_type)
    try {
      if (registration === undefined) throw new Error(`${row.consumer} does not handle ${row.event_type} any more`)
      const record = recordOf(row)
      await runInTrace(traceOf(record), () =>
        db.tx(async (tx) => {
          if ((await lockOpen(tx, row.id)) === null) return
          await handleIn(tx, registration, record, deps)
          await resolve(tx, row.id, 'redriven')
          await note(tx, row.id, 'redrive', actor, 'handled')
        }),
      )
      return null
    } catch (error) {
      const text = errorText(error)
      await db.run`UPDATE dead_letter SET attempts = attempts + 1, error = ${text}, reason = IF(reason = 'parked', 'permanent', reason) WHERE id = ${row.id} AND resolved_at IS NULL`
      await note(db, row.id, 'redrive', actor, text.slice(0, 500))
      return text
    }
  }

  /** Handles `first`, then what waits behind it, in order, until one fails. */
  const drainQueue = async (first: FullRow | null, actor: string): Promise<RedriveResult> => {
    const redriven: number[] = []
    let next = first
    while (next !== null) {
      const error = await retry(next, actor)
      if (error !== null) return { redriven, failed: { id: next.id, error } }
      redriven.push(next.id)
      next = await parkedFirst(db, next)
    }
    return { redriven, failed: null }
  }

  const findOpen = (id: number) =>
    db.one<FullRow>`SELECT ${columns}, payload, headers FROM dead_letter WHERE id = ${id} AND resolved_at IS NULL`

  return {
    /** Handles the letter again, then what is parked behind it, in order, until one fails. @returns null when there is no such open letter */
    redrive: async (id: number, actor: string): Promise<RedriveResult | null> => {
      const row = await findOpen(id)
      if (row === null) return null
      // No letter overtakes an earlier one of its aggregate.
      return drainQueue(await firstOpen(db, row), actor)
    },
    /** Gives a letter up for good; what was parked behind it is handled. @returns null when there is no such open letter */
    discard: async (id: number, actor: string): Promise<RedriveResult | null> => {
      const row = await db.tx(async (tx) => {
        const locked = await lockOpen(tx, id)
        if (locked === null) return null
        await resolve(tx, id, 'discarded')
        await note(tx, id, 'discard', actor, 'discarded')
        return locked
      })
      if (row === null) return null
      return drainQueue(await parkedFirst(db, row), actor)
    },
  }
}
export type DeadLetterDesk = ReturnType<typeof deadLetterDesk>
