// What a poller guarantees: when rounds run, that they never overlap, and what stops them.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type PollerOptions, type Round, startPoller } from './poller.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const everyMs = 1000
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** A poller whose rounds last until the test ends them, unless they end by themselves. */
const bench = (options: { held?: boolean } & Pick<PollerOptions, 'subscribe' | 'skipInterval'> = {}) => {
  const rounds: Round[] = []
  const failures: number[] = []
  const gates: { end: (did: boolean) => void; fail: () => void }[] = []
  const poller = startPoller({
    ...options,
    everyMs,
    onError: (_, count) => failures.push(count),
    run: async (round) => {
      rounds.push(round)
      if (!options.held) return true
      const { promise, resolve, reject } = Promise.withResolvers<boolean>()
      gates.push({ end: resolve, fail: () => reject(new Error('away')) })
      return promise
    },
  })
  const last = () => gates[gates.length - 1]
  return { poller, causes: () => rounds.map(({ cause }) => cause), rounds, failures, last }
}

test('a round runs at the start and after every interval', async () => {
  const { poller, causes } = bench()
  await pass(0)
  expect(causes()).toEqual(['interval'])
  await pass(2 * everyMs)
  expect(causes()).toEqual(['interval', 'interval', 'interval'])
  await poller.stop()
})

test('a wake runs a round at once; during a round it brings exactly one more behind it', async () => {
  const { poller, causes, last } = bench({ held: true })
  await pass(0)
  poller.wake()
  poller.wake()
  expect(causes()).toEqual(['interval'])
  last()?.end(true)
  await pass(0)
  expect(causes()).toEqual(['interval', 'wake'])
  last()?.end(true)
  await pass(0)
  expect(causes()).toEqual(['interval', 'wake'])
  poller.wake()
  expect(causes()).toEqual(['interval', 'wake', 'wake'])
  last()?.end(true)
  await poller.stop()
})

test('an interval that passes during a round brings no other', async () => {
  const { poller, causes, last } = bench({ held: true })
  await pass(3 * everyMs)
  last()?.end(true)
  await pass(0)
  expect(causes()).toEqual(['interval'])
  await poller.stop()
})

test('after a failed round wakes are ignored until a round of the interval has succeeded', async () => {
  const { poller, causes, failures, last } = bench({ held: true })
  await pass(0)
  poller.wake()
  last()?.fail()
  await pass(0)
  poller.wake()
  expect([causes(), failures]).toEqual([['interval'], [1]])
  await pass(everyMs)
  last()?.fail()
  await pass(everyMs)
  last()?.end(true)
  await pass(0)
  expect([causes(), failures]).toEqual([
    ['interval', 'interval', 'interval'],
    [1, 2],
  ])
  poller.wake()
  expect(causes()).toEqual(['interval', 'interval', 'interval', 'wake'])
  last()?.fail()
  await poller.stop()
  expect(failures).toEqual([1, 2, 1])
})

test('intervals may be skipped after failures in a row', async () => {
  const { poller, failures, last } = bench({ held: true, skipInterval: (count) => count === 2 })
  await pass(0)
  last()?.fail()
  await pass(everyMs)
  last()?.fail()
  await pass(5 * everyMs)
  expect(failures).toEqual([1, 2])
  const tick = poller.tick()
  await pass(0)
  last()?.end(true)
  expect(await tick).toBe(true)
  await poller.stop()
})

test('a tick waits for the round in progress and then answers for its own', async () => {
  const { poller, causes, last } = bench({ held: true })
  await pass(0)
  const tick = poller.tick()
  expect(causes()).toEqual(['interval'])
  last()?.end(false)
  await pass(0)
  expect(causes()).toEqual(['interval', 'tick'])
  last()?.end(true)
  expect(await tick).toBe(true)
  await poller.stop()
})

test('stopping aborts the signal, waits for the round in progress and starts no other', async () => {
  const signals = new Set<() => void>()
  const { poller, causes, rounds, last } = bench({
    held: true,
    subscribe: (wake) => {
      signals.add(wake)
      return () => signals.delete(wake)
    },
  })
  await pass(0)
  for (const wake of signals) wake()
  let stopped = false
  const stopping = poller.stop().then(() => {
    stopped = true
  })
  await pass(2 * everyMs)
  expect([stopped, rounds[0]?.signal.aborted, signals.size]).toEqual([false, true, 0])
  last()?.end(true)
  await stopping
  poller.wake()
  expect(await poller.tick()).toBe(false)
  await pass(2 * everyMs)
  expect(causes()).toEqual(['interval'])
})
