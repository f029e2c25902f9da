// Deletes what the backbone no longer needs, in small batches: what was handled longer ago than any redelivery can come.
import type { Database } from '@cartwright/db'
import { type Periodic, periodic } from './periodic.ts'

/** Topics keep records for 7 days; a record can come again that long, and a day more for stopped clocks. */
const inboxDays = 8
const batch = 1000
const rounds = 100

/** Purges the inbox of a schema, and suspicions that were never confirmed. Outbox rows are the relay's own business. */
export const purgeInbox = async (db: Database): Promise<void> => {
  for (let round = 0; round < rounds; round++) {
    const { affectedRows } =
      await db.run`DELETE FROM inbox_event WHERE received_at < UTC_TIMESTAMP(6) - INTERVAL ${inboxDays} DAY LIMIT ${batch}`
    if (affectedRows < batch) break
  }
  await db.run`DELETE FROM delivery_attempt WHERE last_at < UTC_TIMESTAMP(6) - INTERVAL ${inboxDays} DAY LIMIT ${batch}`
}

/** The periodic task that every service with a schema runs. */
export const housekeeping: Periodic<{ db: Database }> = periodic({
  name: 'messaging-housekeeping',
  everySec: 600,
  run: ({ db }) => purgeInbox(db),
})
