// Semaphore with a FIFO queue: limits how many pieces of work run at once. Exclusive work runs alone.

export interface Semaphore {
  /** Runs `work` as soon as a permit is free; at once, in the same turn, when one is free now and nothing waits. */
  run<T>(work: () => Promise<T>): Promise<T>
  /** Runs `work` while nothing else runs. Work that comes later waits behind it. */
  runExclusive<T>(work: () => Promise<T>): Promise<T>
  /** How many pieces of work wait for a permit. */
  waiting(): number
}

interface Waiter {
  permits: number
  start: () => void
}

/** @param permits how many pieces of work may run at once */
export const createSemaphore = (permits: number): Semaphore => {
  let free = permits
  const queue: Waiter[] = []

  const release = (returned: number): void => {
    free += returned
    for (let first = queue[0]; first !== undefined && first.permits <= free; first = queue[0]) {
      queue.shift()
      free -= first.permits
      first.start()
    }
  }

  const runWith = async <T>(needed: number, work: () => Promise<T>): Promise<T> => {
    if (queue.length === 0 && needed <= free) free -= needed
    else await new Promise<void>((start) => queue.push({ permits: needed, start }))
    try {
      return await work()
    } finally {
      release(needed)
    }
  }

  return {
    run: (work) => runWith(1, work),
    runExclusive: (work) => runWith(permits, work),
    waiting: () => queue.length,
  }
}
