// The backbone's invariants: each holds on sound rows, finds the row that contradicts it, and keeps no more than it should.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backboneInvariants, countTrouble, keptViolations } from './invariants.ts'
import { type Testbed, testbed } from './testbed.fixture.ts'

let bed: Testbed
beforeEach(async () => {
  bed = await testbed()
  for (const n of [1, 2, 3]) await bed.count('cnt_a', n)
  await bed.count('cnt_b', 1)
})
afterEach(() => bed[Symbol.asyncDispose]())

const found = async (name: string): Promise<string[]> => {
  const declared = backboneInvariants.find((candidate) => candidate.name === name)
  if (declared === undefined) throw new Error(`there is no ${name}`)
  return (await declared.find({ db: bed.db })).map(({ account }) => account)
}

test('sound rows contradict nothing', async () => {
  for (const { name } of backboneInvariants) expect(await found(name)).toEqual([])
})

test('I4: an event that nobody publishes for a minute', async () => {
  await bed.db.run`UPDATE outbox_event SET available_at = UTC_TIMESTAMP(6) - INTERVAL 61 SECOND WHERE aggregate_id = 'cnt_b'`
  expect(await found('I4-outbox-published')).toEqual([expect.stringContaining('waits for more than a minute')])
  await bed.db.run`UPDATE outbox_event SET published_at = UTC_TIMESTAMP(6)`
  expect(await found('I4-outbox-published')).toEqual([])
})

test('I7: a saga that stands five minutes past its deadline on the service’s clock', async () => {
  await bed.db.run`INSERT INTO saga_instance (saga, id, state, headers, started_at, updated_at, deadline_at)
    VALUES ('counting', 'cnt_a', 'waiting', '{}', ${bed.db.dbNow}, ${bed.db.dbNow}, ${bed.db.dbNow}), ('counting', 'cnt_b', 'done', '{}', ${bed.db.dbNow}, ${bed.db.dbNow}, NULL)`
  bed.advance(4 * 60_000)
  expect(await found('I7-saga-deadlines')).toEqual([])
  bed.advance(2 * 60_000)
  expect(await found('I7-saga-deadlines')).toEqual(['counting cnt_a stands in waiting, more than five minutes past its deadline'])
})

test('I9: a last event that is gone, one that is gone between others, and a counter that is gone', async () => {
  await bed.db.run`DELETE FROM outbox_event WHERE aggregate_id = 'cnt_a' AND aggregate_version = 3`
  expect(await found('I9-aggregate-versions')).toEqual([
    'counter cnt_a has counted 3 events, and the newest in the outbox is number 2',
  ])
  await bed.db.run`UPDATE aggregate_version SET version = 2 WHERE aggregate_id = 'cnt_a'`
  expect(await found('I9-aggregate-versions')).toEqual([])
  for (const n of [3, 4]) await bed.count('cnt_a', n)
  await bed.db.run`DELETE FROM outbox_event WHERE aggregate_id = 'cnt_a' AND aggregate_version = 2`
  expect(await found('I9-aggregate-versions')).toEqual(['counter cnt_a has 3 events in the outbox from number 1 to 4'])
  // Purging takes the oldest, and a row that is purged is missed by nobody.
  await bed.db.run`DELETE FROM outbox_event WHERE aggregate_id = 'cnt_a' AND aggregate_version = 1`
  expect(await found('I9-aggregate-versions')).toEqual([])
  await bed.db.run`DELETE FROM aggregate_version WHERE aggregate_id = 'cnt_b'`
  expect(await found('I9-aggregate-versions')).toEqual(['counter cnt_b has 1 events and no counter'])
})

test('no invariant keeps more than a log can bear', async () => {
  for (let n = 0; n < keptViolations + 5; n++) await bed.count(`cnt_${n}`, 1)
  await bed.db.run`UPDATE aggregate_version SET version = version + 1`
  await bed.db.run`UPDATE outbox_event SET available_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR`
  expect(await found('I9-aggregate-versions')).toHaveLength(keptViolations)
  expect(await found('I4-outbox-published')).toHaveLength(keptViolations)
})

test('what is wrong with an aggregate is said in one line', () => {
  const sound = { type: 'order', id: 'ord_1', version: 5, first: 3, last: 5, found: 3 }
  expect(countTrouble(sound)).toBeNull()
  expect(countTrouble({ ...sound, found: 2 })).toContain('from number 3 to 5')
})
