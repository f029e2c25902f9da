// Claims and handles events in an open transaction, whoever opened it: each once per consumer, in the trace of what caused it.
import { join, list, type Sql, sql, type Tx } from '@cartwright/db'
import type { Registration } from './consume.ts'
import { identityOf, plain } from './dead-letter.ts'
import { newTrace, parseTraceparent, type Trace } from './trace.ts'
import { assertValid } from './validate.ts'
import { messageOf, type WireRecord } from './wire.ts'

/**
 * Claims the event for the consumer, unless an earlier event of its aggregate lies dead and the consumer keeps order.
 * @returns false when it was claimed before, or must park
 */
export const claim = async (tx: Tx, consumer: string, record: WireRecord, parks: boolean): Promise<boolean> => {
  const { eventId, key } = identityOf(record)
  const written = parks
    ? await tx.run`INSERT IGNORE INTO inbox_event (consumer, event_id, received_at) SELECT ${consumer}, ${eventId}, UTC_TIMESTAMP(6) FROM DUAL
        WHERE NOT EXISTS (SELECT 1 FROM dead_letter WHERE consumer = ${consumer} AND partition_key = ${key} AND resolved_at IS NULL)`
    : await tx.run`INSERT IGNORE INTO inbox_event (consumer, event_id, received_at) VALUES (${consumer}, ${eventId}, UTC_TIMESTAMP(6))`
  return written.affectedRows === 1
}

const idsOf = ([first, ...rest]: readonly string[]): Sql =>
  join([sql`SELECT ${first ?? ''} AS event_id`, ...rest.map((id) => sql`SELECT ${id}`)], ' UNION ALL ')

/**
 * Claims several events, by the rules of `claim`.
 * @returns whether every one was claimed; when not, it is unknown which were, and the transaction must be given up
 */
export const claimAll = async (tx: Tx, consumer: string, records: readonly WireRecord[], parks: boolean): Promise<boolean> => {
  const identities = records.map(identityOf)
  const keys = identities.map(({ key }) => key)
  // In one order everywhere, so that two members of a group that were handed the same events cannot wait for each other.
  const ids = idsOf(identities.map(({ eventId }) => eventId).sort())
  const written = parks
    ? await tx.run`INSERT IGNORE INTO inbox_event (consumer, event_id, received_at) SELECT ${consumer}, fresh.event_id, UTC_TIMESTAMP(6) FROM (${ids}) AS fresh
        WHERE NOT EXISTS (SELECT 1 FROM dead_letter WHERE consumer = ${consumer} AND partition_key IN (${list(keys)}) AND resolved_at IS NULL)`
    : await tx.run`INSERT IGNORE INTO inbox_event (consumer, event_id, received_at) SELECT ${consumer}, fresh.event_id, UTC_TIMESTAMP(6) FROM (${ids}) AS fresh`
  return written.affectedRows === records.length
}

/** Runs a handler for a record in an open transaction. @throws InvalidEvent, and whatever the handler throws */
export const handleIn = async <Deps>(tx: Tx, registration: Registration<Deps>, record: WireRecord, deps: Deps): Promise<void> => {
  const data: unknown = JSON.parse(record.value)
  assertValid(registration.event, data)
  await registration.handle(tx, messageOf(record, data), deps)
}

/** The trace of the work that an event causes; a new one where a stranger's event names none. */
export const traceOf = (record: WireRecord): Trace => ({
  ...newTrace(plain(record.headers.ce_correlationid, 80) ?? undefined),
  ...(parseTraceparent(record.headers.traceparent) ? { traceparent: record.headers.traceparent ?? '' } : {}),
  causationId: plain(record.headers.ce_id, 40) ?? '',
})
