// Rows of messaging in every schema: outbox, aggregate versions, inbox and dead letters of a run.
import { type SchemaOwner, schemaOwners } from '@cartwright/contracts'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import type { AggregateRow, DeadLetterRow, EventRow, InboxRow } from './rows.ts'

/** Runs the same query in each schema, and adds the owner to each row. */
const fromEachSchema = async <T extends { owner: string }>(
  list: (owner: SchemaOwner) => Promise<Omit<T, 'owner'>[]>,
): Promise<T[]> => {
  const found: T[] = []
  for (const owner of schemaOwners) found.push(...(await list(owner)).map((row) => ({ ...row, owner }) as T))
  return found
}

/** Events of the run, without the copies of dead letters for the operators' topics. */
export const listEvents = (shop: ShopUnderTest, since: Date): Promise<EventRow[]> =>
  fromEachSchema<EventRow>((owner) =>
    shop.query(
      `SELECT id, event_id, event_type, aggregate_type, aggregate_id, aggregate_version, payload, occurred_at, published_at
       FROM ${shop.table(owner, 'outbox_event')}
       WHERE available_at >= ? AND topic NOT LIKE '%.dlq'
       ORDER BY id`,
      [since],
    ),
  )

/** Aggregates whose events all belong to the run. */
export const listAggregates = (shop: ShopUnderTest, since: Date): Promise<AggregateRow[]> =>
  fromEachSchema<AggregateRow>((owner) =>
    shop.query(
      `SELECT v.aggregate_type, v.aggregate_id, v.version
       FROM ${shop.table(owner, 'aggregate_version')} v
       JOIN ${shop.table(owner, 'outbox_event')} first
         ON first.aggregate_type = v.aggregate_type AND first.aggregate_id = v.aggregate_id AND first.aggregate_version = 1
       WHERE first.available_at >= ? AND first.topic NOT LIKE '%.dlq'`,
      [since],
    ),
  )

export const listInbox = (shop: ShopUnderTest, since: Date): Promise<InboxRow[]> =>
  fromEachSchema<InboxRow>((owner) =>
    shop.query(`SELECT consumer, event_id FROM ${shop.table(owner, 'inbox_event')} WHERE received_at >= ?`, [since]),
  )

export const listDeadLetters = (shop: ShopUnderTest, since: Date): Promise<DeadLetterRow[]> =>
  fromEachSchema<DeadLetterRow>((owner) =>
    shop.query(
      `SELECT id, consumer, event_id, event_type, partition_key, reason, error, resolved_at
       FROM ${shop.table(owner, 'dead_letter')}
       WHERE created_at >= ?`,
      [since],
    ),
  )
