// Outbox queries: what a service may ask about the events that it has published. The outbox table is private to this package.
import { type Queryable, type Sql, sql } from '@cartwright/db'

/** An event as the outbox stores it. */
export interface PublishedEvent {
  id: string
  type: string
  occurredAt: Date
}

/** The events of an aggregate in order, as far as retention has not deleted them: 7 days after they were sent. */
export const publishedEvents = async (db: Queryable, aggregate: { type: string; id: string }): Promise<PublishedEvent[]> => {
  const rows = await db.rows<{ event_id: string; event_type: string; occurred_at: Date }>`
    SELECT event_id, event_type, occurred_at
    FROM outbox_event
    WHERE aggregate_type = ${aggregate.type} AND aggregate_id = ${aggregate.id}
    ORDER BY id`
  return rows.map((row) => ({ id: row.event_id, type: row.event_type, occurredAt: row.occurred_at }))
}

/** A SELECT of the ids of one type's aggregates among the newest events, for use inside a statement of the caller. */
export const recentlyPublished = (aggregateType: string, newestEvents: number): Sql => sql`
  SELECT aggregate_id
  FROM (SELECT aggregate_type, aggregate_id FROM outbox_event ORDER BY id DESC LIMIT ${newestEvents}) recent
  WHERE aggregate_type = ${aggregateType}`

/** Whether an event of this correlation is not sent yet, or not handled by every group of an in-process transport. */
export const hasUnpublished = async (db: Queryable, correlationId: string): Promise<boolean> => {
  const pattern = `%"correlationId":"${correlationId}"%`
  const row = await db.one`
    SELECT id
    FROM outbox_event
    WHERE published_at IS NULL AND headers LIKE ${pattern}
    LIMIT 1`
  return row !== null
}

/** The count of a long queue ends here, so that a reading costs little however long the queue is. */
const maxCounted = 100_000

/** How many events wait in the outbox, 100,000 at most, and for how many seconds the oldest one has. */
export const measureOutbox = async (db: Queryable): Promise<{ pending: number; oldestSec: number }> => {
  const counted = await db.one<{ pending: number }>`
    SELECT COUNT(*) AS pending
    FROM (SELECT id FROM outbox_event WHERE published_at IS NULL LIMIT ${maxCounted}) waiting`
  const oldest = await db.one<{ age: number }>`
    SELECT TIMESTAMPDIFF(SECOND, available_at, UTC_TIMESTAMP(6)) AS age
    FROM outbox_event
    WHERE published_at IS NULL
    ORDER BY id
    LIMIT 1`
  return { pending: counted?.pending ?? 0, oldestSec: oldest?.age ?? 0 }
}
