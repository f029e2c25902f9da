// Publishes events: an outbox row is written in the transaction that makes the event true, right before COMMIT.

import { type DataOf, type EventContract, labelsOf } from '@cartwright/contracts'
import { getOrCreate, idFactory, rowsOf, type Sql, type SqlValue, sql, type Tx } from '@cartwright/db'
import { findTrace, labelWork, newTrace, type Trace } from '@cartwright/telemetry'
import { assertValid, InvalidEvent } from '../validate.ts'
import { maxRecordBytes } from './record-size.ts'

/** Signalled after a commit that wrote outbox rows; wakes the relay. */
export const outboxSignal = 'outbox'

interface Pending {
  /** Position among the events of the transaction. */
  at: number
  event: EventContract
  aggregateId: string
  payload: string
  /** The trace of the work that published the event, as JSON: a shared transaction holds several traces. */
  headers: string
}

/** Outside any trace, the events of one transaction share a new one. */
interface Outgoing {
  pending: Pending[]
  trace: Trace | null
}

const pendingKey = Symbol('outbox')
const newEventId = idFactory(() => Date.now())

/**
 * Publishes `data` as `event` when the transaction commits. Events of one aggregate get consecutive versions in commit order.
 * @throws InvalidEvent when the data does not fit the contract; the transaction then aborts
 */
export const publish = async <E extends EventContract>(tx: Tx, event: E, data: DataOf<E>): Promise<void> => {
  assertValid(event, data)
  labelWork(labelsOf(data))
  const aggregateId = String((data as Record<string, unknown>)[event.key])
  const outgoing = getOrCreate(tx.scope, pendingKey, (): Outgoing => {
    const fresh: Outgoing = { pending: [], trace: null }
    // Last of the hooks before COMMIT: the others may still publish.
    tx.beforeCommit(pendingKey, () => flush(tx, fresh.pending), true)
    tx.signal(outboxSignal)
    return fresh
  })
  const payload = JSON.stringify(data)
  if (Buffer.byteLength(payload) > maxRecordBytes)
    throw new InvalidEvent(event.name, `the data has more than ${maxRecordBytes} bytes`)
  const trace = findTrace() ?? outgoing.trace ?? newTrace()
  outgoing.trace ??= trace
  const { pending } = outgoing
  pending.push({ at: pending.length, event, aggregateId, payload, headers: JSON.stringify(trace) })
}

const nameOf = (type: string, id: string) => `${type}\n${id}`
const sameAggregate = ({ event, aggregateId }: Pending) => nameOf(event.aggregate, aggregateId)

/** The events of one aggregate in one transaction. */
interface Share {
  type: string
  id: string
  events: Pending[]
}

/** Sorted by aggregate, so that two transactions that publish for the same aggregates cannot deadlock. */
const sharesOf = (pending: readonly Pending[]): Share[] =>
  [...Map.groupBy(pending, sameAggregate)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, events]) => (events[0] ? [{ type: events[0].event.aggregate, id: events[0].aggregateId, events }] : []))

/** Takes the next version numbers of each aggregate; its row stays locked until COMMIT. */
const takeVersions = (tx: Tx, shares: readonly Share[]): void =>
  tx.write`
    INSERT INTO aggregate_version (aggregate_type, aggregate_id, version)
    VALUES ${rowsOf(shares.map(({ type, id, events }) => [type, id, events.length]))}
    ON DUPLICATE KEY UPDATE version = version + VALUES(version)`

/** The version of an event as SQL. @param followers how many events of its aggregate follow it in the transaction */
const versionOf = ({ type, id }: Share, followers: number): Sql =>
  sql`(SELECT version FROM aggregate_version WHERE aggregate_type = ${type} AND aggregate_id = ${id}) - ${followers}`

const flush = async (tx: Tx, pending: readonly Pending[]): Promise<void> => {
  const shares = sharesOf(pending)
  takeVersions(tx, shares)
  const numbered = shares.flatMap((share) =>
    share.events.map((item, index) => ({ ...item, version: versionOf(share, share.events.length - 1 - index) })),
  )
  const rows = numbered
    .sort((a, b) => a.at - b.at)
    .map(({ event, aggregateId, version, payload, headers }): (SqlValue | Sql)[] => {
      return [
        newEventId('evt'),
        event.aggregate,
        aggregateId,
        version,
        event.name,
        event.version,
        event.topic,
        aggregateId,
        payload,
        headers,
        tx.dbNow,
        sql`UTC_TIMESTAMP(6)`,
      ]
    })
  tx.write`
    INSERT INTO outbox_event (event_id, aggregate_type, aggregate_id, aggregate_version, event_type, schema_version, topic,
      partition_key, payload, headers, occurred_at, available_at)
    VALUES ${rowsOf(rows)}`
}
