// Dead letter writer: keeps a message that a consumer gave up on as a row, and copies it to `<topic>.dlq`, in one transaction.
import { type Database, idFactory, type Tx } from '@cartwright/db'
import { currentTrace } from '@cartwright/telemetry'
import { outboxSignal } from '../outbox/publish.ts'
import { copyOf, storedHeaders } from '../outbox/record-size.ts'
import type { WireRecord } from '../transport/cloud-event.ts'
import { identityOf } from '../transport/record-headers.ts'

/** Why a message is no longer tried. `parked`: an earlier message of its aggregate is a dead letter. */
export type DeadReason = 'invalid' | 'permanent' | 'exhausted' | 'crash_loop' | 'parked'

const newEventId = idFactory(() => Date.now())

interface Failure {
  reason: DeadReason
  error: unknown
  attempts: number
}

/** The text of an error as an operator reads it. */
export const errorText = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 4000)

/** Writes the dead letter and claims the inbox row, so that a redelivery does not try again. */
export const deadLetter = async (db: Database, consumer: string, record: WireRecord, failure: Failure): Promise<void> => {
  const { eventId } = identityOf(record)
  await db.tx(async (tx) => {
    if (!(await claimEvent(tx, consumer, eventId))) return
    await tx.run`DELETE FROM delivery_attempt WHERE consumer = ${consumer} AND event_id = ${eventId}`
    await insertLetter(tx, consumer, record, failure)
    await publishCopy(tx, consumer, record, failure)
  })
}

/**
 * Parks a record behind the dead letter of its aggregate.
 * @returns false when there is none, or when the record was claimed before
 * @throws QueueEmptied when the dead letter was resolved at this moment
 */
export const park = async (tx: Tx, consumer: string, record: WireRecord): Promise<boolean> => {
  const { eventId, key } = identityOf(record)
  // Locked, so that a redrive that empties the queue at this moment sees this record or is waited for.
  const ahead = await tx.one`
    SELECT id
    FROM dead_letter
    WHERE consumer = ${consumer} AND partition_key = ${key} AND resolved_at IS NULL
    ORDER BY id
    LIMIT 1
    FOR UPDATE`
  if (!(await claimEvent(tx, consumer, eventId))) return false
  if (ahead === null) throw new QueueEmptied()
  await insertLetter(tx, consumer, record, {
    reason: 'parked',
    error: 'an earlier event of the same aggregate is a dead letter',
    attempts: 0,
  })
  return true
}

/** The dead letter that a record was to park behind was resolved meanwhile. The record is tried again, and its claim succeeds. */
export class QueueEmptied extends Error {
  constructor() {
    super('the dead letter ahead was resolved meanwhile; the event is tried again')
    this.name = 'QueueEmptied'
  }
}

const claimEvent = async (tx: Tx, consumer: string, eventId: string): Promise<boolean> => {
  const { affectedRows } = await tx.run`
    INSERT IGNORE INTO inbox_event (consumer, event_id, received_at)
    VALUES (${consumer}, ${eventId}, UTC_TIMESTAMP(6))`
  return affectedRows === 1
}

const insertLetter = async (tx: Tx, consumer: string, record: WireRecord, failure: Failure): Promise<void> => {
  const { eventId, type, key } = identityOf(record)
  const headers = JSON.stringify(storedHeaders(record.headers))
  await tx.run`
    INSERT INTO dead_letter (consumer, event_id, event_type, topic, partition_key, payload, headers,
      reason, error, attempts, created_at)
    VALUES (${consumer}, ${eventId}, ${type}, ${record.topic}, ${key}, ${record.value}, ${headers},
      ${failure.reason}, ${errorText(failure.error)}, ${failure.attempts}, ${tx.dbNow})`
}

/** Publishes a copy to `<topic>.dlq` with its own headers and the reason. The row is the original: a copy that is too large is cut. */
const publishCopy = async (tx: Tx, consumer: string, record: WireRecord, failure: Failure): Promise<void> => {
  const { type, key } = identityOf(record)
  const extra = {
    ...storedHeaders(record.headers),
    'dead-letter-consumer': consumer,
    'dead-letter-reason': failure.reason,
    'dead-letter-error': errorText(failure.error).slice(0, 500),
    'dead-letter-attempts': String(failure.attempts),
  }
  const id = newEventId('evt')
  const headers = JSON.stringify({ ...currentTrace(), extra })
  await tx.run`
    INSERT INTO outbox_event (event_id, aggregate_type, aggregate_id, aggregate_version, event_type, schema_version, topic,
      partition_key, payload, headers, occurred_at, available_at)
    VALUES (${id}, 'dead-letter', ${id}, 1, ${type}, 1, ${`${record.topic}.dlq`},
      ${key}, ${copyOf(record.value, extra)}, ${headers}, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`
  tx.signal(outboxSignal)
}
