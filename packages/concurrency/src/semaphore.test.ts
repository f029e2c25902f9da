// What a semaphore guarantees: its limit, its order, and that failed work returns its permit.
import { expect, test } from 'vitest'
import { createSemaphore } from './semaphore.ts'

/** Counts how many pieces of work run at once; each takes some turns of the event loop. */
const gauge = () => {
  let running = 0
  const seen = { most: 0, order: [] as string[] }
  const work = (name: string) => async () => {
    running += 1
    seen.most = Math.max(seen.most, running)
    seen.order.push(name)
    await new Promise(setImmediate)
    const alone = running === 1
    running -= 1
    return alone
  }
  return { seen, work }
}

test('a semaphore runs at most as many pieces of work as it has permits, first come, first served', async () => {
  const semaphore = createSemaphore(3)
  const { seen, work } = gauge()
  const names = Array.from({ length: 50 }, (_, index) => String(index))
  await Promise.all(names.map((name) => semaphore.run(work(name))))
  expect(seen.most).toBe(3)
  expect(seen.order).toEqual(names)
})

test('work begins in the same turn while a permit is free', () => {
  const { seen, work } = gauge()
  void createSemaphore(1).run(work('first'))
  expect(seen.order).toEqual(['first'])
})

test('exclusive work waits for what runs, and holds up what comes after it', async () => {
  const semaphore = createSemaphore(2)
  const { seen, work } = gauge()
  const all = [semaphore.run(work('a')), semaphore.runExclusive(work('exclusive')), semaphore.run(work('b'))]
  expect(semaphore.waiting()).toBe(2)
  expect((await Promise.all(all))[1]).toBe(true)
  expect(seen.order).toEqual(['a', 'exclusive', 'b'])
  expect(seen.most).toBe(1)
  expect(semaphore.waiting()).toBe(0)
})

test('work that fails, even before its first await, returns its permit', async () => {
  const semaphore = createSemaphore(1)
  const broken = semaphore.run(() => {
    throw new Error('broken')
  })
  await expect(broken).rejects.toThrow('broken')
  expect(await semaphore.run(async () => 'served')).toBe('served')
})
