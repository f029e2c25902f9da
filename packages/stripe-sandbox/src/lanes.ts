// Queues by payment: what belongs to one is done in turn, what belongs to others meanwhile, and only so much at a time.

export interface Lanes<T> {
  add(lane: string, item: T): void
  /** Forgets what has not begun. */
  clear(): void
  /** Resolves when nothing is under way or waiting. */
  idle(): Promise<void>
}

export const lanes = <T>(concurrency: number, work: (item: T) => Promise<void>): Lanes<T> => {
  const waiting = new Map<string, T[]>()
  const ready: string[] = []
  const running = new Set<Promise<void>>()
  const drain = async (lane: string): Promise<void> => {
    const queue = waiting.get(lane) ?? []
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      await work(next)
      queue.shift()
    }
    waiting.delete(lane)
  }
  const dispatch = () => {
    while (running.size < concurrency) {
      const lane = ready.shift()
      if (lane === undefined) return
      const run: Promise<void> = drain(lane).finally(() => {
        running.delete(run)
        dispatch()
      })
      running.add(run)
    }
  }
  return {
    add: (lane, item) => {
      const queue = waiting.get(lane)
      if (queue) queue.push(item)
      else {
        waiting.set(lane, [item])
        ready.push(lane)
      }
      dispatch()
    },
    clear: () => {
      for (const lane of ready.splice(0)) waiting.delete(lane)
      for (const queue of waiting.values()) queue.length = Math.min(queue.length, 1)
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
