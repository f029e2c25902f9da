// What a batcher guarantees: which items share a batch, that a slow batch holds nothing up, and that each item has its own outcome.
import { expect, test } from 'vitest'
import { createBatcher } from './batcher.ts'

const bench = (options: { maxSize?: number; maxWaitMs?: number; succeeds?: boolean } = {}) => {
  const runs: string[][] = []
  const gates: (() => void)[] = []
  const run = async (items: readonly string[]): Promise<void> => {
    runs.push([...items])
    await new Promise<void>((resolve) => gates.push(resolve))
  }
  const batcher = createBatcher<string>({
    maxSize: options.maxSize ?? 16,
    maxWaitMs: options.maxWaitMs ?? 60_000,
    runBatch: async (items) => {
      await run(items)
      return options.succeeds ?? true
    },
    runSingly: async (item) => {
      await run([item])
      if (item === 'bad') throw new Error('a defect')
    },
  })
  /** Ends what runs, and lets what waits behind it start. */
  const finish = async () => {
    for (const gate of gates.splice(0)) gate()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { batcher, runs, finish }
}

test('a single item runs at once, and items that arrive meanwhile form the next batch', async () => {
  const { batcher, runs, finish } = bench()
  const first = batcher.add('a')
  await Promise.resolve()
  expect(runs).toEqual([['a']])
  const rest = [batcher.add('b'), batcher.add('c')]
  await finish()
  await first
  expect(runs).toEqual([['a'], ['b', 'c']])
  await finish()
  await Promise.all(rest)
})

test('items that are added in one turn share a batch, up to its size', async () => {
  const { batcher, runs, finish } = bench({ maxSize: 2 })
  const all = ['a', 'b', 'c'].map((item) => batcher.add(item))
  await finish()
  await finish()
  await finish()
  await Promise.all(all)
  expect(runs).toEqual([['a', 'b'], ['c']])
})

test('the next batch waits for a slow one no longer than its limit', async () => {
  const { batcher, runs, finish } = bench({ maxWaitMs: 10 })
  void batcher.add('slow')
  await Promise.resolve()
  void batcher.add('b')
  await expect.poll(() => runs).toEqual([['slow'], ['b']])
  await finish()
})

test('when a batch did nothing each item runs singly and has its own outcome', async () => {
  const { batcher, runs, finish } = bench({ succeeds: false })
  const outcomes = Promise.allSettled(['a', 'bad', 'c'].map((item) => batcher.add(item)))
  await finish()
  await finish()
  await finish()
  expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(runs).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']])
})
