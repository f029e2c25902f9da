// Delay queue: releases each item after its delay by the machine's clock, or sooner when the sandbox's clock is moved.

interface DelayQueue<T> {
  add(item: T, ms: number): void
  /** Lets time pass for the items that wait, as `POST /_sandbox/clock` does for every object. */
  age(ms: number): void
  /** Releases the items that have become due. */
  release(): void
  clear(): void
}

interface Entry<T> {
  item: T
  dueMs: number
  timer?: NodeJS.Timeout
}

/** The longest timer of Node; a longer delay takes several. */
const longestTimerMs = 2 ** 31 - 1

/** @param nowMs the sandbox's clock in Unix milliseconds */
export const createDelayQueue = <T>(nowMs: () => number, onDue: (item: T) => void): DelayQueue<T> => {
  const entries = new Set<Entry<T>>()
  const releaseOne = (entry: Entry<T>) => {
    clearTimeout(entry.timer)
    if (entries.delete(entry)) onDue(entry.item)
  }
  const wait = (entry: Entry<T>, ms: number): Entry<T> => {
    const rest = ms - longestTimerMs
    entry.timer = rest > 0 ? setTimeout(() => wait(entry, rest), longestTimerMs) : setTimeout(() => releaseOne(entry), ms)
    return entry
  }
  return {
    add: (item, ms) => {
      entries.add(wait({ item, dueMs: nowMs() + ms }, ms))
    },
    age: (ms) => {
      for (const entry of entries) entry.dueMs -= ms
    },
    release: () => {
      for (const entry of [...entries]) if (entry.dueMs <= nowMs()) releaseOne(entry)
    },
    clear: () => {
      for (const { timer } of entries) clearTimeout(timer)
      entries.clear()
    },
  }
}
