// Minimum duration of a response, so that its time does not reveal whether an address is known.
import { setTimeout as delay } from 'node:timers/promises'

/** Settles at the earliest after `minimumMs`, whether `work` succeeds or fails. */
export const withMinimumDuration = async <T>(minimumMs: number, work: () => Promise<T>): Promise<T> => {
  const [outcome] = await Promise.allSettled([work(), delay(minimumMs)])
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}

/** Rejects at the earliest after `minimumMs`. A success is not delayed, because it reveals nothing beyond itself. */
export const withMinimumFailureDuration = async <T>(minimumMs: number, work: () => Promise<T>): Promise<T> => {
  const started = performance.now()
  try {
    return await work()
  } catch (error) {
    await delay(Math.max(0, minimumMs - (performance.now() - started)))
    throw error
  }
}
