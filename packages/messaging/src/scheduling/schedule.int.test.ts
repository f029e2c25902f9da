// What a scheduled task guarantees: it runs when due on the service’s clock, in one replica at a time, also after a failure.
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { purgeInbox } from '../outbox/retention.ts'
import { type Testbed, testbed } from '../testbed.fixture.ts'
import type { Worker } from '../worker.ts'
import { type Schedule, scheduled, startSchedules } from './schedule.ts'

let bed: Testbed
const workers: Worker[] = []

beforeEach(async () => {
  bed = await testbed()
})
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()))
  await bed[Symbol.asyncDispose]()
})

const start = (task: Schedule<object>, owner = 'one'): Worker => {
  const worker = startSchedules({ db: bed.db, tasks: [task], deps: {}, owner, log: bed.log })
  workers.push(worker)
  return worker
}

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
