// Publishes an event: a row in the outbox, written in the transaction that makes it true.
import type { DataOf, EventContract } from '@cartwright/contracts'
import { idFactory, kept, rowsOf, type Sql, type SqlValue, sql, type Tx } from '@cartwright/db'
import { maxRecordBytes } from './record-size.ts'
import { findTrace, newTrace, type Trace } from './trace.ts'
import { assertValid, InvalidEvent } from './validate.ts'

/** Signalled after a commit that wrote outbox rows; wakes the relay. */
export const outboxSignal = 'outbox'

interface Pending {
  /** Its place among what the transaction publishes. */
  at: number
  event: EventContract
  aggregateId: string
  payload: string
  /** The trace of the work that published it, as JSON: several events may be handled in one transaction. */
  headers: string
}

/** Outside any trace, what one transaction publishes belongs together. */
interface Outgoing {
  pending: Pending[]
  trace: Trace | null
}

const pendingKey = Symbol('outbox')
const newEventId = idFactory(() => Date.now())

/**
 * Publishes `data` as `event` when the transaction commits. Events of one aggregate are counted and leave in commit order.
 * @throws InvalidEvent when the data does not fit the contract; the transaction then aborts
 */
export const publish = async <E extends EventContract>(tx: Tx, event: E, data: DataOf<E>): Promise<void> => {
  assertValid(event, data)
  const aggregateId = String((data as Record<string, unknown>)[event.key])
  const outgoing = kept(tx.locals, pendingKey, (): Outgoing => {
    const fresh: Outgoing = { pending: [], trace: null }
    // Behind everything else that runs before COMMIT, which may still publish.
    tx.beforeCommit(pendingKey, () => flush(tx, fresh.pending), true)
    tx.signal(outboxSignal)
    return fresh
  })
  const payload = JSON.stringify(data)
  if (Buffer.byteLength(payload) > maxRecordBytes) throw new InvalidEvent(event.name, `more than ${maxRecordBytes} bytes`)
  const trace = findTrace() ?? outgoing.trace ?? newTrace()
  outgoing.trace ??= trace
  const { pending } = outgoing
  pending.push({ at: pending.length, event, aggregateId, payload, headers: JSON.stringify(trace) })
}

const nameOf = (type: string, id: string) => `${type}\n${id}`
const sameAggregate = ({ event, aggregateId }: Pending) => nameOf(event.aggregate, aggregateId)

/** What one aggregate publishes in one transaction. */
interface Share {
  type: string
  id: string
  events: Pending[]
}

/** By aggregate, in one order everywhere, so that two transactions that share aggregates cannot wait for each other. */
const sharesOf = (pending: readonly Pending[]): Share[] =>
  [...Map.groupBy(pending, sameAggregate)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, events]) => (events[0] ? [{ type: events[0].event.aggregate, id: events[0].aggregateId, events }] : []))

/** Takes the next version numbers of each aggregate; its row stays locked until COMMIT. */
const takeVersions = (tx: Tx, shares: readonly Share[]): void =>
  tx.write`INSERT INTO aggregate_version (aggregate_type, aggregate_id, version) VALUES ${rowsOf(shares.map(({ type, id, events }) => [type, id, events.length]))}
    ON DUPLICATE KEY UPDATE version = version + VALUES(version)`

/** The version of an event that is followed by so many others of its aggregate. */
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
  tx.write`INSERT INTO outbox_event (event_id, aggregate_type, aggregate_id, aggregate_version, event_type, schema_version, topic, partition_key,
    payload, headers, occurred_at, available_at) VALUES ${rowsOf(rows)}`
}
