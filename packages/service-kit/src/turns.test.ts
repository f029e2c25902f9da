// What a crowd may rely on: its order, its wait, and being told soon when waiting helps nobody.
import { AppError } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import { type TurnsOptions, turns } from './turns.ts'

const calm: TurnsOptions = { atOnce: 1, maxWaiting: 1000, maxWaitMs: 60_000, stallMs: 60_000 }
const away = () => new AppError('upstream_unavailable')

/** Work that ends when the test says so. */
const held = () => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  return { work: () => promise, end: () => resolve('done'), fail: (error: Error) => reject(error) }
}
/** Keeps its place so long without keeping timers from running. */
const busyFor = async (ms: number): Promise<void> => {
  for (const until = performance.now() + ms; performance.now() < until; ) await new Promise(setImmediate)
}
/** How a piece of work ended. */
const fate = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => (error instanceof AppError ? [error.code, error.retryAfterSec] : error))

describe('a crowd', () => {
  test('is served first come, first served, with no more at work than allowed', async () => {
    const turn = turns({ ...calm, atOnce: 3 })
    const order: number[] = []
    let atWork = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 200 }, (_, number) =>
        turn.run(async () => {
          order.push(number)
          atWork += 1
          most = Math.max(most, atWork)
          await Promise.resolve()
          atWork -= 1
        }),
      ),
    )
    expect(most).toBe(3)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order).toHaveLength(200)
  })

  test('waits longer than a standstill may last, as long as somebody is served', async () => {
    const turn = turns({ ...calm, stallMs: 100 })
    const started = performance.now()
    await Promise.all(Array.from({ length: 40 }, () => turn.run(() => busyFor(6))))
    expect(performance.now() - started).toBeGreaterThan(200)
  })

  test('goes on behind a failure: the place is free again', async () => {
    const turn = turns(calm)
    const first = turn.run(async () => {
      throw new TypeError('broken')
    })
    const second = turn.run(async () => 'served')
    await expect(first).rejects.toThrow('broken')
    expect(await second).toBe('served')
  })
})

describe('waiting helps nobody', () => {
  test('when what the work needs is away: everybody is told after a standstill, and nothing is done for them', async () => {
    const turn = turns({ ...calm, stallMs: 40 })
    const first = held()
    let done = 0
    const began = fate(turn.run(first.work))
    const others = Array.from({ length: 50 }, () => fate(turn.run(async () => void done++)))
    expect(await Promise.all(others)).toEqual(others.map(() => ['upstream_unavailable', 5]))
    expect(done).toBe(0)
    first.fail(away())
    await began
    expect(await turn.run(async () => 'served')).toBe('served')
  })

  test.each([
    ['finds it away is no success', away(), ['upstream_unavailable', 5]],
    ['ends in a refusal with a reason is one', new AppError('out_of_stock'), 'served'],
  ])('work that %s', async (_, error, expected) => {
    const turn = turns({ ...calm, stallMs: 60 })
    const failing = Array.from({ length: 5 }, () => fate(turn.run(() => busyFor(20).then(() => Promise.reject(error)))))
    const last = fate(turn.run(async () => 'served'))
    await Promise.all(failing)
    expect(await last).toEqual(expected)
  })

  test('when the line is full, or longer than anybody waits', async () => {
    const turn = turns({ ...calm, maxWaiting: 2, maxWaitMs: 40 })
    const first = held()
    const served = turn.run(first.work)
    const second = fate(turn.run(async () => 'served'))
    const third = fate(turn.run(async () => 'served'))
    expect(await fate(turn.run(async () => 'served'))).toEqual(['upstream_unavailable', 5])
    expect(await Promise.all([second, third])).toEqual([
      ['upstream_unavailable', 5],
      ['upstream_unavailable', 5],
    ])
    first.end()
    expect(await served).toBe('done')
  })

  test('how many wait is told whenever it changes', async () => {
    const told: number[] = []
    const turn = turns({ ...calm, observe: (waiting) => told.push(waiting) })
    await Promise.all([1, 2, 3].map(() => turn.run(async () => undefined)))
    expect(told).toEqual([1, 2, 1, 0])
  })
})
