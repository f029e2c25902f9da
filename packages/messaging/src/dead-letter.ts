// Messages a consumer gave up on: a row for the operator and a record on `<topic>.dlq`, in one transaction. Later ones of the aggregate park behind.
import { createHash } from 'node:crypto'
import { type Database, idFactory, type Tx } from '@cartwright/db'
import { outboxSignal } from './publish.ts'
import { copyOf, keptHeaders } from './record-size.ts'
import { currentTrace } from './trace.ts'
import type { WireRecord } from './wire.ts'

/** Why a message is no longer tried. `parked`: an earlier message of its aggregate lies dead. */
export type DeadReason = 'invalid' | 'permanent' | 'exhausted' | 'crash_loop' | 'parked'

const newEventId = idFactory(() => Date.now())

/** A stranger's text as a column of letters, digits and signs holds it; null when it does not fit. */
export const plain = (text: string | undefined, max: number): string | null =>
  text !== undefined && text.length > 0 && text.length <= max && /^[\x20-\x7e]+$/.test(text) ? text : null

/**
 * A record's id, type and key as columns can hold them. Whatever a stranger put on the topic must be storable: an id that
 * is absent or not plain is replaced by one made from the record, and `named` is false.
 */
export const identityOf = (record: WireRecord): { eventId: string; type: string; key: string; named: boolean } => {
  const { ce_id: id, ce_type: type } = record.headers
  const given = plain(id, 40)
  const digest = (text: string, length: number) => createHash('sha256').update(text).digest('hex').slice(0, length)
  return {
    eventId: given ?? `odd_${digest(JSON.stringify([record.topic, record.key, record.headers, record.value]), 32)}`,
    type: plain(type, 80) ?? 'unknown',
    key: plain(record.key, 80) ?? `odd_${digest(record.key, 32)}`,
    named: given !== null,
  }
}

interface Failure {
  reason: DeadReason
  error: unknown
  attempts: number
}

/** The text of an error as an operator sees it. */
export const errorText = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 4000)

const insert = async (tx: Tx, consumer: string, record: WireRecord, { reason, error, attempts }: Failure): Promise<void> => {
  const { eventId, type, key } = identityOf(record)
  await tx.run`INSERT INTO dead_letter (consumer, event_id, event_type, topic, partition_key, payload, headers, reason, error, attempts, created_at)
    VALUES (${consumer}, ${eventId}, ${type}, ${record.topic}, ${key}, ${record.value}, ${JSON.stringify(keptHeaders(record.headers))}, ${reason}, ${errorText(error)}, ${attempts}, ${tx.dbNow})`
}

/** Copies the record to `<topic>.dlq`, with its own headers and what happened. The row is the original: a copy that is too large is cut. */
const announce = async (tx: Tx, consumer: string, record: WireRecord, { reason, error, attempts }: Failure): Promise<void> => {
  const { type, key } = identityOf(record)
  const extra = {
    ...keptHeaders(record.headers),
    'dead-letter-consumer': consumer,
    'dead-letter-reason': reason,
    'dead-letter-error': errorText(error).slice(0, 500),
    'dead-letter-attempts': String(attempts),
  }
  const id = newEventId('evt')
  await tx.run`INSERT INTO outbox_event (event_id, aggregate_type, aggregate_id, aggregate_version, event_type, schema_version, topic, partition_key, payload, headers, occurred_at, available_at)
    VALUES (${id}, 'dead-letter', ${id}, 1, ${type}, 1, ${`${record.topic}.dlq`}, ${key}, ${copyOf(record.value, extra)},
    ${JSON.stringify({ ...currentTrace(), extra })}, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`
  tx.signal(outboxSignal)
}

/** Writes the dead letter and claims the inbox row, so that a redelivery does not try again. */
export const deadLetter = async (db: Database, consumer: string, record: WireRecord, failure: Failure): Promise<void> => {
  const { eventId } = identityOf(record)
  await db.tx(async (tx) => {
    const claimed =
      await tx.run`INSERT IGNORE INTO inbox_event (consumer, event_id, received_at) VALUES (${consumer}, ${eventId}, UTC_TIMESTAMP(6))`
    if (claimed.affectedRows === 0) return
    await tx.run`DELETE FROM delivery_attempt WHERE consumer = ${consumer} AND event_id = ${eventId}`
    await insert(tx, consumer, record, failure)
    await announce(tx, consumer, record, failure)
  })
}

/**
 * Parks a record behind the dead letter of its aggregate.
 * @returns false when there is none, or when the record was claimed before
 */
export const park = async (tx: Tx, consumer: string, record: WireRecord): Promise<boolean> => {
  const { eventId, key } = identityOf(record)
  // Locked, so that a redrive that is emptying the queue right now either sees this record or is waited for.
  const ahead =
    await tx.one`SELECT id FROM dead_letter WHERE consumer = ${consumer} AND partition_key = ${key} AND resolved_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE`
  const claimed =
    await tx.run`INSERT IGNORE INTO inbox_event (consumer, event_id, received_at) VALUES (${consumer}, ${eventId}, UTC_TIMESTAMP(6))`
  if (claimed.affectedRows === 0) return false
  // The queue emptied between the look and the lock: run the transaction again, the claim will succeed now.
  if (ahead === null) throw new QueueEmptied()
  await insert(tx, consumer, record, { reason: 'parked', error: 'an earlier event of the same aggregate is dead', attempts: 0 })
  return true
}

/** The dead letter that a record was to park behind was resolved at that moment. */
export class QueueEmptied extends Error {
  constructor() {
    super('the dead letter ahead was resolved meanwhile')
    this.name = 'QueueEmptied'
  }
}
