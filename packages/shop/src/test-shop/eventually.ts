// Waits for something that other processes bring about: asks again until it holds or the time is up.
import { setTimeout as delay } from 'node:timers/promises'

/** Resolves with the first result that `holds`. @throws Error with the last answer when `seconds` are over */
export const eventually = async <T>(ask: () => Promise<T>, holds: (answer: T) => boolean, seconds = 60): Promise<T> => {
  const until = performance.now() + seconds * 1000
  let last: unknown = 'nothing'
  while (performance.now() < until) {
    try {
      const answer = await ask()
      if (holds(answer)) return answer
      last = answer
    } catch (error) {
      // A service that was just killed refuses for a moment; what counts is what it says in the end.
      last = error instanceof Error ? error.message : error
    }
    await delay(100)
  }
  throw new Error(`this did not come true in ${seconds} s; the last answer was ${JSON.stringify(last)}`)
}
