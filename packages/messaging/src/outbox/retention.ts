// Retention: deletes published outbox rows, inbox rows, done jobs, saga steps and settled dead letters after their time, in small batches.
import { type Database, purge } from '@cartwright/db'
import { type Schedule, scheduled } from '../scheduling/schedule.ts'

/** Kafka keeps records for 7 days, so a record can be delivered again for that long; one more day covers clocks that stood still. */
export const redeliveryDays = 8

/** Days after which rows are deleted. */
interface Retention {
  /** Jobs that are done. Their keys make a repeated request a no-op, so they outlive every redelivery. */
  doneJobDays: number
  /** Steps of sagas. The instances stay. */
  sagaStepDays: number
  /** Dead letters that an operator has redriven or discarded. */
  deadLetterDays: number
}

const outboxBatch = 1000
/** The relay sends nothing meanwhile, so it deletes few rows per round. */
const outboxBatches = 50

/** Deletes outbox rows that were published 7 days ago; the relay calls it. */
export const purgeOutbox = async (db: Database): Promise<void> => {
  for (let batch = 0; batch < outboxBatches; batch++) {
    const { affectedRows } = await db.run`
      DELETE FROM outbox_event
      WHERE published_at < UTC_TIMESTAMP(6) - INTERVAL 7 DAY
      LIMIT ${outboxBatch}`
    if (affectedRows < outboxBatch) return
  }
}

/** Deletes inbox rows, and crash counts of messages, that no redelivery can need any more. */
export const purgeInbox = async (db: Database): Promise<void> => {
  await purge(
    (limit) => db.run`
      DELETE FROM inbox_event
      WHERE received_at < UTC_TIMESTAMP(6) - INTERVAL ${redeliveryDays} DAY
      LIMIT ${limit}`,
  )
  await purge(
    (limit) => db.run`
      DELETE FROM delivery_attempt
      WHERE last_at < UTC_TIMESTAMP(6) - INTERVAL ${redeliveryDays} DAY
      LIMIT ${limit}`,
  )
}

/** Deletes done jobs, steps of sagas and settled dead letters. */
export const purgeDone = async (db: Database, { doneJobDays, sagaStepDays, deadLetterDays }: Retention): Promise<void> => {
  await purge(
    (limit) => db.run`
      DELETE FROM work_item
      WHERE done_at < ${db.dbNow} - INTERVAL ${doneJobDays} DAY
      LIMIT ${limit}`,
  )
  await purge(
    (limit) => db.run`
      DELETE FROM saga_step
      WHERE created_at < ${db.dbNow} - INTERVAL ${sagaStepDays} DAY
      LIMIT ${limit}`,
  )
  await purge(
    (limit) => db.run`
      DELETE FROM dead_letter
      WHERE resolved_at < ${db.dbNow} - INTERVAL ${deadLetterDays} DAY
      LIMIT ${limit}`,
  )
}

/** The scheduled task that every service with a schema runs. */
export const retention: Schedule<{ db: Database; shared: Retention }> = scheduled({
  name: 'messaging-retention',
  everySec: 600,
  run: async ({ deps: { db, shared } }) => {
    await purgeInbox(db)
    await purgeDone(db, shared)
  },
})
