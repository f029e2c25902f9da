// Messages a consumer gave up on: a row for the operator and a record on `<topic>.dlq`, in one transaction.
import { type Database, idFactory } from '@cartwright/db'
import { outboxSignal } from './publish.ts'
import { currentTrace } from './trace.ts'
import type { WireRecord } from './wire.ts'

export type DeadReason = 'invalid' | 'permanent' | 'exhausted'

const newEventId = idFactory(() => Date.now())

/** Writes the dead letter and claims the inbox row, so that a redelivery does not try again. */
export const deadLetter = async (
  db: Database,
  consumer: string,
  record: WireRecord,
  failure: { reason: DeadReason; error: unknown; attempts: number },
): Promise<void> => {
  const eventId = record.headers.ce_id ?? 'unknown'
  const type = record.headers.ce_type ?? 'unknown'
  const error = failure.error instanceof Error ? `${failure.error.name}: ${failure.error.message}` : String(failure.error)
  const headers = JSON.stringify(record.headers)
  await db.tx(async (tx) => {
    const claimed = await tx.run`INSERT IGNORE INTO inbox_event (consumer, event_id, received_at) VALUES (${consumer}, ${eventId}, UTC_TIMESTAMP(6))`
    if (claimed.affectedRows === 0) return
    await tx.run`INSERT INTO dead_letter (consumer, event_id, event_type, topic, partition_key, payload, headers, reason, error, attempts, created_at)
      VALUES (${consumer}, ${eventId}, ${type}, ${record.topic}, ${record.key}, ${record.value}, ${headers}, ${failure.reason}, ${error}, ${failure.attempts}, ${tx.dbNow})`
    await tx.run`INSERT INTO outbox_event (event_id, aggregate_type, aggregate_id, aggregate_version, event_type, schema_version, topic, partition_key, payload, headers, occurred_at, available_at)
      VALUES (${newEventId('evt')}, 'dead-letter', ${`${consumer}:${eventId}`.slice(0, 80)}, 1, ${type}, 1, ${`${record.topic}.dlq`}, ${record.key}, ${record.value},
      ${JSON.stringify(currentTrace())}, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`
    tx.signal(outboxSignal)
  })
}
