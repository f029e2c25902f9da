// Retries: which failure of which call is tried again, and after how long.
import { ApiError, ConnectionError } from './errors.ts'

const maxRetries = 2
const baseMs = 200
/** A longer wait is the caller's decision: the error says how long it is. */
const longestWaitSec = 20

/** Waits, or rejects with the reason of the signal. */
export const sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, milliseconds)
    if (signal?.aborted) end()
    signal?.addEventListener('abort', end, { once: true })
  })

/** Between half and all of a time that doubles, so that clients that failed together do not come back together. */
export const jittered = (failures: number): number => baseMs * 2 ** Math.min(failures, 6) * (0.5 + Math.random() / 2)

const isPassing = (error: unknown): boolean =>
  error instanceof ConnectionError ||
  (error instanceof ApiError && ([429, 502, 503, 504].includes(error.status) || error.code === 'idempotency_key_in_flight'))

/** Milliseconds until the next try; null when the failure lasts, or was tried often enough. */
const waitAfter = (error: unknown, retries: number): number | null => {
  if (retries >= maxRetries || !isPassing(error)) return null
  const retryAfterSec = error instanceof ApiError ? error.retryAfterSec : undefined
  if (retryAfterSec === undefined) return jittered(retries)
  return retryAfterSec > longestWaitSec ? null : retryAfterSec * 1000
}

/** Runs work, and again after a failure that passes. Only for calls that may be repeated. */
export const withRetries = async <T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  for (let retries = 0; ; retries++) {
    try {
      return await work()
    } catch (error) {
      const waitMs = waitAfter(error, retries)
      if (waitMs === null) throw error
      await sleep(waitMs, signal)
    }
  }
}
