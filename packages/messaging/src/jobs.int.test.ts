// Jobs: an effect outside and its result inside, once per row; rows back off one by one; a dead worker's row is taken over.
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AnyJob, enqueue, ensureDue, job, PermanentFailure, requeue, startJobs, type WorkItem } from './jobs.ts'
import type { Worker } from './relay.ts'
import { type Testbed, testbed } from './testbed.fixture.ts'
import { findTrace, newTrace, runInTrace } from './trace.ts'

let bed: Testbed
const workers: Worker[] = []

beforeEach(async () => {
  bed = await testbed()
})
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()))
  await bed[Symbol.asyncDispose]()
})

interface Payload {
  counterId: string
}
const start = (declared: AnyJob<object>, owner = 'one', more: { leaseSec?: number } = {}): Worker => {
  const worker = startJobs({ db: bed.db, jobs: [declared], deps: {}, owner, log: bed.log, ...more })
  workers.push(worker)
  return worker
}
const counting = (effect: (item: WorkItem<Payload>) => Promise<number>, more: Partial<AnyJob<object>> = {}): AnyJob<object> => ({
  ...job<Payload, number, object>({
    kind: 'count',
    effect,
    apply: (tx, item, n) => bed.effect(tx, { counterId: item.payload.counterId, n }),
  }),
  ...more,
})
const put = (key: string, delaySec = 0) => bed.db.tx((tx) => enqueue<Payload>(tx, 'count', key, { counterId: key }, delaySec))
const row = (key: string) =>
  bed.db.one<{
    attempts: number
    done: number
    last_error: string | null
    wait: number
  }>`SELECT attempts, done_at IS NOT NULL AS done, last_error,
    TIMESTAMPDIFF(SECOND, ${bed.db.dbNow}, available_at) AS wait FROM work_item WHERE item_key = ${key}`

/** Whether a row is done once the worker has done what is due. */
const doneAfter = async (worker: Worker, key: string): Promise<boolean> => {
  await worker.tick()
  return (await row(key))?.done === 1
}

test('a row is worked once, and a second one with its key is none', async () => {
  let effects = 0
  const worker = start(counting(async () => ++effects))
  expect([await put('a'), await put('a')]).toEqual([true, false])
  await eventually('it is done', async () => (await row('a'))?.done === 1)
  await put('a')
  await worker.tick()
  expect([effects, await bed.effects('a')]).toEqual([1, [1]])
})

test('a failing row backs off by itself: one second, two, four, while others are worked', async () => {
  const worker = start(
    counting(async ({ key }) => {
      if (key === 'bad') throw new Error('the outside is away')
      return 1
    }),
  )
  await put('bad')
  for (const seconds of [1, 2, 4]) {
    await eventually('it was postponed', async () => {
      await worker.tick()
      return (await row('bad'))?.attempts === Math.log2(seconds) + 1
    })
    await worker.tick()
    const waiting = await row('bad')
    expect(waiting).toMatchObject({ done: 0, last_error: 'the outside is away' })
    expect(waiting?.wait).toBeGreaterThanOrEqual(seconds - 1)
    expect(waiting?.wait).toBeLessThanOrEqual(seconds)
    bed.advance(seconds * 1000)
  }
  await put('good')
  await eventually('the other is done', async () => (await row('good'))?.done === 1)
})

test('a row is not due before its time, on the service’s clock', async () => {
  const worker = start(counting(async () => 1))
  await put('later', 600)
  await worker.tick()
  expect(await bed.effects('later')).toEqual([])
  bed.advance(601_000)
  await eventually('it is done', () => doneAfter(worker, 'later'))
})

test('two workers share the rows, and no row is worked by both', async () => {
  const seen: string[] = []
  const declared = counting(async ({ key }) => seen.push(key))
  start(declared, 'one')
  start(declared, 'two')
  const keys = Array.from({ length: 40 }, (_, index) => `row-${index}`)
  await Promise.all(keys.map((key) => put(key)))
  await eventually(
    'all are done',
    async () => (await bed.db.one<{ open: number }>`SELECT COUNT(*) AS open FROM work_item WHERE done_at IS NULL`)?.open === 0,
  )
  expect(seen.toSorted()).toEqual(keys.toSorted())
})

test('the row of a worker that died is taken over when its lease lapses, not before', async () => {
  await put('a')
  await bed.db.run`UPDATE work_item SET leased_by = 'dead', attempts = 1, leased_until = UTC_TIMESTAMP(6) + INTERVAL 1 SECOND`
  const worker = start(counting(async ({ attempts }) => attempts))
  await worker.tick()
  expect(await bed.effects('a')).toEqual([])
  await eventually('it is taken over', () => doneAfter(worker, 'a'))
  expect(await bed.effects('a')).toEqual([1])
})

test('an effect that takes long keeps its lease: nobody else begins it meanwhile', async () => {
  const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let begun = 0
  const slow = counting(async () => {
    begun += 1
    reached.resolve()
    await release.promise
    return 1
  })
  const worker = start(slow, 'slow', { leaseSec: 1 })
  await put('a')
  await reached.promise
  const other = start(slow, 'other', { leaseSec: 1 })
  const leaseEnds = async () =>
    (await bed.db.one<{ at: Date }>`SELECT leased_until AS at FROM work_item WHERE item_key = 'a'`)?.at.getTime() ?? 0
  const first = await leaseEnds()
  await eventually('the lease was renewed past its first end', async () => {
    await other.tick()
    return (await leaseEnds()) > first + 1500
  })
  expect(begun).toBe(1)
  release.resolve()
  await eventually('it is done', () => doneAfter(worker, 'a'))
  expect(await bed.effects('a')).toEqual([1])
})

test('a worker whose lease another one took does not write its result', async () => {
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

test('a permanent failure is settled in one transaction, and never tried again', async () => {
  let tries = 0
  const worker = start(
    counting(
      async () => {
        tries += 1
        throw new PermanentFailure('it can never be')
      },
      { giveUp: (tx, item: WorkItem<Payload>) => bed.effect(tx, { counterId: item.payload.counterId, n: 99 }) },
    ),
  )
  await put('a')
  await eventually('it is settled', async () => (await row('a'))?.done === 1)
  await worker.tick()
  expect([tries, await bed.effects('a'), (await row('a'))?.last_error]).toEqual([1, [99], 'it can never be'])
})

test('a permanent failure that nobody settles is marked with its error', async () => {
  start(counting(async () => Promise.reject(new PermanentFailure('no'))))
  await put('a')
  await eventually('it is marked', async () => (await row('a'))?.done === 1)
  expect(await row('a')).toMatchObject({ last_error: 'no' })
})

test('tries are limited where the job says so', async () => {
  const worker = start(
    counting(async () => Promise.reject(new Error('again')), {
      maxAttempts: 2,
      backoffSec: () => 0,
      giveUp: (tx, item: WorkItem<Payload>) => bed.effect(tx, { counterId: item.key, n: 2 }),
    }),
  )
  await put('a')
  await eventually('it gave up', () => doneAfter(worker, 'a'))
  expect([await bed.effects('a'), (await row('a'))?.attempts]).toEqual([[2], 2])
})

test('a result that cannot be written leaves the row to be tried again', async () => {
  let fail = true
  const worker = start(
    counting(async () => 5, {
      backoffSec: () => 0,
      apply: async (tx, item: WorkItem<Payload>, n: number) => {
        await bed.effect(tx, { counterId: item.key, n })
        if (fail) throw new Error('half done')
      },
    }),
  )
  await put('a')
  await eventually('it failed', async () => (await row('a'))?.last_error === 'half done')
  expect(await bed.effects('a')).toEqual([])
  fail = false
  await eventually('it is done', () => doneAfter(worker, 'a'))
  expect(await bed.effects('a')).toEqual([5])
})

test.each([
  ['requeue', (key: string) => bed.db.tx((tx) => requeue(tx, 'count', key))],
  ['ensureDue', (key: string) => bed.db.tx((tx) => ensureDue(tx, 'count', key, { counterId: key }))],
])('a row that is done is due again after %s', async (_, again) => {
  let effects = 0
  start(counting(async () => ++effects))
  await put('a')
  await eventually('it is done', async () => (await row('a'))?.done === 1)
  await again('a')
  await eventually('it is done again', async () => (await bed.effects('a')).length === 2)
})

test('a row that is asked for again while it is under way is worked once more, and not by two at a time', async () => {
  const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let atOnce = 0
  let most = 0
  let effects = 0
  start(
    counting(async () => {
      atOnce += 1
      most = Math.max(most, atOnce)
      effects += 1
      reached.resolve()
      await release.promise
      atOnce -= 1
      return effects
    }),
  )
  await put('a')
  await reached.promise
  await bed.db.tx((tx) => requeue(tx, 'count', 'a'))
  release.resolve()
  await eventually('it is worked again', async () => (await bed.effects('a')).length === 2)
  expect([most, effects]).toEqual([1, 2])
})

test('the work goes on in the trace of whoever asked for it', async () => {
  const trace = newTrace('request-9')
  const { promise, resolve } = Promise.withResolvers<unknown>()
  start(
    counting(async () => {
      resolve(findTrace())
      return 1
    }),
  )
  await runInTrace(trace, () => put('a'))
  expect(await promise).toMatchObject({ correlationId: 'request-9', traceparent: trace.traceparent })
})
