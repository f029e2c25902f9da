// Handles one event in one transaction: claim, handle, publish, commit. This path is complete; the optimisations are built around it.
import { labelsOf } from '@cartwright/contracts'
import { type Database, list, type Sql, sql, type Tx } from '@cartwright/db'
import { labelWork } from '@cartwright/telemetry'
import type { CrashHook } from '../crash-point.ts'
import { park } from '../dead-letters/writer.ts'
import { messageOf, type WireRecord } from '../transport/cloud-event.ts'
import { identityOf } from '../transport/record-headers.ts'
import { assertValid, InvalidEvent } from '../validate.ts'
import type { EventHandler, Outcome } from './event-handler.ts'

export interface HandleOptions<Deps> {
  db: Database
  /** Consumer group: the service's name, or `<service>-<projection>`. */
  group: string
  deps: Deps
  /** Later events of an aggregate wait behind its dead letter, so that their order holds. */
  blockAggregateOnDeadLetter?: boolean
  crash?: CrashHook
}

/** @param beforeCommit writes in the same transaction, whatever the outcome */
export const handleOne = async <Deps>(
  { db, group, deps, blockAggregateOnDeadLetter = false, crash }: HandleOptions<Deps>,
  handler: EventHandler<Deps>,
  record: WireRecord,
  beforeCommit: (tx: Tx) => Promise<void>,
): Promise<Outcome> => {
  const type = handler.event.name
  if (!identityOf(record).hasEventId) throw new InvalidEvent(type, 'the header ce_id is missing or not printable ASCII')
  const outcome = await db.tx(async (tx): Promise<Outcome> => {
    const isClaimed = await claim(tx, group, record, blockAggregateOnDeadLetter)
    // The events that the handler publishes become outbox rows of this transaction.
    if (isClaimed) await runHandler(tx, handler, record, deps)
    await beforeCommit(tx)
    if (!isClaimed) return blockAggregateOnDeadLetter && (await park(tx, group, record)) ? 'parked' : 'duplicate'
    crash?.('before-handler-commit', type)
    return 'handled'
  })
  if (outcome === 'handled') crash?.('after-handler-commit', type)
  return outcome
}

/**
 * Claims the event for the consumer by inserting its inbox row.
 * @param blockAggregate claims nothing while a dead letter of the same aggregate is open
 * @returns false when the event was claimed before, or must park
 */
const claim = async (tx: Tx, consumer: string, record: WireRecord, blockAggregate: boolean): Promise<boolean> => {
  const { eventId, key } = identityOf(record)
  const condition = blockAggregate ? sql`WHERE NOT EXISTS (${openLetters(consumer, list([key]))})` : sql``
  const written = await tx.run`
    INSERT IGNORE INTO inbox_event (consumer, event_id, received_at)
    SELECT ${consumer}, ${eventId}, UTC_TIMESTAMP(6) FROM DUAL
    ${condition}`
  return written.affectedRows === 1
}

/** A SELECT of the dead letters that no operator has settled yet. @param keys ids of aggregates, as an SQL list */
export const openLetters = (consumer: string, keys: Sql): Sql =>
  sql`SELECT 1 FROM dead_letter WHERE consumer = ${consumer} AND partition_key IN (${keys}) AND resolved_at IS NULL`

/** Runs a handler in an open transaction. @throws InvalidEvent when the data does not fit the contract, and what the handler throws */
export const runHandler = async <Deps>(tx: Tx, handler: EventHandler<Deps>, record: WireRecord, deps: Deps): Promise<void> => {
  const data: unknown = JSON.parse(record.value)
  assertValid(handler.event, data)
  labelWork(labelsOf(data))
  await handler.handle({ tx, message: messageOf(record, data), deps })
}
