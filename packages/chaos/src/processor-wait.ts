// Processor wait: how long the harness waits for a processor. On an overloaded machine a missed time limit says nothing about the shop.
import { readFileSync } from 'node:fs'

/** The processes of the shop wait about as often, so work of one second takes four. */
export const overloadedFactor = 3

/** Nanoseconds that the main thread has run, and has waited to run. Zeros where the system does not tell: only Linux does. */
const readTimes = (): [ranNs: number, waitedNs: number] => {
  try {
    const [ran = 0, waited = 0] = readFileSync('/proc/self/schedstat', 'utf8').split(' ').map(Number)
    return [ran, waited]
  } catch {
    return [0, 0]
  }
}

/** Starts to measure. @returns a reader of the time waited so far per time that the harness ran */
export const watchProcessorWait = (): (() => number) => {
  const [ranBefore, waitedBefore] = readTimes()
  return () => {
    const [ran, waited] = readTimes()
    return ran === ranBefore ? 0 : (waited - waitedBefore) / (ran - ranBefore)
  }
}
