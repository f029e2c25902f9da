// What an admission queue guarantees: its order, its wait, and an early refusal when waiting does not help.
import { AppError } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import { type AdmissionQueueOptions, createAdmissionQueue } from './admission-queue.ts'

const usual: AdmissionQueueOptions = { maxConcurrent: 1, maxWaiting: 1000, maxWaitMs: 60_000, stallTimeoutMs: 60_000 }
const away = () => new AppError('upstream_unavailable')

/** Work that ends when the test says so. */
const held = () => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  return { work: () => promise, end: () => resolve('done'), fail: (error: Error) => reject(error) }
}
/** Keeps its permit so long without keeping timers from running. */
const busyFor = async (ms: number): Promise<void> => {
  for (const until = performance.now() + ms; performance.now() < until; ) await new Promise(setImmediate)
}
/** How a piece of work ended. */
const fate = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => (error instanceof AppError ? [error.code, error.retryAfterSec] : error))

describe('an admission queue', () => {
  test('serves first come, first served, and runs no more work at once than allowed', async () => {
    const queue = createAdmissionQueue({ ...usual, maxConcurrent: 3 })
    const order: number[] = []
    let atWork = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 200 }, (_, number) =>
        queue.run(async () => {
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

  test('lets work wait longer than a stall may last, as long as some work succeeds', async () => {
    const queue = createAdmissionQueue({ ...usual, stallTimeoutMs: 100 })
    const started = performance.now()
    await Promise.all(Array.from({ length: 40 }, () => queue.run(() => busyFor(6))))
    expect(performance.now() - started).toBeGreaterThan(200)
  })

  test('admits the next work after a failure', async () => {
    const queue = createAdmissionQueue(usual)
    const first = queue.run(async () => {
      throw new TypeError('broken')
    })
    const second = queue.run(async () => 'served')
    await expect(first).rejects.toThrow('broken')
    expect(await second).toBe('served')
  })

  test('reports how many wait, whenever that changes', async () => {
    const reported: number[] = []
    const queue = createAdmissionQueue({ ...usual, observe: (waiting) => reported.push(waiting) })
    await Promise.all([1, 2, 3].map(() => queue.run(async () => undefined)))
    expect(reported).toEqual([1, 2, 1, 0])
  })
})

describe('an admission queue refuses', () => {
  test('all waiting work after a stall, when a dependency is away, and does not start it', async () => {
    const queue = createAdmissionQueue({ ...usual, stallTimeoutMs: 40 })
    const first = held()
    let done = 0
    const began = fate(queue.run(first.work))
    const others = Array.from({ length: 50 }, () => fate(queue.run(async () => void done++)))
    expect(await Promise.all(others)).toEqual(others.map(() => ['upstream_unavailable', 5]))
    expect(done).toBe(0)
    first.fail(away())
    await began
    expect(await queue.run(async () => 'served')).toBe('served')
  })

  test.each([
    ['finds its dependency away is no progress', away(), ['upstream_unavailable', 5]],
    ['ends in a refusal with a reason is progress', new AppError('out_of_stock'), 'served'],
  ])('work that %s', async (_, error, expected) => {
    const queue = createAdmissionQueue({ ...usual, stallTimeoutMs: 60 })
    const failing = Array.from({ length: 5 }, () => fate(queue.run(() => busyFor(20).then(() => Promise.reject(error)))))
    const last = fate(queue.run(async () => 'served'))
    await Promise.all(failing)
    expect(await last).toEqual(expected)
  })

  test('work when the queue is full, or when the longest wait is over', async () => {
    const queue = createAdmissionQueue({ ...usual, maxWaiting: 2, maxWaitMs: 40 })
    const first = held()
    const served = queue.run(first.work)
    const second = fate(queue.run(async () => 'served'))
    const third = fate(queue.run(async () => 'served'))
    expect(await fate(queue.run(async () => 'served'))).toEqual(['upstream_unavailable', 5])
    expect(await Promise.all([second, third])).toEqual([
      ['upstream_unavailable', 5],
      ['upstream_unavailable', 5],
    ])
    first.end()
    expect(await served).toBe('done')
  })
})
