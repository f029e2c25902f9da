// Batcher (group commit): items that arrive while a batch runs form the next batch. A single item runs at once.
import { ignore } from './ignore.ts'

export interface Batcher<T> {
  /** Resolves when the item's batch has succeeded; otherwise as `runSingly` does for the item. */
  add(item: T): Promise<void>
}

export interface BatcherOptions<T> {
  /** Does the work of all items, or of none. @returns false when nothing was done: then each item runs singly */
  runBatch(items: readonly T[]): Promise<boolean>
  runSingly(item: T): Promise<void>
  /** Items in a batch at most. */
  maxSize: number
  /** How long items wait for the batch before them: after that the next batch runs beside it. */
  maxWaitMs: number
}

interface Waiting<T> {
  item: T
  resolve: (outcome: Promise<void> | void) => void
}

export const createBatcher = <T>({ runBatch, runSingly, maxSize, maxWaitMs }: BatcherOptions<T>): Batcher<T> => {
  const waiting: Waiting<T>[] = []
  /** The batch that the next one waits for. */
  let current: symbol | null = null

  const runOne = ({ item, resolve }: Waiting<T>): Promise<unknown> => {
    const work = runSingly(item)
    resolve(work)
    return ignore(work, 'the caller that added the item')
  }

  const runAll = async (batch: readonly Waiting<T>[]): Promise<void> => {
    if (await runBatch(batch.map(({ item }) => item))) {
      for (const { resolve } of batch) resolve()
      return
    }
    await Promise.all(batch.map(runOne))
  }

  const startBatch = (self: symbol): void => {
    const admitNext = (): void => {
      clearTimeout(timer)
      if (current !== self) return
      current = null
      schedule()
    }
    const timer = setTimeout(admitNext, maxWaitMs)
    void runAll(waiting.splice(0, maxSize)).finally(admitNext)
  }

  const schedule = (): void => {
    if (current !== null || waiting.length === 0) return
    const self = Symbol('batch')
    current = self
    // In a microtask, so that items that are added in one turn share a batch.
    queueMicrotask(() => startBatch(self))
  }

  return {
    add: (item) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push({ item, resolve })
      schedule()
      return promise
    },
  }
}
