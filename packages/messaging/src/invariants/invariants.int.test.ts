// What the messaging invariants guarantee: no violation for rows that follow the rules, and one for a row that does not, however old.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Testbed, testbed } from '../testbed.fixture.ts'
import { createScans, type Invariant, maxViolations } from './invariant.ts'
import { messagingInvariants } from './messaging.ts'

let bed: Testbed
beforeEach(async () => {
  bed = await testbed()
  for (const n of [1, 2, 3]) await bed.count('cnt_a', n)
  await bed.count('cnt_b', 1)
})
afterEach(() => bed[Symbol.asyncDispose]())

const declared = (name: string): Invariant<Pick<Testbed, 'db'>> => {
  const one = messagingInvariants.find((candidate) => candidate.name === name)
  if (one === undefined) throw new Error(`there is no ${name}`)
  return one
}
const found = async (name: string): Promise<string[]> =>
  (await createScans(declared(name))({ db: bed.db })).map(({ description }) => description)

test('rows that follow the rules give no violation', async () => {
  for (const { name } of messagingInvariants) expect(await found(name)).toEqual([])
})

test('I4 finds an event that is unpublished for a minute', async () => {
  await bed.db.run`UPDATE outbox_event SET available_at = UTC_TIMESTAMP(6) - INTERVAL 61 SECOND WHERE aggregate_id = 'cnt_b'`
  expect(await found('I4-outbox-published')).toEqual([expect.stringContaining('waits for more than a minute')])
  await bed.db.run`UPDATE outbox_event SET published_at = UTC_TIMESTAMP(6)`
  expect(await found('I4-outbox-published')).toEqual([])
})

test('I7 finds a saga that is five minutes past its deadline on the service’s clock', async () => {
  await bed.db.run`INSERT INTO saga_instance (saga, id, state, headers, started_at, updated_at, deadline_at)
    VALUES ('counting', 'cnt_a', 'waiting', '{}', ${bed.db.dbNow}, ${bed.db.dbNow}, ${bed.db.dbNow}), ('counting', 'cnt_b', 'done', '{}', ${bed.db.dbNow}, ${bed.db.dbNow}, NULL)`
  bed.advance(4 * 60_000)
  expect(await found('I7-saga-deadlines')).toEqual([])
  bed.advance(2 * 60_000)
  expect(await found('I7-saga-deadlines')).toEqual(['counting cnt_a stands in waiting, more than five minutes past its deadline'])
})

const forget = (id: string, version: number) =>
  bed.db.run`DELETE FROM outbox_event WHERE aggregate_id = ${id} AND aggregate_version = ${version}`

test('I9 finds a missing event: the first, the last, one between others or the only one', async () => {
  await forget('cnt_a', 3)
  expect(await found('I9-aggregate-versions')).toEqual([
    'counter cnt_a has counted 3 events, and the newest is number 2 in the outbox',
  ])
  await bed.db.run`UPDATE aggregate_version SET version = 2 WHERE aggregate_id = 'cnt_a'`
  expect(await found('I9-aggregate-versions')).toEqual([])
  for (const n of [3, 4]) await bed.count('cnt_a', n)
  await forget('cnt_a', 1)
  expect(await found('I9-aggregate-versions')).toEqual(['counter cnt_a has event 2 in the outbox, and event 1 is gone'])
  await forget('cnt_a', 3)
  expect(await found('I9-aggregate-versions')).toEqual([
    'counter cnt_a has event 2 in the outbox, and event 1 is gone',
    'counter cnt_a has event 4 in the outbox, and event 3 is gone',
  ])
  await forget('cnt_b', 1)
  expect(await found('I9-aggregate-versions')).toContain('counter cnt_b has counted 1 events, and none is in the outbox')
})

test('I9 finds an event without a counter', async () => {
  await bed.db.run`DELETE FROM aggregate_version WHERE aggregate_id = 'cnt_b'`
  expect(await found('I9-aggregate-versions')).toEqual(['counter cnt_b has event 1 in the outbox, and no counter'])
})

test('I9 does not report purged events, and finds a gap behind them', async () => {
  const published = (days: number, version: number) =>
    bed.db
      .run`UPDATE outbox_event SET published_at = UTC_TIMESTAMP(6) - INTERVAL ${days} DAY WHERE aggregate_id = 'cnt_a' AND aggregate_version = ${version}`
  await bed.db.run`UPDATE aggregate_version SET counted_since = UTC_TIMESTAMP(6) - INTERVAL 8 DAY`
  await forget('cnt_b', 1)
  await forget('cnt_a', 1)
  expect(await found('I9-aggregate-versions')).toEqual([])
  await bed.count('cnt_a', 4)
  await published(2, 2)
  await forget('cnt_a', 3)
  expect(await found('I9-aggregate-versions')).toEqual(['counter cnt_a has event 4 in the outbox, and event 3 is gone'])
  // About to be purged itself: the one behind it may have been marked, and so purged, a moment earlier.
  await published(7, 2)
  expect(await found('I9-aggregate-versions')).toEqual([])
  await bed.db.run`UPDATE aggregate_version SET counted_since = NULL`
  expect(await found('I9-aggregate-versions')).toEqual([])
})

test('a scan reports a limited number of violations', async () => {
  for (let n = 0; n < maxViolations + 5; n++) await bed.count(`cnt_${n}`, 1)
  await bed.db.run`UPDATE aggregate_version SET version = version + 1`
  await bed.db.run`UPDATE outbox_event SET available_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR`
  expect(await found('I9-aggregate-versions')).toHaveLength(maxViolations)
  expect(await found('I4-outbox-published')).toHaveLength(maxViolations)
})

/** Looks for negative effects, two rows a round. */
const walk = () =>
  createScans<Pick<Testbed, 'db'>>({
    name: 'T1-effects',
    sentence: 'no effect is negative',
    find: async ({ deps: { db }, scan }) => {
      const older = await scan.older(db, 'effect', ['counter', 'id'], 2)
      const rows = await db.rows<{ counter: string; id: number }>`SELECT effect.counter, effect.id FROM (${older}) looked
        JOIN effect ON effect.counter = looked.counter AND effect.id = looked.id WHERE effect.n < 0`
      return rows.map(({ counter, id }) => ({ id: `${id}`, description: '', rows: [{ table: 'effect', key: [counter, id] }] }))
    },
  })

test('scans read every row, begin again after the last one, and reread what they found until it is repaired', async () => {
  const rows = ['a', 'b', 'b', 'c', 'd']
  for (const [index, counter] of rows.entries())
    await bed.db.run`INSERT INTO effect (id, counter, n) VALUES (${index + 1}, ${counter}, -1)`
  const mend = (id: number) => bed.db.run`UPDATE effect SET n = 1 WHERE id = ${id}`
  const round = walk()
  const next = async () => (await round({ db: bed.db })).map(({ id }) => id).sort()
  expect(await next()).toEqual(['1', '2'])
  expect(await next()).toEqual(['1', '2', '3', '4'])
  expect(await next()).toEqual(['1', '2', '3', '4', '5'])
  for (const id of [1, 3]) await mend(id)
  expect(await next()).toEqual(['2', '4', '5'])
  for (const id of [2, 4, 5]) await mend(id)
  expect(await next()).toEqual([])
  await bed.db.run`UPDATE effect SET n = -1 WHERE id IN (1, 5)`
  expect(await next()).toEqual(['5'])
  expect(await next()).toEqual(['1', '5'])
})

test('a scan that fails forgets no violation that was found', async () => {
  let broken = false
  const round = createScans<Pick<Testbed, 'db'>>({
    name: 'T2-broken',
    sentence: 'never',
    find: async ({ scan: { before } }) => {
      if (broken) throw new Error('cannot look')
      return [{ id: `${before.length}`, description: '' }, ...before]
    },
  })
  await round(bed)
  broken = true
  await expect(round(bed)).rejects.toThrow('cannot look')
  broken = false
  expect((await round(bed)).map(({ id }) => id)).toEqual(['1', '0'])
})
