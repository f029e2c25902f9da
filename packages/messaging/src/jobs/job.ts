// Job: an effect outside any transaction, and a function that writes its result inside one.
import type { Tx } from '@cartwright/db'

export interface WorkItem<P> {
  id: number
  /** Unique per kind: the source of idempotency keys. */
  key: string
  payload: P
  /** How often it was tried before, 0 at first. */
  attempts: number
  /**
   * Renews the lease. Call it right before an effect that the other side cannot recognise as a repetition: a process that stood still for
   * longer than its lease learns here that another process has taken the job over. @throws LeaseLost
   */
  confirmLease(): Promise<void>
}

/** Another process has taken the job over; what this one has read is out of date. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease of the job expired and another worker has taken the job over')
    this.name = 'LeaseLost'
  }
}

/** The effect fails at every try; `giveUp` settles it. Every other error is tried again later. */
export class PermanentFailure extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'PermanentFailure'
  }
}

/** The other side says when the effect may be tried again; the job then waits at least that long, an hour at most. */
export class RetryLater extends Error {
  readonly afterSec: number

  constructor(message: string, afterSec: number) {
    super(message)
    this.name = 'RetryLater'
    this.afterSec = Math.min(3600, Math.max(0, afterSec))
  }
}

export interface Job<P, R, Deps> {
  kind: string
  /** Runs outside any transaction and may run twice: pass an idempotency key made from `item.key`. */
  effect(context: { item: WorkItem<P>; deps: Deps }): Promise<R>
  /** Writes the result and publishes, in the transaction that marks the row done. */
  apply(context: { tx: Tx; item: WorkItem<P>; result: R; deps: Deps }): Promise<void>
  /** Settles a permanent failure, in the transaction that marks the row done; without it the row is only marked, with its error. */
  giveUp?(context: { tx: Tx; item: WorkItem<P>; error: Error; deps: Deps }): Promise<void>
  /** Seconds until the next try; 1, 2, 4 … 60 when left out. */
  backoffSec?(attempts: number): number
  /** Tries before a failure counts as permanent; no limit when left out. */
  maxAttempts?: number
}

/** A job whose payload and result types are not known to the runner. */
// biome-ignore lint/suspicious/noExplicitAny: payload and result are existential here; `job()` checks them where they are known.
export type AnyJob<Deps> = Job<any, any, Deps>

/** Declares a job with its types checked. */
export const job = <P, R, Deps>(definition: Job<P, R, Deps>): AnyJob<Deps> => definition
