// Messaging invariants, for every schema with its tables: I4 published in time, I7 saga deadlines, I9 versions without a gap.
import { type Database, sql } from '@cartwright/db'
import { type Invariant, invariant, maxViolations, type Scan, type Violation } from './invariant.ts'

/** How many of the newest outbox rows each scan reads. */
const newestEvents = 5000

const outboxPublished = invariant<{ db: Database }>({
  name: 'I4-outbox-published',
  sentence: 'every committed event is published within a minute',
  find: async ({ deps: { db } }) => {
    const rows = await db.rows<{
      event_id: string
      event_type: string
      attempts: number
    }>`
      SELECT event_id, event_type, attempts
      FROM outbox_event
      WHERE published_at IS NULL AND available_at < UTC_TIMESTAMP(6) - INTERVAL 60 SECOND
      ORDER BY id
      LIMIT ${maxViolations}`
    return rows.map((row) => ({
      id: row.event_id,
      description: `${row.event_type} ${row.event_id} waits for more than a minute, after ${row.attempts} failed tries`,
    }))
  },
})

const sagaDeadlines = invariant<{ db: Database }>({
  name: 'I7-saga-deadlines',
  sentence: 'no saga stands five minutes past its deadline',
  find: async ({ deps: { db } }) => {
    const rows = await db.rows<{ saga: string; id: string; state: string }>`
      SELECT saga, id, state
      FROM saga_instance
      WHERE deadline_at < ${db.dbNow} - INTERVAL 5 MINUTE
      ORDER BY deadline_at
      LIMIT ${maxViolations}`
    return rows.map(({ saga, id, state }) => ({
      id: `${saga} ${id} ${state}`,
      description: `${saga} ${id} stands in ${state}, more than five minutes past its deadline`,
    }))
  },
})

/** Rows that were published 7 days ago are purged. An hour less: the marks of one aggregate may be a little out of order. */
const keptSince = sql`(UTC_TIMESTAMP(6) - INTERVAL 167 HOUR)`

const newestAggregates = sql`
  SELECT aggregate_type, aggregate_id
  FROM (SELECT aggregate_type, aggregate_id FROM outbox_event ORDER BY id DESC LIMIT ${newestEvents}) newest`

/** Counters that differ from the newest event of their aggregate, unless its events were all purged. */
const wrongCounters = async (db: Database, round: Scan): Promise<Violation[]> => {
  const older = await round.older(db, 'aggregate_version', ['aggregate_type', 'aggregate_id'])
  const rows = await db.rows<{ type: string; id: string; version: number; last: number | null }>`
    SELECT counted.type, counted.id, counted.version, counted.last
    FROM (
      SELECT v.aggregate_type AS type, v.aggregate_id AS id, v.version, v.counted_since,
        (SELECT MAX(o.aggregate_version)
          FROM outbox_event o
          WHERE o.aggregate_type = v.aggregate_type AND o.aggregate_id = v.aggregate_id) AS last
      FROM (${newestAggregates} UNION ${older}) scanned
      JOIN aggregate_version v ON v.aggregate_type = scanned.aggregate_type AND v.aggregate_id = scanned.aggregate_id
    ) counted
    LEFT JOIN outbox_event newest ON newest.aggregate_type = counted.type
      AND newest.aggregate_id = counted.id
      AND newest.aggregate_version = counted.last
    WHERE (counted.last <> counted.version AND (newest.published_at IS NULL OR newest.published_at > ${keptSince}))
      OR (counted.last IS NULL AND counted.counted_since > ${keptSince})
    LIMIT ${maxViolations}`
  return rows.map(({ type, id, version, last }) => ({
    id: `${type} ${id}`,
    description: `${type} ${id} has counted ${version} events, and ${last === null ? 'none is' : `the newest is number ${last}`} in the outbox`,
    rows: [{ table: 'aggregate_version', key: [type, id] }],
  }))
}

/**
 * Events without a counter, and events whose predecessor is missing and cannot have been purged: no event of the aggregate is old enough,
 * or an even older one is kept.
 */
const unpairedEvents = async (db: Database, round: Scan): Promise<Violation[]> => {
  const older = await round.older(db, 'outbox_event', ['id'])
  const rows = await db.rows<{ row_id: number; type: string; id: string; version: number; counted: number | null }>`
    SELECT o.id AS row_id, o.aggregate_type AS type, o.aggregate_id AS id, o.aggregate_version AS version, v.version AS counted
    FROM (SELECT id FROM (SELECT id FROM outbox_event ORDER BY id DESC LIMIT ${newestEvents}) newest UNION ${older}) scanned
    JOIN outbox_event o ON o.id = scanned.id
    LEFT JOIN aggregate_version v ON v.aggregate_type = o.aggregate_type AND v.aggregate_id = o.aggregate_id
    LEFT JOIN outbox_event p ON p.aggregate_type = o.aggregate_type
      AND p.aggregate_id = o.aggregate_id
      AND p.aggregate_version = CAST(o.aggregate_version AS SIGNED) - 1
    WHERE o.aggregate_type <> 'dead-letter'
      AND (v.version IS NULL OR (o.aggregate_version > 1 AND p.id IS NULL AND (v.counted_since > ${keptSince} OR EXISTS (
        SELECT 1
        FROM outbox_event first
        WHERE first.aggregate_type = o.aggregate_type
          AND first.aggregate_id = o.aggregate_id
          AND first.aggregate_version < o.aggregate_version
          AND (first.published_at IS NULL OR first.published_at > ${keptSince})))))
    ORDER BY o.id
    LIMIT ${maxViolations}`
  return rows.map(({ row_id, type, id, version, counted }) => ({
    id: `${type} ${id} ${version}`,
    description: `${type} ${id} has event ${version} in the outbox, and ${counted === null ? 'no counter' : `event ${version - 1} is gone`}`,
    rows: [{ table: 'outbox_event', key: [row_id] }],
  }))
}

const aggregateVersions = invariant<{ db: Database }>({
  name: 'I9-aggregate-versions',
  sentence: 'the counter of an aggregate and its events in the outbox pair up, without a gap',
  find: async ({ deps: { db }, scan }) => [...(await wrongCounters(db, scan)), ...(await unpairedEvents(db, scan))],
})

/** The invariants of every schema with messaging's tables. */
export const messagingInvariants: readonly Invariant<{ db: Database }>[] = [outboxPublished, sagaDeadlines, aggregateVersions]
