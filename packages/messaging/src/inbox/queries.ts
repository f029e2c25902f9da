// Inbox queries: whether a consumer of this schema has handled an event. The inbox table is private to this package.
import { type Queryable, type Sql, sql } from '@cartwright/db'

/** A condition: the consumer has handled the event. */
const isHandled = (consumer: string, eventId: Sql): Sql =>
  sql`EXISTS (SELECT 1 FROM inbox_event handled WHERE handled.consumer = ${consumer} AND handled.event_id = ${eventId})`

/** A condition: the newest event of an aggregate exists, and the consumer has not handled it. Type and id are SQL of the caller's statement. */
export const isNewestUnhandled = (consumer: string, aggregateType: Sql, aggregateId: Sql): Sql => sql`EXISTS (
  SELECT 1
  FROM aggregate_version counted
  JOIN outbox_event newest ON newest.aggregate_type = counted.aggregate_type
    AND newest.aggregate_id = counted.aggregate_id
    AND newest.aggregate_version = counted.version
  WHERE counted.aggregate_type = ${aggregateType} AND counted.aggregate_id = ${aggregateId}
    AND NOT ${isHandled(consumer, sql`newest.event_id`)})`

/** Whether one of the newest events of this schema is about such an aggregate and not handled by the consumer yet. */
export const hasRecentUnhandled = async (
  db: Queryable,
  consumer: string,
  aggregateType: string,
  newestEvents: number,
): Promise<boolean> => {
  const row = await db.one`
    SELECT recent.event_id
    FROM (SELECT event_id, aggregate_type FROM outbox_event ORDER BY id DESC LIMIT ${newestEvents}) recent
    WHERE recent.aggregate_type = ${aggregateType} AND NOT ${isHandled(consumer, sql`recent.event_id`)}
    LIMIT 1`
  return row !== null
}
