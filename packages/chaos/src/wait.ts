// Waiting with a deadline: pauses, deadlines and polling for a condition.
import { setTimeout as delay } from 'node:timers/promises'

/** @returns the deadline, in milliseconds on the clock of `performance.now()` */
export const deadlineIn = (seconds: number): number => performance.now() + seconds * 1000

export const pause = (ms: number): Promise<void> => delay(ms)

/** Polls a condition until it is true. @returns whether it became true in time */
export const waitUntil = async (isTrue: () => Promise<boolean>, seconds: number, everyMs = 100): Promise<boolean> => {
  for (const until = deadlineIn(seconds); performance.now() < until; await pause(everyMs)) if (await isTrue()) return true
  return false
}
