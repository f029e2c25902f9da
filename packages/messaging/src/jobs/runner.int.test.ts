// What the job runner guarantees: one effect and one result per job, backoff per job, and another run after a new request.
import { findTrace, newTrace, runInTrace } from '@cartwright/telemetry'
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Testbed, testbed } from '../testbed.fixture.ts'
import { enqueueUnlessPending, reschedule } from './enqueue.ts'
import { PermanentFailure, type WorkItem } from './job.ts'
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

test('a job runs once, and a second one with the same key is not written', async () => {
  let effects = 0
  const worker = start(counting(async () => ++effects))
  expect([await put('a'), await put('a')]).toEqual([true, false])
  await eventually('it is done', async () => (await row('a'))?.done === 1)
  await put('a')
  await worker.tick()
  expect([effects, await bed.effects('a')]).toEqual([1, [1]])
})

test('a job runs once on the simple path alone, without any optimisation', async () => {
  let runs = 0
  const declared = counting(async () => ++runs)
  const worker = start(declared, { optimisations: { preClaimedJobs: false, speculativeClaims: false } })
  expect(await put('a')).toBe(true)
  await eventually('the job is done', () => doneAfter(worker, 'a'))
  expect([runs, await bed.effects('a')]).toEqual([1, [1]])
})

test('a job that is enqueued later does not overtake the jobs that wait', async () => {
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

test('a job that fails backs off for one second, two and four, and other jobs run meanwhile', async () => {
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

test('a job does not run before its time on the service’s clock', async () => {
  const worker = start(counting(async () => 1))
  await put('later', 600)
  await worker.tick()
  expect(await bed.effects('later')).toEqual([])
  bed.advance(601_000)
  await eventually('it is done', () => doneAfter(worker, 'later'))
})

test('a permanent failure is settled in one transaction and not tried again', async () => {
  let tries = 0
  const worker = start(
    counting(
      async () => {
        tries += 1
        throw new PermanentFailure('it can never be')
      },
      { giveUp: ({ tx, item }) => bed.effect(tx, { counterId: item.payload.counterId, n: 99 }) },
    ),
  )
  await put('a')
  await eventually('it is settled', async () => (await row('a'))?.done === 1)
  await worker.tick()
  expect([tries, await bed.effects('a'), (await row('a'))?.last_error]).toEqual([1, [99], 'it can never be'])
})

test('a permanent failure without giveUp is marked done with its error', async () => {
  start(counting(async () => Promise.reject(new PermanentFailure('no'))))
  await put('a')
  await eventually('it is marked', async () => (await row('a'))?.done === 1)
  expect(await row('a')).toMatchObject({ last_error: 'no' })
})

test('a job with maxAttempts gives up after so many tries', async () => {
  const worker = start(
    counting(async () => Promise.reject(new Error('again')), {
      maxAttempts: 2,
      backoffSec: () => 0,
      giveUp: ({ tx, item }) => bed.effect(tx, { counterId: item.key, n: 2 }),
    }),
  )
  await put('a')
  await eventually('it gave up', () => doneAfter(worker, 'a'))
  expect([await bed.effects('a'), (await row('a'))?.attempts]).toEqual([[2], 2])
})

test('a job whose result cannot be written is tried again', async () => {
  let fail = true
  const worker = start(
    counting(async () => 5, {
      backoffSec: () => 0,
      apply: async ({ tx, item, result: n }) => {
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
  ['reschedule', (key: string) => bed.db.tx((tx) => reschedule(tx, 'count', key))],
  ['enqueueUnlessPending', (key: string) => bed.db.tx((tx) => enqueueUnlessPending(tx, 'count', key, { counterId: key }))],
])('a row that is done is due again after %s', async (_, again) => {
  let effects = 0
  start(counting(async () => ++effects))
  await put('a')
  await eventually('it is done', async () => (await row('a'))?.done === 1)
  await again('a')
  await eventually('it is done again', async () => (await bed.effects('a')).length === 2)
})

test('a job that is rescheduled while it runs runs once more afterwards, and never twice at a time', async () => {
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
  await bed.db.tx((tx) => reschedule(tx, 'count', 'a'))
  release.resolve()
  await eventually('it is worked again', async () => (await bed.effects('a')).length === 2)
  expect([most, effects]).toEqual([1, 2])
})

test('a job runs in the trace of the work that enqueued it', async () => {
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
