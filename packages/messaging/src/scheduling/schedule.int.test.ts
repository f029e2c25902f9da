// What a scheduled task guarantees: it runs when due on the service’s clock, in one replica at a time, also after a failure, and waits for no other task.
import { openDatabase } from '@cartwright/db'
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { purgeInbox } from '../outbox/retention.ts'
import { type Testbed, testbed } from '../testbed.fixture.ts'
import type { Worker } from '../worker.ts'
import { type Schedule, scheduled, startSchedules } from './schedule.ts'

let bed: Testbed
const workers: Worker[] = []
const gates: PromiseWithResolvers<void>[] = []

beforeEach(async () => {
  bed = await testbed()
})
afterEach(async () => {
  for (const gate of gates.splice(0)) gate.resolve()
  await Promise.all(workers.splice(0).map((worker) => worker.stop()))
  await bed[Symbol.asyncDispose]()
})

const start = (task: Schedule<object>, owner = 'one'): Worker => {
  const worker = startSchedules({ db: bed.db, tasks: [task], deps: {}, owner, log: bed.log })
  workers.push(worker)
  return worker
}

/** A task whose runs take until the end of the test. */
const endless = (name: string, everySec: number) => {
  const gate = Promise.withResolvers<void>()
  gates.push(gate)
  const begun: string[] = []
  const task = (owner: string) =>
    scheduled({
      name,
      everySec,
      run: () => {
        begun.push(owner)
        return gate.promise
      },
    })
  return { task, begun }
}

const leaseOf = (name: string) =>
  bed.db.one<{ owner: string | null; seconds: number }>`
    SELECT owner, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), expires_at) / 1000000 AS seconds
    FROM lease
    WHERE name = ${name}`
const letExpireIn = (name: string, seconds: number) =>
  bed.db.run`UPDATE lease SET expires_at = UTC_TIMESTAMP(6) + INTERVAL ${seconds} SECOND WHERE name = ${name}`

test('a task runs at the first start, and then whenever its interval has passed', async () => {
  let runs = 0
  const worker = start(scheduled({ name: 'sweep', everySec: 300, run: async () => void runs++ }))
  await eventually('it ran', () => runs === 1)
  await worker.tick()
  expect(runs).toBe(1)
  bed.advance(301_000)
  await worker.tick()
  expect(runs).toBe(2)
})

test('one replica runs a task that is due, the others do not', async () => {
  let runs = 0
  const task = scheduled({ name: 'sweep', everySec: 300, run: async () => void runs++ })
  const replicas = [start(task, 'one'), start(task, 'two'), start(task, 'three')]
  await eventually('it ran', () => runs === 1)
  for (let round = 2; round < 6; round++) {
    bed.advance(301_000)
    await Promise.all(replicas.map((replica) => replica.tick()))
    expect(runs).toBe(round)
  }
})

test('a run that takes long delays no other task, and does not run twice in its process', async () => {
  const slow = endless('slow', 5)
  let runs = 0
  const quick = scheduled({ name: 'quick', everySec: 5, run: async () => void runs++ })
  workers.push(startSchedules({ db: bed.db, tasks: [slow.task('one'), quick], deps: {}, owner: 'one', log: bed.log }))
  for (let round = 1; round < 4; round++) {
    await eventually(`round ${round} ran`, () => runs === round)
    bed.advance(6000)
  }
  expect(slow.begun).toEqual(['one'])
})

test('a long run keeps its lease while its process lives, and another replica takes over soon after its death', async () => {
  const { task, begun } = endless('sweep', 5)
  const connection = await openDatabase({ url: bed.url })
  workers.push(startSchedules({ db: connection, tasks: [task('one')], deps: {}, owner: 'one', log: bed.log }))
  await eventually('the first replica runs it', () => begun.length === 1)
  bed.advance(3_600_000)
  start(task('two'), 'two')
  await letExpireIn('sweep', 4)
  await eventually('the lease is renewed', async () => ((await leaseOf('sweep'))?.seconds ?? 0) > 8)
  expect(await leaseOf('sweep')).toMatchObject({ owner: 'one' })
  expect(begun).toEqual(['one'])
  // A process that dies renews nothing any more.
  await connection.close()
  expect((await leaseOf('sweep'))?.seconds).toBeLessThanOrEqual(10)
  await letExpireIn('sweep', 1)
  await eventually('the second replica runs it', () => begun.length === 2)
  expect(begun).toEqual(['one', 'two'])
})

test.each([true, false])('the lease of a killed predecessor ends at once for a single instance (%s)', async (singleInstance) => {
  await bed.db.run`
    INSERT INTO lease (name, owner, expires_at, next_at)
    VALUES ('sweep', 'killed', UTC_TIMESTAMP(6) + INTERVAL 10 SECOND, UTC_TIMESTAMP(6))`
  let runs = 0
  const tasks = [scheduled({ name: 'sweep', everySec: 300, run: async () => void runs++ })]
  const worker = startSchedules({ db: bed.db, tasks, deps: {}, owner: 'one', log: bed.log, singleInstance })
  workers.push(worker)
  await worker.tick()
  expect(runs).toBe(singleInstance ? 1 : 0)
})

test('a task that fails is logged and runs again when it is next due', async () => {
  let runs = 0
  const worker = start(
    scheduled({
      name: 'sweep',
      everySec: 60,
      run: async () => {
        runs += 1
        if (runs === 1) throw new Error('no')
      },
    }),
  )
  await eventually('it failed', () => bed.log.lines.some(({ message }) => message.startsWith('schedules: a task failed')))
  bed.advance(61_000)
  await worker.tick()
  expect(runs).toBe(2)
})

test('a task with atStart runs at every start, also when it is not due', async () => {
  let runs = 0
  const task = scheduled({ name: 'sweep', everySec: 3600, atStart: true, run: async () => void runs++ })
  await start(task, 'one').tick()
  await eventually('it ran', () => runs === 1)
  await start(task, 'two').tick()
  await eventually('it ran again', () => runs === 2)
})

test('inbox rows are deleted after 8 days, when no redelivery can need them, and no sooner', async () => {
  await bed.db
    .run`INSERT INTO inbox_event (consumer, event_id, received_at) VALUES ('g', 'old', UTC_TIMESTAMP(6) - INTERVAL 9 DAY), ('g', 'kept', UTC_TIMESTAMP(6) - INTERVAL 7 DAY)`
  await purgeInbox(bed.db)
  expect(await bed.db.rows`SELECT event_id FROM inbox_event`).toEqual([{ event_id: 'kept' }])
})
