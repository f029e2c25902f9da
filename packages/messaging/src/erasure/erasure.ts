// Erasure of personal data: tombstones of erased subjects, and removal of their data from outbox rows, dead letters and job errors.

import { allEvents, withoutPersonalData } from '@cartwright/contracts'
import { type Database, join, list, type Queryable, rowsOf, type Sql, sql, type Tx } from '@cartwright/db'
import { parseTraceparent } from '@cartwright/telemetry'
import { enqueueUnlessPending } from '../jobs/enqueue.ts'

/** The job that sweeps; service-kit runs it in every service with a schema. */
export const sweepKind = 'sweep-erasures'
/** Seconds after an erasure at which a sweep looks for data that raced with it. The last sweep is well within 24 hours. */
const sweepsAfterSec = [0, 600, 7200, 43_200, 75_600] as const
/** An outbox row that has waited this long is erased although it is not sent: Kafka may be away for longer than 24 hours. */
const maxWait = sql`INTERVAL 12 HOUR`
const batch = 200

/** Whether a subject's personal data is erased here, as SQL. */
export const isErased = (subjectId: string | null): Sql =>
  sql`EXISTS (SELECT 1 FROM erased_subject WHERE subject_id = ${subjectId})`

/** Whether the personal data of any of these subjects is erased here. */
export const hasErased = async (db: Queryable, ...subjectIds: readonly (string | null | undefined)[]): Promise<boolean> => {
  const ids = subjectIds.filter((id): id is string => typeof id === 'string')
  if (ids.length === 0) return false
  return (await db.one`SELECT subject_id FROM erased_subject WHERE subject_id IN (${list(ids)}) LIMIT 1`) !== null
}

/** Leaves tombstones of subjects, in the transaction that erases them. Repeating it changes nothing. */
export const recordErasure = async (tx: Tx, ...subjectIds: readonly string[]): Promise<void> => {
  if (subjectIds.length === 0) return
  const rows = [...subjectIds].sort().map((id) => [id, tx.dbNow, tx.dbNow])
  await tx.run`INSERT IGNORE INTO erased_subject (subject_id, erased_at, next_at) VALUES ${rowsOf(rows)}`
  await enqueueUnlessPending(tx, sweepKind, 'due', {})
}

/** Subjects for which a sweep is due, at most a batch of them. */
export const listDueErasures = async (db: Queryable): Promise<string[]> => {
  const due = await db.rows<{
    subject_id: string
  }>`
    SELECT subject_id
    FROM erased_subject
    WHERE next_at <= ${db.dbNow}
    ORDER BY next_at
    LIMIT ${batch}`
  return due.map(({ subject_id: id }) => id)
}

/** Notes that a sweep of these subjects was done. */
export const completeSweep = async (db: Queryable, subjectIds: readonly string[]): Promise<void> => {
  const next = sweepsAfterSec.slice(1).map((after, done) => sql`WHEN ${done} THEN erased_at + INTERVAL ${after} SECOND`)
  await db.run`
    UPDATE erased_subject
    SET next_at = CASE sweeps ${join(next, ' ')} ELSE NULL END, sweeps = sweeps + 1
    WHERE subject_id IN (${list(subjectIds)})`
}

const contracts = new Map(allEvents.map((event) => [event.name, event]))
const aggregates = [...new Set(allEvents.map((event) => event.aggregate))]

/** The payload of an event without personal data; an empty object when no contract tells which data that is. */
const erasedPayload = (type: string, payload: string): string => {
  const contract = contracts.get(type)
  if (contract === undefined) return '{}'
  try {
    return JSON.stringify(withoutPersonalData(contract.data, JSON.parse(payload)))
  } catch {
    return '{}'
  }
}

type Headers = Record<string, unknown> & { extra?: Record<string, string> }

/** Headers without free text: the request id of a client, and the text of an error. */
const erasedHeaders = (headers: string): string => {
  const { extra, ...trace } = JSON.parse(headers) as Headers
  const traceId = parseTraceparent(String(trace.traceparent ?? ''))?.traceId ?? ''
  const kept = extra && {
    ...extra,
    'dead-letter-error': 'erased',
    ...(extra.ce_correlationid ? { ce_correlationid: traceId } : {}),
  }
  const correlation = trace.ce_correlationid === undefined ? { correlationId: traceId } : { ce_correlationid: traceId }
  return JSON.stringify({ ...trace, ...correlation, ...(kept ? { extra: kept } : {}) })
}

interface StoredEvent {
  id: number
  event_type: string
  payload: string
  headers: string
}

/** Erases the rows that `read` finds after an id, until there are no more. */
const eraseRows = async (
  read: (after: number) => Promise<StoredEvent[]>,
  write: (row: StoredEvent) => Promise<unknown>,
): Promise<void> => {
  for (let after = 0; ; ) {
    const rows = await read(after)
    for (const row of rows)
      await write({ ...row, payload: erasedPayload(row.event_type, row.payload), headers: erasedHeaders(row.headers) })
    after = rows.at(-1)?.id ?? after
    if (rows.length < batch) return
  }
}

const writeEvent = (db: Database, { id, payload, headers }: StoredEvent) =>
  db.run`UPDATE outbox_event SET payload = ${payload}, headers = ${headers}, last_error = NULL WHERE id = ${id}`

/** Erases personal data in the outbox rows of aggregates. Rows that are not sent keep it for 12 hours. */
export const eraseEvents = (db: Database, subjectIds: readonly string[]): Promise<void> =>
  eraseRows(
    (after) => db.rows<StoredEvent>`
      SELECT id, event_type, payload, headers
      FROM outbox_event
      WHERE aggregate_type IN (${list(aggregates)}) AND aggregate_id IN (${list(subjectIds)}) AND id > ${after}
        AND (published_at IS NOT NULL OR occurred_at < ${db.dbNow} - ${maxWait})
      ORDER BY id
      LIMIT ${batch}`,
    (row) => writeEvent(db, row),
  )

/**
 * Erases personal data in dead letters of erased subjects, parked ones included, and in their copies for the dead-letter topic.
 * What is left of a message fits its contract and can still be redriven.
 */
export const eraseDeadLetters = async (db: Database): Promise<void> => {
  const keys = await db.rows<{
    partition_key: string
  }>`
    SELECT DISTINCT d.partition_key
    FROM dead_letter d
    JOIN erased_subject e ON e.subject_id = d.partition_key
    WHERE d.erased_at IS NULL
    LIMIT ${batch}`
  const ids = list(keys.map(({ partition_key: key }) => key))
  await eraseRows(
    (after) => db.rows<StoredEvent>`
      SELECT id, event_type, payload, headers
      FROM outbox_event
      WHERE aggregate_type = 'dead-letter' AND partition_key IN (${ids}) AND id > ${after}
      ORDER BY id
      LIMIT ${batch}`,
    (row) => writeEvent(db, row),
  )
  await eraseRows(
    (after) => db.rows<StoredEvent>`
      SELECT id, event_type, payload, headers
      FROM dead_letter
      WHERE erased_at IS NULL AND partition_key IN (${ids}) AND id > ${after}
      ORDER BY id
      LIMIT ${batch}`,
    async ({ id, payload, headers }) => {
      await db.run`
        UPDATE dead_letter_audit
        SET outcome = 'failed'
        WHERE dead_letter_id = ${id} AND outcome NOT IN ('handled', 'discarded')`
      await db.run`
        UPDATE dead_letter
        SET payload = ${payload}, headers = ${headers}, erased_at = ${db.dbNow},
          error = CONCAT(SUBSTRING_INDEX(error, ':', 1), ' (erased)')
        WHERE id = ${id}`
    },
  )
}

/** Erases the error texts of jobs: a mail server's answer may name its recipient. */
export const eraseJobErrors = async (tx: Tx, kind: string, keys: readonly string[]): Promise<void> => {
  await tx.run`UPDATE work_item SET last_error = NULL WHERE kind = ${kind} AND item_key IN (${list(keys)})`
}
