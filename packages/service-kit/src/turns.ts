// Lets a bounded number of pieces of work be under way at once; a crowd waits its turn, and no deadline of the work runs before its turn has come.
import { AppError } from '@cartwright/contracts'
import { asAppError } from './problem.ts'

export interface TurnsOptions {
  /** How many pieces of work may be under way at once. */
  atOnce: number
  /** How many may wait; whoever comes then is asked to come back. */
  maxWaiting: number
  /** The longest anybody waits. */
  maxWaitMs: number
  /** How long somebody waits while nothing succeeds: then what the work needs is away, and waiting for it helps nobody. */
  stallMs: number
  /** Told how many wait, whenever that changes. */
  observe?: (waiting: number) => void
}

export interface Turns {
  /**
   * Does the work when its turn has come: first come, first served.
   * @throws AppError upstream_unavailable with the seconds to come back after, when it waited in vain; nothing was done then
   */
  run<T>(work: () => Promise<T>): Promise<T>
}

interface Waiter {
  sinceMs: number
  start: () => void
  refuse: (error: AppError) => void
}

const comeBackSec = 5

const refusal = (why: string): AppError => new AppError('upstream_unavailable', why, {}, comeBackSec)

/** Whether an error shows that somebody who was needed is away; any other answers the question, so the queue moves. */
const isAway = (error: unknown): boolean => asAppError(error).code === 'upstream_unavailable'

export const turns = ({ atOnce, maxWaiting, maxWaitMs, stallMs, observe = () => undefined }: TurnsOptions): Turns => {
  const waiting: Waiter[] = []
  let free = atOnce
  let movedMs = Number.NEGATIVE_INFINITY
  let watching = false

  const stalledAt = ({ sinceMs }: Waiter) => Math.max(sinceMs, movedMs) + stallMs
  // Whoever came first is due first, since both limits grow with the time of arrival.
  const dueAt = (first: Waiter) => Math.min(stalledAt(first), first.sinceMs + maxWaitMs)
  const shift = (): Waiter | undefined => {
    const first = waiting.shift()
    if (first !== undefined) observe(waiting.length)
    return first
  }
  const refuseDue = (): void => {
    watching = false
    const now = performance.now()
    for (let first = waiting[0]; first !== undefined && dueAt(first) <= now; first = waiting[0]) {
      shift()
      first.refuse(
        refusal(stalledAt(first) <= now ? 'what this needs does not answer right now' : 'too many came before; try again'),
      )
    }
    watch()
  }
  const watch = (): void => {
    const [first] = waiting
    if (watching || first === undefined) return
    watching = true
    setTimeout(refuseDue, Math.max(1, Math.ceil(dueAt(first) - performance.now()))).unref()
  }
  const turn = (): Promise<void> => {
    if (free > 0) {
      free -= 1
      return Promise.resolve()
    }
    if (waiting.length >= maxWaiting) throw refusal('too many are waiting already; try again')
    return new Promise((start, refuse) => {
      waiting.push({ sinceMs: performance.now(), start, refuse })
      observe(waiting.length)
      watch()
    })
  }
  const next = (): void => {
    const first = shift()
    if (first === undefined) free += 1
    else first.start()
  }
  return {
    run: async (work) => {
      await turn()
      try {
        const result = await work()
        movedMs = performance.now()
        return result
      } catch (error) {
        if (!isAway(error)) movedMs = performance.now()
        throw error
      } finally {
        next()
      }
    },
  }
}
