// Things that wait for a time: on the wall’s clock, or sooner when the sandbox’s clock is moved there.

export interface Parking<T> {
  park(item: T, ms: number): void
  /** Lets go what has become due on the sandbox's clock. */
  release(): void
  clear(): void
}

interface Entry<T> {
  item: T
  dueMs: number
  timer: NodeJS.Timeout
}

/** @param nowMs the sandbox's clock in Unix milliseconds */
export const parking = <T>(nowMs: () => number, due: (item: T) => void): Parking<T> => {
  const entries = new Set<Entry<T>>()
  const leave = (entry: Entry<T>) => {
    clearTimeout(entry.timer)
    if (entries.delete(entry)) due(entry.item)
  }
  return {
    park: (item, ms) => {
      const entry: Entry<T> = { item, dueMs: nowMs() + ms, timer: setTimeout(() => leave(entry), ms) }
      entries.add(entry)
    },
    release: () => {
      for (const entry of [...entries]) if (entry.dueMs <= nowMs()) leave(entry)
    },
    clear: () => {
      for (const { timer } of entries) clearTimeout(timer)
      entries.clear()
    },
  }
}
