// Concurrency limiter with a FIFO queue. Timeouts of the work start when it is admitted, not while it queues.
import { AppError } from '@cartwright/contracts'
import { asAppError } from './problem.ts'

export interface AdmissionQueueOptions {
  /** How many pieces of work may run at once. */
  maxConcurrent: number
  /** How many may wait; the next one is refused at once. */
  maxWaiting: number
  /** The longest wait. */
  maxWaitMs: number
  /** The longest wait while no work succeeds: then a dependency of the work is away, and waiting does not help. */
  stallTimeoutMs: number
  /** Called with the number that wait, whenever it changes. */
  observe?: (waiting: number) => void
}

export interface AdmissionQueue {
  /**
   * Runs the work when it is admitted: first come, first served.
   * @throws AppError upstream_unavailable with Retry-After when it waited in vain; the work did not start then
   */
  run<T>(work: () => Promise<T>): Promise<T>
}

interface Waiter {
  sinceMs: number
  start: () => void
  refuse: (error: AppError) => void
}

const retryAfterSec = 5

const refusal = (why: string): AppError => new AppError('upstream_unavailable', { detail: why, retryAfterSec })

/** Whether an error shows that a dependency is away. Any other error is an outcome, so the queue is not stalled. */
const isUnavailable = (error: unknown): boolean => asAppError(error, 'en').code === 'upstream_unavailable'

export const createAdmissionQueue = ({
  maxConcurrent,
  maxWaiting,
  maxWaitMs,
  stallTimeoutMs,
  observe = () => undefined,
}: AdmissionQueueOptions): AdmissionQueue => {
  const queue: Waiter[] = []
  let free = maxConcurrent
  let progressMs = Number.NEGATIVE_INFINITY
  let isTimerSet = false

  const stalledAt = ({ sinceMs }: Waiter) => Math.max(sinceMs, progressMs) + stallTimeoutMs
  // The first waiter is due first, since both limits grow with the time of arrival.
  const dueAt = (first: Waiter) => Math.min(stalledAt(first), first.sinceMs + maxWaitMs)
  const shift = (): Waiter | undefined => {
    const first = queue.shift()
    if (first !== undefined) observe(queue.length)
    return first
  }
  const refuseDue = (): void => {
    isTimerSet = false
    const now = performance.now()
    for (let first = queue[0]; first !== undefined && dueAt(first) <= now; first = queue[0]) {
      shift()
      const isStalled = stalledAt(first) <= now
      first.refuse(refusal(isStalled ? 'what this needs does not answer right now' : 'too many came before; try again'))
    }
    setTimer()
  }
  const setTimer = (): void => {
    const [first] = queue
    if (isTimerSet || first === undefined) return
    isTimerSet = true
    setTimeout(refuseDue, Math.max(1, Math.ceil(dueAt(first) - performance.now()))).unref()
  }
  const admit = (): Promise<void> => {
    if (free > 0) {
      free -= 1
      return Promise.resolve()
    }
    if (queue.length >= maxWaiting) throw refusal('too many are waiting already; try again')
    return new Promise((start, refuse) => {
      queue.push({ sinceMs: performance.now(), start, refuse })
      observe(queue.length)
      setTimer()
    })
  }
  const release = (): void => {
    const first = shift()
    if (first === undefined) free += 1
    else first.start()
  }
  return {
    run: async (work) => {
      await admit()
      try {
        const result = await work()
        progressMs = performance.now()
        return result
      } catch (error) {
        if (!isUnavailable(error)) progressMs = performance.now()
        throw error
      } finally {
        release()
      }
    },
  }
}
