// Sends outbox rows: reads what is new, hands it to the transport in batches, and puts back or sets aside what was refused.
import type { Database } from '@cartwright/db'
import type { Log, Tracer } from '@cartwright/telemetry'
import type { CrashHook } from '../crash-point.ts'
import { recordSends } from '../message-spans.ts'
import { RecordTooLarge, type Transport } from '../transport/transport.ts'
import { batchesOf, batchSize, recordOf } from './batches.ts'
import type { InFlight } from './in-flight.ts'
import type { OutboxReader, OutboxRow } from './reader.ts'

export interface Sender {
  db: Database
  transport: Transport
  log: Log
  /** Records each send as a span; absent while tracing is off. */
  tracer?: Tracer | null
  reader: OutboxReader
  inFlight: InFlight
  /** Called for each row that can be marked. */
  onSettled: () => void
  /** Milliseconds from commit to the transport's acceptance, for a metric. */
  observe?: (milliseconds: number) => void
  crash?: CrashHook
}

/** Sends up to a batch of new rows; rows in flight are not sent again. @returns how many rows were read, and whether there may be more */
export const sendNext = async (sender: Sender): Promise<{ read: number; mayHaveMore: boolean }> => {
  const { reader, inFlight } = sender
  if (inFlight.isFull()) return { read: 0, mayHaveMore: false }
  const found = await reader.next(batchSize)
  const fresh = found.filter((row) => !inFlight.has(row.id))
  let sent = 0
  try {
    for (const batch of batchesOf(fresh)) {
      await sendBatch(sender, batch)
      sent += batch.length
    }
  } catch (error) {
    reader.unread(fresh.slice(sent))
    throw error
  }
  // What is committed from here on has a signal of its own, or is found by the next poll.
  return { read: found.length, mayHaveMore: found.length >= batchSize }
}

const sendBatch = async (sender: Sender, rows: readonly OutboxRow[]): Promise<void> => {
  const { db, transport, inFlight, crash, observe, onSettled } = sender
  const [first] = rows
  if (first === undefined) return
  const ids = rows.map(({ id }) => id)
  const sends = recordSends(sender, rows.map(recordOf))
  const idOf = new Map(sends.sent.map((record, index) => [record, ids[index]]))
  inFlight.add(ids)
  if (transport.kind === 'kafka') crash?.('before-send', first.event_type)
  try {
    await transport.send(sends.sent, (record) => {
      const id = idOf.get(record)
      if (id === undefined) return
      inFlight.settle(id)
      onSettled()
    })
    sends.end()
  } catch (error) {
    sends.end(error)
    if (error instanceof RecordTooLarge) return sendSingly(sender, rows, error)
    inFlight.abandon(ids)
    await recordFailure(db, first.id, error)
    throw error
  }
  if (transport.kind === 'kafka') crash?.('after-ack-before-mark', first.event_type)
  observe?.(Date.now() - first.occurred_at.getTime())
}

/** Sends the rows of a refused batch one by one, and sets the row aside that is too large, so that the others go on. */
const sendSingly = async (sender: Sender, rows: readonly OutboxRow[], error: RecordTooLarge): Promise<void> => {
  const { db, inFlight, log } = sender
  const [first, ...others] = rows
  if (first === undefined) return
  if (others.length > 0) {
    inFlight.abandon(rows.map(({ id }) => id))
    for (const row of rows) await sendBatch(sender, [row])
    return
  }
  log.error(
    { err: error, event: first.event_id, topic: first.topic },
    'relay: an event is too large for the brokers and is not sent; raise message.max.bytes or split the event',
  )
  await recordFailure(db, first.id, error)
  // Only a copy is lost: the dead letter itself is a row. An event stays unpublished, and the invariant I4 reports it.
  if (first.topic.endsWith('.dlq')) inFlight.settle(first.id)
}

const recordFailure = async (db: Database, id: number, error: unknown): Promise<void> => {
  const message = error instanceof Error ? error.message : String(error)
  await db.run`UPDATE outbox_event SET attempts = attempts + 1, last_error = ${message.slice(0, 500)} WHERE id = ${id}`
}
