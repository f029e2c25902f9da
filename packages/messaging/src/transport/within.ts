// Waits for something, but not for ever: an engine that is gone must not hold a shutdown or a heartbeat up.
import { setTimeout as delay } from 'node:timers/promises'

/** @returns whether `work` has settled, well or badly, within `ms` */
export const within = (ms: number, work: Promise<unknown>): Promise<boolean> => {
  const limit = new AbortController()
  const late = delay(ms, false, { signal: limit.signal }).catch(() => false)
  const settled = work.then(
    () => true,
    () => true,
  )
  return Promise.race([settled, late]).finally(() => limit.abort())
}
