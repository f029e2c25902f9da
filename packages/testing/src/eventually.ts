// Waits for something that happens in its own time, in another process or engine: asks again, and gives up after a while.
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Asks until `check` returns something truthy and does not throw.
 * @returns what it returned
 * @throws the last error, or one that says what was waited for
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
