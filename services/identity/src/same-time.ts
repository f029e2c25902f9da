// Hides by its time what an answer does not say: whether an address is known.
import { setTimeout as delay } from 'node:timers/promises'

/** Answers no sooner than after `floorMs`, whether `work` succeeds or fails. */
export const noSooner = async <T>(floorMs: number, work: () => Promise<T>): Promise<T> => {
  const [outcome] = await Promise.allSettled([work(), delay(floorMs)])
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}

/** Refuses no sooner than after `floorMs`; a success shows itself anyway. */
export const refusedNoSooner = async <T>(floorMs: number, work: () => Promise<T>): Promise<T> => {
  const started = performance.now()
  try {
    return await work()
  } catch (error) {
    await delay(Math.max(0, floorMs - (performance.now() - started)))
    throw error
  }
}
