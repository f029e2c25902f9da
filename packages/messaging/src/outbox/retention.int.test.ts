// What retention guarantees: done rows are deleted after their days, and open rows stay, whatever their age.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { enqueue } from '../jobs/enqueue.ts'
import { type Testbed, testbed } from '../testbed.fixture.ts'
import { purgeDone } from './retention.ts'

let bed: Testbed
beforeEach(async () => {
  bed = await testbed()
})
afterEach(() => bed[Symbol.asyncDispose]())

const days = (count: number) => count * 86_400_000
const retention = { doneJobDays: 30, sagaStepDays: 90, deadLetterDays: 60 }
const count = async (table: 'work_item' | 'saga_step' | 'dead_letter') => {
  const { db } = bed
  if (table === 'work_item') return (await db.rows`SELECT id FROM work_item`).length
  return (await (table === 'saga_step' ? db.rows`SELECT id FROM saga_step` : db.rows`SELECT id FROM dead_letter`)).length
}

test('done jobs are deleted after 30 days, also more than a batch at once, and open jobs stay', async () => {
  const { db } = bed
  await db.tx(async (tx) => {
    for (const key of ['done', 'open']) await enqueue(tx, 'test', key, {}, 3600)
  })
  const numbers = Array.from({ length: 1500 }, (_, n) => n)
  await db.tx(async (tx) => {
    for (const n of numbers)
      tx.write`INSERT INTO work_item (kind, item_key, payload, headers, created_at, available_at) VALUES ('bulk', ${`k${n}`}, '{}', '{}', ${tx.dbNow}, ${tx.dbNow})`
  })
  await db.run`UPDATE work_item SET done_at = ${db.dbNow} WHERE item_key <> 'open'`
  bed.advance(days(29))
  await purgeDone(db, retention)
  expect(await count('work_item')).toBe(1502)
  bed.advance(days(2))
  await purgeDone(db, retention)
  expect(await db.rows`SELECT item_key FROM work_item`).toEqual([{ item_key: 'open' }])
})

test('saga steps are deleted after their days', async () => {
  const { db } = bed
  await db.run`INSERT INTO saga_step (saga, saga_id, input, from_state, to_state, effects, traceparent, created_at)
    VALUES ('s', 'one', 'i', 'a', 'b', '', '', ${db.dbNow})`
  bed.advance(days(89))
  await purgeDone(db, retention)
  expect(await count('saga_step')).toBe(1)
  bed.advance(days(2))
  await purgeDone(db, retention)
  expect(await count('saga_step')).toBe(0)
})

test('resolved dead letters are deleted after their days, open ones never', async () => {
  const { db } = bed
  for (const id of ['open', 'resolved'])
    await db.run`INSERT INTO dead_letter (consumer, event_id, event_type, topic, partition_key, payload, headers, reason, error, attempts, created_at, resolved_at)
      VALUES ('c', ${id}, 't', 'order.events', 'k', '{}', '{}', 'invalid', 'e', 1, ${db.dbNow}, IF(${id} = 'resolved', ${db.dbNow}, NULL))`
  bed.advance(days(61))
  await purgeDone(db, retention)
  expect(await db.rows`SELECT event_id FROM dead_letter`).toEqual([{ event_id: 'open' }])
})
