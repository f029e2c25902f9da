// Limits how much happens at once, first come, first served; one piece of work may ask to be alone.

export interface Slots {
  run<T>(work: () => Promise<T>): Promise<T>
  /** Runs `work` while nothing else runs. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

/** @param count how many pieces of work may run side by side */
export const slots = (count: number): Slots => {
  let free = count
  const waiting: { need: number; start: () => void }[] = []

  const next = (): void => {
    for (let first = waiting[0]; first !== undefined && first.need <= free; first = waiting[0]) {
      waiting.shift()
      free -= first.need
      first.start()
    }
  }
  const take = async <T>(need: number, work: () => Promise<T>): Promise<T> => {
    await new Promise<void>((start) => {
      waiting.push({ need, start })
      next()
    })
    try {
      return await work()
    } finally {
      free += need
      next()
    }
  }
  return { run: (work) => take(1, work), alone: (work) => take(count, work) }
}
