// Publishes an event: a row in the outbox, written in the transaction that makes it true.
import type { DataOf, EventContract } from '@cartwright/contracts'
import { idFactory, rowsOf, type Sql, type SqlValue, sql, type Tx } from '@cartwright/db'
import { findTrace, newTrace, type Trace } from './trace.ts'
import { assertValid } from './validate.ts'

/** Signalled after a commit that wrote outbox rows; wakes the relay. */
export const outboxSignal = 'outbox'

interface Pending {
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
  const known = tx.locals.get(pendingKey) as Outgoing | undefined
  const outgoing = known ?? { pending: [], trace: null }
  if (known === undefined) {
    tx.locals.set(pendingKey, outgoing)
    tx.beforeCommit(pendingKey, () => flush(tx, outgoing.pending))
    tx.signal(outboxSignal)
  }
  const trace = findTrace() ?? outgoing.trace ?? newTrace()
  outgoing.trace ??= trace
  outgoing.pending.push({ event, aggregateId, payload: JSON.stringify(data), headers: JSON.stringify(trace) })
}

const sameAggregate = (pending: Pending) => `${pending.event.aggregate}\n${pending.aggregateId}`

/** Takes the next version numbers of an aggregate; the row stays locked until COMMIT. */
const takeVersions = async (tx: Tx, type: string, id: string, count: number): Promise<number> => {
  const { insertId } =
    await tx.run`INSERT INTO aggregate_version (aggregate_type, aggregate_id, version) VALUES (${type}, ${id}, LAST_INSERT_ID(${count}))
    ON DUPLICATE KEY UPDATE version = LAST_INSERT_ID(version + ${count})`
  return insertId - count
}

const flush = async (tx: Tx, pending: Pending[]): Promise<void> => {
  const byAggregate = Map.groupBy(pending, sameAggregate)
  const versions = new Map<string, number>()
  // Ascending order, so that two transactions that share aggregates cannot wait for each other.
  for (const [name, [first, ...rest]] of [...byAggregate].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (first) versions.set(name, await takeVersions(tx, first.event.aggregate, first.aggregateId, rest.length + 1))
  }
  const rows = pending.map((item): (SqlValue | Sql)[] => {
    const version = (versions.get(sameAggregate(item)) ?? 0) + 1
    versions.set(sameAggregate(item), version)
    const { event, aggregateId, payload, headers } = item
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
  await tx.run`INSERT INTO outbox_event (event_id, aggregate_type, aggregate_id, aggregate_version, event_type, schema_version, topic, partition_key,
    payload, headers, occurred_at, available_at) VALUES ${rowsOf(rows)}`
}
