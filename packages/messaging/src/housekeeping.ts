// Deletes what the backbone no longer needs, in small batches: what was handled longer ago than any redelivery can come, and what is done.
import { type Database, purge } from '@cartwright/db'
import { type Periodic, periodic } from './periodic.ts'

/** Topics keep records for 7 days; a record can come again that long, and a day more for stopped clocks. */
export const redeliveryDays = 8

/** Days after which rows of the backbone are deleted. */
export interface Retention {
  /** Jobs that are done. Their keys make a repeated request the same one, so they outlive every redelivery. */
  doneJobDays: number
  /** What sagas met. The instances stay. */
  sagaStepDays: number
  /** Dead letters that an operator has redriven or discarded, with what was done about them. */
  deadLetterDays: number
}

/** Purges the inbox of a schema, and suspicions that were never confirmed. Outbox rows are the relay's own business. */
export const purgeInbox = async (db: Database): Promise<void> => {
  await purge(
    (limit) =>
      db.run`DELETE FROM inbox_event WHERE received_at < UTC_TIMESTAMP(6) - INTERVAL ${redeliveryDays} DAY LIMIT ${limit}`,
  )
  await purge(
    (limit) =>
      db.run`DELETE FROM delivery_attempt WHERE last_at < UTC_TIMESTAMP(6) - INTERVAL ${redeliveryDays} DAY LIMIT ${limit}`,
  )
}

/** Purges done jobs, steps of sagas and resolved dead letters. */
export const purgeDone = async (db: Database, { doneJobDays, sagaStepDays, deadLetterDays }: Retention): Promise<void> => {
  await purge((limit) => db.run`DELETE FROM work_item WHERE done_at < ${db.dbNow} - INTERVAL ${doneJobDays} DAY LIMIT ${limit}`)
  await purge(
    (limit) => db.run`DELETE FROM saga_step WHERE created_at < ${db.dbNow} - INTERVAL ${sagaStepDays} DAY LIMIT ${limit}`,
  )
  await purge(
    (limit) => db.run`DELETE FROM dead_letter WHERE resolved_at < ${db.dbNow} - INTERVAL ${deadLetterDays} DAY LIMIT ${limit}`,
  )
}

/** The periodic task that every service with a schema runs. */
export const housekeeping: Periodic<{ db: Database; shared: Retention }> = periodic({
  name: 'messaging-housekeeping',
  everySec: 600,
  run: async ({ db, shared }) => {
    await purgeInbox(db)
    await purgeDone(db, shared)
  },
})
