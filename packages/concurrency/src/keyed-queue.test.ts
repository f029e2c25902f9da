// What a keyed queue guarantees: order within a key, independence between keys, and that no item is lost.
import { expect, test } from 'vitest'
import { createKeyedQueue, type KeyedQueueOptions } from './keyed-queue.ts'

const nextTurn = () => new Promise(setImmediate)

/** A queue whose items run until the test lets them go. */
const bench = (options: Partial<KeyedQueueOptions<string>> = {}) => {
  const started: string[] = []
  const gates = new Map<string, () => void>()
  const queue = createKeyedQueue<string>({
    run: async (item, signal) => {
      started.push(item)
      await new Promise<void>((resolve, reject) => {
        gates.set(item, resolve)
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    },
    ...options,
  })
  const finish = async (item: string) => {
    gates.get(item)?.()
    await nextTurn()
  }
  return { queue, started, finish }
}

test('items of one key run one after the other in order, and a blocked key holds up no other', async () => {
  const { queue, started, finish } = bench()
  for (const item of ['a1', 'a2', 'b1', 'b2']) queue.add(item.slice(0, 1), item)
  expect(started).toEqual(['a1', 'b1'])
  await finish('b1')
  await finish('b2')
  expect(started).toEqual(['a1', 'b1', 'b2'])
  expect(queue.size()).toBe(2)
  await finish('a1')
  await finish('a2')
  expect(started).toEqual(['a1', 'b1', 'b2', 'a2'])
  expect(queue.size()).toBe(0)
})

test('at most so many keys run at once, in the order in which they came', async () => {
  const { queue, started, finish } = bench({ concurrency: 2 })
  for (const key of ['a', 'b', 'c']) queue.add(key, key)
  expect(started).toEqual(['a', 'b'])
  await finish('b')
  expect(started).toEqual(['a', 'b', 'c'])
})

test('an item that fails is tried again before the next of its key', async () => {
  const tries: string[] = []
  const queue = createKeyedQueue<string>({
    retryMs: 1,
    run: async (item) => {
      tries.push(item)
      if (tries.length < 3) throw new Error('not yet')
    },
  })
  queue.add('key', 'first')
  queue.add('key', 'second')
  await queue.idle()
  expect(tries).toEqual(['first', 'first', 'first', 'second'])
})

test('a queue is idle when everything is done, also what was added meanwhile', async () => {
  const { queue, finish } = bench()
  let idle = false
  queue.add('a', 'a1')
  void queue.idle().then(() => {
    idle = true
  })
  queue.add('b', 'b1')
  await finish('a1')
  expect(idle).toBe(false)
  await finish('b1')
  expect(idle).toBe(true)
})

test('a stopped queue hands back what is not done, the interrupted item first, and starts nothing more', async () => {
  const { queue, started, finish } = bench({ concurrency: 2 })
  for (const item of ['a1', 'a2', 'b1', 'b2', 'c1']) queue.add(item.slice(0, 1), item)
  await finish('b1')
  const left = queue.stop()
  queue.add('a', 'a3')
  expect(await left).toEqual(['a1', 'a2', 'a3', 'b2', 'c1'])
  expect(started).toEqual(['a1', 'b1', 'b2'])
})

test('an item that finishes although the queue was stopped is done', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const queue = createKeyedQueue<string>({ run: () => promise })
  queue.add('a', 'a1')
  queue.add('a', 'a2')
  const left = queue.stop()
  resolve()
  expect(await left).toEqual(['a2'])
})
