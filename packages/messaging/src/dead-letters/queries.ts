// Dead letter queries: list, count and read the messages that the consumers of this schema gave up on.
import { type Database, type Queryable, sql, where } from '@cartwright/db'
import type { DeadReason } from './writer.ts'

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

interface SummaryRow {
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

/** A dead letter with its message. */
export interface DeadLetterRow extends SummaryRow {
  payload: string
  headers: string
}

const summaryColumns = sql`id, consumer, event_id, event_type, topic, partition_key, reason, error, attempts,
  created_at, resolved_at, resolution`
export const deadLetterColumns = sql`${summaryColumns}, payload, headers`

const deadLetterOf = (row: SummaryRow): DeadLetter => ({
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
  const rows = await db.rows<SummaryRow>`
    SELECT ${summaryColumns}
    FROM dead_letter
    WHERE ${conditions}
    ORDER BY id DESC
    LIMIT ${limit}`
  return rows.map(deadLetterOf)
}

const maxCounted = 100_000

/** How many dead letters, parked ones included, wait for an operator, 100,000 at most. */
export const countOpenDeadLetters = async (db: Queryable): Promise<number> => {
  const row = await db.one<{ open: number }>`
    SELECT COUNT(*) AS open
    FROM (SELECT id FROM dead_letter WHERE resolved_at IS NULL LIMIT ${maxCounted}) unresolved`
  return row?.open ?? 0
}

/** One letter with its message and what operators did, or null. */
export const findDeadLetter = async (db: Database, id: number): Promise<DeadLetterDetail | null> => {
  const row = await db.one<DeadLetterRow>`SELECT ${deadLetterColumns} FROM dead_letter WHERE id = ${id}`
  if (row === null) return null
  const audit = await db.rows<DeadLetterDetail['audit'][number]>`
    SELECT action, actor, outcome, at
    FROM dead_letter_audit
    WHERE dead_letter_id = ${id}
    ORDER BY id`
  return { ...deadLetterOf(row), payload: row.payload, headers: JSON.parse(row.headers), audit }
}
