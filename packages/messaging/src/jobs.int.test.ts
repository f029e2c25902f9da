// Jobs: an effect outside and its result inside, once per row; rows back off one by one, and what is asked for again is done again.
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PermanentFailure, type WorkItem } from './job.ts'
import { jobLab, type Payload } from './jobs.fixture.ts'
import { type Testbed, testbed } from './testbed.fixture.ts'
import { findTrace, newTrace, runInTrace } from './trace.ts'
import { ensureDue, requeue } from './work-rows.ts'

let bed: Testbed
const { start, counting, put, row, doneAfter, stopAll } = jobLab(() => bed)

beforeEach(async () => {
  bed = await testbed()
})
afterEach(async () => {
  await stopAll()
  await bed[Symbol.asyncDispose]()
})

test('a row is worked once, and a second one with its key is none', async () => {
  let effects = 0
  const worker = start(counting(async () => ++effects))
  expect([await put('a'), await put('a')]).toEqual([true, false])
  await eventually('it is done', async () => (await row('a'))?.done === 1)
  await put('a')
  await worker.tick()
  expect([effects, await bed.effects('a')]).toEqual([1, [1]])
})

test('what is enqueued later does not pass by what waits, however much comes', async () => {
  const seen: string[] = []
  const slowly = async ({ key }: WorkItem<Payload>) => {
    for (let rounds = 0; rounds < 10; rounds++) await bed.db.ping()
    return seen.push(key)
  }
  start(counting(slowly), { concurrency: 2 })
  for (let n = 0; n < 60; n++) await put(`row-${n}`)
  await eventually('all are done', () => seen.length === 60, 20_000)
  const passed = seen.map((key, at) => Number(key.slice(4)) - at)
  expect(Math.max(...passed)).toBeLessThan(8)
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
