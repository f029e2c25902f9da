// Polls a condition until it holds, or fails after a timeout: for effects in another process or engine.
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Calls `check` until it returns a truthy value.
 * @returns that value
 * @throws the last error, or a timeout error that names the condition
 */
export const eventually = async <T>(what: string, check: () => Promise<T> | T, limitMs = 15_000): Promise<NonNullable<T>> => {
  const until = performance.now() + limitMs
  let last: unknown
  while (performance.now() < until) {
    try {
      const answer = await check()
      if (answer) return answer
      last = undefined
    } catch (error) {
      last = error
    }
    await delay(20)
  }
  throw last ?? new Error(`${what}: not within ${limitMs} ms`)
}
