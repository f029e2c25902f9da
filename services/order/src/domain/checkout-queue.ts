// Admission queue of checkouts: a configured number runs at once, the others wait in order of arrival.
import { type AdmissionQueue, createAdmissionQueue } from '@cartwright/service-kit'

/** A checkout is refused before the gateway's own timeout, when the queue is full, or when no checkout succeeds for 5 s. */
const limits = { maxWaiting: 20_000, maxWaitMs: 45_000, stallTimeoutMs: 5000 }

/**
 * A checkout reads cart and catalog and then holds a pool connection, each with its own deadline. More checkouts than connections
 * would spend these deadlines waiting for each other.
 */
export const createCheckoutQueue = (maxConcurrent: number, observe: (waiting: number) => void): AdmissionQueue =>
  createAdmissionQueue({ maxConcurrent, ...limits, observe })
