// What must always be true of a service, as queries that look for the contrary; and those of the backbone itself: I4, I7, I9.
import type { Database } from '@cartwright/db'

/** One thing that contradicts an invariant. */
export interface Violation {
  /** The same at every run for as long as it lasts, and another one for another contradiction. */
  id: string
  /** One line for the log: ids and amounts, nothing personal. */
  account: string
}

export interface Invariant<Deps> {
  /** Label of the metrics, such as `I2-stock-bounds`. */
  name: string
  /** What is always true. */
  sentence: string
  /**
   * Looks for contradictions, by reads alone and cheaply on big tables: along an index, over what is recent. Each comparison is
   * one statement, hence one moment of the database.
   * @returns `keptViolations` at most
   */
  find(deps: Deps): Promise<Violation[]>
}

/** More contradictions than this say nothing more. */
export const keptViolations = 20

export const invariant = <Deps>(definition: Invariant<Deps>): Invariant<Deps> => definition

/** How many of the newest outbox rows are compared with their aggregates' counters. */
const newestEvents = 5000

const outboxPublished = invariant<{ db: Database }>({
  name: 'I4-outbox-published',
  sentence: 'every committed event is published within a minute',
  find: async ({ db }) => {
    const rows = await db.rows<{
      event_id: string
      event_type: string
      attempts: number
    }>`SELECT event_id, event_type, attempts FROM outbox_event
      WHERE published_at IS NULL AND available_at < UTC_TIMESTAMP(6) - INTERVAL 60 SECOND ORDER BY id LIMIT ${keptViolations}`
    return rows.map((row) => ({
      id: row.event_id,
      account: `${row.event_type} ${row.event_id} waits for more than a minute, after ${row.attempts} failed tries`,
    }))
  },
})

const sagaDeadlines = invariant<{ db: Database }>({
  name: 'I7-saga-deadlines',
  sentence: 'no saga stands five minutes past its deadline',
  find: async ({ db }) => {
    const rows = await db.rows<{ saga: string; id: string; state: string }>`SELECT saga, id, state FROM saga_instance
      WHERE deadline_at < ${db.dbNow} - INTERVAL 5 MINUTE ORDER BY deadline_at LIMIT ${keptViolations}`
    return rows.map(({ saga, id, state }) => ({
      id: `${saga} ${id} ${state}`,
      account: `${saga} ${id} stands in ${state}, more than five minutes past its deadline`,
    }))
  },
})

interface CountedAggregate {
  type: string
  id: string
  version: number | null
  first: number
  last: number
  found: number
}

/** What is wrong with the newest events of an aggregate; null when they are the tail of what its counter says. */
export const countTrouble = ({ version, first, last, found }: CountedAggregate): string | null => {
  if (version === null) return `has ${found} events and no counter`
  if (version !== last) return `has counted ${version} events, and the newest in the outbox is number ${last}`
  return last - first + 1 === found ? null : `has ${found} events in the outbox from number ${first} to ${last}`
}

// Events of one aggregate lie in the order of their ids, so those among the newest rows are its last ones, without a gap.
const aggregateVersions = invariant<{ db: Database }>({
  name: 'I9-aggregate-versions',
  sentence: 'the counter of an aggregate and its events in the outbox pair up, without a gap',
  find: async ({ db }) => {
    const rows = await db.rows<CountedAggregate>`SELECT o.aggregate_type AS type, o.aggregate_id AS id, v.version AS version,
        MIN(o.aggregate_version) AS first, MAX(o.aggregate_version) AS last, COUNT(*) AS found
      FROM (SELECT aggregate_type, aggregate_id, aggregate_version FROM outbox_event ORDER BY id DESC LIMIT ${newestEvents}) o
      LEFT JOIN aggregate_version v ON v.aggregate_type = o.aggregate_type AND v.aggregate_id = o.aggregate_id
      WHERE o.aggregate_type <> 'dead-letter' GROUP BY o.aggregate_type, o.aggregate_id, v.version
      HAVING v.version IS NULL OR v.version <> MAX(o.aggregate_version) OR COUNT(*) <> MAX(o.aggregate_version) - MIN(o.aggregate_version) + 1
      LIMIT ${keptViolations}`
    return rows.flatMap((row) => {
      const trouble = countTrouble(row)
      return trouble === null ? [] : [{ id: `${row.type} ${row.id}`, account: `${row.type} ${row.id} ${trouble}` }]
    })
  },
})

/** What is true of every schema with messaging's tables. */
export const backboneInvariants: readonly Invariant<{ db: Database }>[] = [outboxPublished, sagaDeadlines, aggregateVersions]
