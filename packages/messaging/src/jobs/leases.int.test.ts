// What leases of jobs guarantee: one worker per job, pre-claimed or claimed by the poll, and takeover after a crash.
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Testbed, testbed } from '../testbed.fixture.ts'
import { enqueue, enqueueUnlessPending } from './enqueue.ts'
import type { AnyJob, WorkItem } from './job.ts'
import { jobLab, type Payload } from './jobs.fixture.ts'

let bed: Testbed
const { start, counting, put, row, doneAfter, stopAll } = jobLab(() => bed)

beforeEach(async () => {
  bed = await testbed()
})
afterEach(async () => {
  await stopAll()
  await bed[Symbol.asyncDispose]()
})

test.each(['from the start', 'by the poll'])(
  'two workers share the jobs, claimed %s, and no job runs in both',
  async (leased) => {
    const seen: string[] = []
    const enqueued =
      leased === 'from the start'
        ? put
        : (key: string) => bed.db.tx((tx) => enqueueUnlessPending(tx, 'count', key, { counterId: key }))
    const declared = counting(async ({ key }) => seen.push(key))
    start(declared)
    start(declared)
    const keys = Array.from({ length: 40 }, (_, index) => `row-${index}`)
    await Promise.all(keys.map((key) => enqueued(key)))
    await eventually(
      'all are done',
      async () => (await bed.db.one<{ open: number }>`SELECT COUNT(*) AS open FROM work_item WHERE done_at IS NULL`)?.open === 0,
    )
    expect(seen.toSorted()).toEqual(keys.toSorted())
  },
)

test('another worker takes the job of a dead one over when its lease expires, and not before', async () => {
  await put('a')
  await bed.db.run`UPDATE work_item SET leased_by = 'dead', attempts = 1, leased_until = UTC_TIMESTAMP(6) + INTERVAL 1 SECOND`
  const worker = start(counting(async ({ attempts }) => attempts))
  await worker.tick()
  expect(await bed.effects('a')).toEqual([])
  await eventually('it is taken over', () => doneAfter(worker, 'a'))
  expect(await bed.effects('a')).toEqual([1])
})

test('a job that this process enqueues starts without a poll, and queues while as many run as may', async () => {
  const release = Promise.withResolvers<void>()
  const begun: string[] = []
  const worker = start(
    counting(async ({ key, attempts }) => {
      begun.push(key)
      await release.promise
      return attempts
    }),
    { concurrency: 1 },
  )
  await worker.tick()
  await bed.db.tx(async (tx) => {
    for (const key of ['a', 'b', 'c']) await enqueue<Payload>(tx, 'count', key, { counterId: key })
    expect(begun).toEqual([])
  })
  expect(begun).toEqual(['a'])
  const leases = await bed.db.rows<{ mine: number }>`SELECT leased_until > UTC_TIMESTAMP(6) AS mine FROM work_item ORDER BY id`
  expect(leases.map(({ mine }) => mine)).toEqual([1, 1, 1])
  release.resolve()
  for (const key of ['a', 'b', 'c']) await eventually(`${key} is done`, async () => (await bed.effects(key)).length === 1)
  expect([begun, await bed.effects('c'), (await row('c'))?.attempts]).toEqual([['a', 'b', 'c'], [0], 1])
})

test('a job whose transaction is rolled back does not run', async () => {
  let effects = 0
  const worker = start(counting(async () => ++effects))
  const undone = bed.db.tx(async (tx) => {
    await enqueue<Payload>(tx, 'count', 'a', { counterId: 'a' })
    throw new Error('no')
  })
  await expect(undone).rejects.toThrow('no')
  await worker.tick()
  expect(effects).toBe(0)
})

test('a worker that stops gives back the jobs that it has not started', async () => {
  const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slow = counting(async () => {
    reached.resolve()
    await release.promise
    return 1
  })
  const worker = start(slow, { concurrency: 1 })
  await worker.tick()
  for (const key of ['a', 'b']) await put(key)
  await reached.promise
  const stopped = worker.stop()
  release.resolve()
  await stopped
  expect([await bed.effects('a'), await bed.effects('b'), (await row('b'))?.attempts]).toEqual([[1], [], 0])
  await eventually('another one does it', () => doneAfter(start(counting(async () => 2)), 'b'))
  expect(await bed.effects('b')).toEqual([2])
})

test('a worker of a single instance does not wait for the lease of the process before', async () => {
  await put('a')
  await bed.db.run`UPDATE work_item SET leased_by = 'dead', attempts = 1, leased_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR`
  const worker = start(
    counting(async ({ attempts }) => attempts),
    { singleInstance: true },
  )
  await eventually('it is taken over', () => doneAfter(worker, 'a'))
  expect(await bed.effects('a')).toEqual([1])
})

test('an effect that takes long keeps its lease, and no other worker starts it meanwhile', async () => {
  const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let begun = 0
  const slow = counting(async () => {
    begun += 1
    reached.resolve()
    await release.promise
    return 1
  })
  const worker = start(slow, { leaseSec: 1 })
  await put('a')
  await reached.promise
  const other = start(slow, { leaseSec: 1 })
  const leaseEnds = async () =>
    (await bed.db.one<{ at: Date }>`SELECT leased_until AS at FROM work_item WHERE item_key = 'a'`)?.at.getTime() ?? 0
  const first = await leaseEnds()
  await eventually(
    'the lease was renewed past its first end',
    async () => {
      await Promise.race([other.tick(), reached.promise])
      return (await leaseEnds()) > first + 1500
    },
    6000,
  ).finally(release.resolve)
  expect(begun).toBe(1)
  await eventually('it is done', () => doneAfter(worker, 'a'))
  expect(await bed.effects('a')).toEqual([1])
})

test('a worker whose lease was taken over does not write its result', async () => {
  const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const worker = start(
    counting(async () => {
      reached.resolve()
      await release.promise
      return 7
    }),
  )
  await put('a')
  await reached.promise
  await bed.db.run`UPDATE work_item SET leased_by = 'another'`
  release.resolve()
  await worker.tick()
  expect(await bed.effects('a')).toEqual([])
})

/** A worker that stands still at a place in its effect, for as long as its test wants it to. */
const standingStill = (declare: (stand: (item: WorkItem<Payload>) => Promise<void>) => AnyJob<object>) => {
  const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let first = true
  const stand = async () => {
    if (!first) return
    first = false
    reached.resolve()
    await release.promise
  }
  return { declared: declare(stand), reached: reached.promise, goOn: release.resolve }
}

const passToAnother = () => bed.db.run`UPDATE work_item SET leased_by = NULL, leased_until = NULL`

test('a worker that stood still past its lease and lost the job does not perform the effect', async () => {
  const done: number[] = []
  const { declared, reached, goOn } = standingStill((stand) =>
    counting(async (item) => {
      await stand(item)
      await item.confirmLease()
      done.push(item.attempts)
      return item.attempts
    }),
  )
  const frozen = start(declared)
  await put('a')
  await reached
  await passToAnother()
  const other = start(declared)
  await eventually('another one does it', () => doneAfter(other, 'a'))
  goOn()
  await frozen.tick()
  expect([done, await bed.effects('a'), (await row('a'))?.attempts]).toEqual([[1], [1], 2])
})

test('a worker that stood still past its lease and did not lose the job renews the lease and goes on', async () => {
  const { declared, reached, goOn } = standingStill((stand) =>
    counting(async (item) => {
      await stand(item)
      await item.confirmLease()
      return 3
    }),
  )
  const worker = start(declared)
  await put('a')
  await reached
  await bed.db.run`UPDATE work_item SET leased_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND`
  goOn()
  await eventually('it is done', () => doneAfter(worker, 'a'))
  expect([await bed.effects('a'), (await row('a'))?.attempts]).toEqual([[3], 1])
})

test.each(['is done', 'was asked for again'])(
  'a job that %s meanwhile is not finished by a worker whose lease has expired',
  async (meanwhile) => {
    const { declared, reached, goOn } = standingStill((stand) =>
      counting(async (item) => {
        await stand(item)
        await item.confirmLease()
        return item.attempts + 10
      }),
    )
    const frozen = start(declared)
    await put('a')
    await reached
    if (meanwhile === 'is done') await bed.db.run`UPDATE work_item SET done_at = UTC_TIMESTAMP(6), leased_until = NULL`
    else
      await bed.db
        .run`UPDATE work_item SET leased_by = 'another', leased_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR, requests = requests + 1`
    goOn()
    await frozen.tick()
    expect(await bed.effects('a')).toEqual([])
    expect(bed.log.lines).toContainEqual({
      level: 'info',
      message: 'jobs: another worker has taken a job over, this one leaves it',
    })
  },
)
