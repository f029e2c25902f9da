// Publishes an event: a row in the outbox, written in the transaction that makes it true.
import type { DataOf, EventContract } from '@cartwright/contracts'
import { idFactory, join, rowsOf, type Sql, type SqlValue, sql, type Tx } from '@cartwright/db'
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

const nameOf = (type: string, id: string) => `${type}\n${id}`
const sameAggregate = ({ event, aggregateId }: Pending) => nameOf(event.aggregate, aggregateId)

/** Takes the next version numbers of an aggregate; the row stays locked until COMMIT. */
const takeVersions = async (tx: Tx, type: string, id: string, count: number): Promise<number> => {
  const { insertId } =
    await tx.run`INSERT INTO aggregate_version (aggregate_type, aggregate_id, version) VALUES (${type}, ${id}, LAST_INSERT_ID(${count}))
    ON DUPLICATE KEY UPDATE version = LAST_INSERT_ID(version + ${count})`
  return insertId - count
}

/** What several aggregates publish in one transaction. */
interface Share {
  name: string
  type: string
  id: string
  count: number
}

/** Takes the next version numbers of several aggregates, in two statements. @returns the last version before, by name */
const takeAllVersions = async (tx: Tx, shares: readonly Share[]): Promise<Map<string, number>> => {
  await tx.run`INSERT INTO aggregate_version (aggregate_type, aggregate_id, version) VALUES ${rowsOf(shares.map(({ type, id, count }) => [type, id, count]))}
    ON DUPLICATE KEY UPDATE version = version + VALUES(version)`
  const those = shares.map(({ type, id }) => sql`(aggregate_type = ${type} AND aggregate_id = ${id})`)
  const rows = await tx.rows<{ aggregate_type: string; aggregate_id: string; version: number }>`
    SELECT aggregate_type, aggregate_id, version FROM aggregate_version WHERE ${join(those, ' OR ')}`
  const now = new Map(rows.map((row) => [nameOf(row.aggregate_type, row.aggregate_id), row.version]))
  return new Map(shares.map(({ name, count }) => [name, (now.get(name) ?? count) - count]))
}

/** The last version of each aggregate before these events. */
const versionsBefore = async (tx: Tx, pending: readonly Pending[]): Promise<Map<string, number>> => {
  // Ascending order, so that two transactions that share aggregates cannot wait for each other.
  const shares = [...Map.groupBy(pending, sameAggregate)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, events]): Share[] =>
      events[0] ? [{ name, type: events[0].event.aggregate, id: events[0].aggregateId, count: events.length }] : [],
    )
  const [only, ...others] = shares
  if (only === undefined || others.length > 0) return takeAllVersions(tx, shares)
  return new Map([[only.name, await takeVersions(tx, only.type, only.id, only.count)]])
}

const flush = async (tx: Tx, pending: Pending[]): Promise<void> => {
  const versions = await versionsBefore(tx, pending)
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
