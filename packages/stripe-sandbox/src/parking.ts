// Things that wait for a time: on the wall’s clock, or sooner when time passes in the sandbox alone.

export interface Parking<T> {
  park(item: T, ms: number): void
  /** Lets time pass for what waits, as `POST /_sandbox/clock` does for every object. */
  age(ms: number): void
  /** Lets go what has become due. */
  release(): void
  clear(): void
}

interface Entry<T> {
  item: T
  dueMs: number
  timer?: NodeJS.Timeout
}

/** No timer runs longer; more is waited for in several. */
const longestTimerMs = 2 ** 31 - 1

/** @param nowMs the sandbox's clock in Unix milliseconds */
export const parking = <T>(nowMs: () => number, due: (item: T) => void): Parking<T> => {
  const entries = new Set<Entry<T>>()
  const leave = (entry: Entry<T>) => {
    clearTimeout(entry.timer)
    if (entries.delete(entry)) due(entry.item)
  }
  const wait = (entry: Entry<T>, ms: number): Entry<T> => {
    const rest = ms - longestTimerMs
    entry.timer = rest > 0 ? setTimeout(() => wait(entry, rest), longestTimerMs) : setTimeout(() => leave(entry), ms)
    return entry
  }
  return {
    park: (item, ms) => {
      entries.add(wait({ item, dueMs: nowMs() + ms }, ms))
    },
    age: (ms) => {
      for (const entry of entries) entry.dueMs -= ms
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
