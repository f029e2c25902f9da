// Keyed queue: items of one key run in order, items of different keys side by side, so a blocked key holds up only itself.
import { pause } from './pause.ts'

export interface KeyedQueue<T> {
  /** Runs the item behind the earlier ones of its key. After `stop()` the item is only kept. */
  add(key: string, item: T): void
  /** How many items are queued or running. */
  size(): number
  /** Resolves when nothing is queued or running. */
  idle(): Promise<void>
  /** Starts nothing more, aborts the signal of what runs and waits for it. @returns the items that are not done, in order per key */
  stop(): Promise<T[]>
}

export interface KeyedQueueOptions<T> {
  /** An item is done when this resolves. When it rejects, the item is tried again: dropping an item would lose it. */
  run(item: T, signal: AbortSignal): Promise<unknown>
  /** How many keys run at once; unlimited when left out. */
  concurrency?: number
  /** The pause before an item is tried again; 1000 when left out. */
  retryMs?: number
}

export const createKeyedQueue = <T>({ run, concurrency = Infinity, retryMs = 1000 }: KeyedQueueOptions<T>): KeyedQueue<T> => {
  const stopping = new AbortController()
  const { signal } = stopping
  const queues = new Map<string, T[]>()
  const readyKeys: string[] = []
  const running = new Set<Promise<void>>()
  let size = 0

  /** @returns false when the queue was stopped before the item was done */
  const runUntilDone = async (item: T): Promise<boolean> => {
    while (!signal.aborted) {
      try {
        await run(item, signal)
        return true
      } catch {
        await pause(retryMs, signal)
      }
    }
    return false
  }

  const drain = async (key: string, queue: T[]): Promise<void> => {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      if (!(await runUntilDone(next))) return
      queue.shift()
      size -= 1
    }
    queues.delete(key)
  }

  const startReady = (): void => {
    while (running.size < concurrency && !signal.aborted) {
      const key = readyKeys.shift()
      if (key === undefined) return
      const task = drain(key, queues.get(key) ?? []).finally(() => {
        running.delete(task)
        startReady()
      })
      running.add(task)
    }
  }

  return {
    add: (key, item) => {
      size += 1
      const queue = queues.get(key)
      if (queue) return void queue.push(item)
      queues.set(key, [item])
      readyKeys.push(key)
      startReady()
    },
    size: () => size,
    idle: async () => {
      while (running.size > 0) await Promise.all(running)
    },
    stop: async () => {
      stopping.abort()
      await Promise.all(running)
      return [...queues.values()].flat()
    },
  }
}
