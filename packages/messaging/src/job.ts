// What a job is: an effect outside any transaction, and what becomes of its result inside one.
import type { Tx } from '@cartwright/db'

export interface WorkItem<P> {
  id: number
  /** Unique per kind: the source of idempotency keys. */
  key: string
  payload: P
  /** How often it was tried before, 0 at first. */
  attempts: number
  /**
   * Renews the lease. Called right before an effect that the outside cannot recognise as a repeated one: a process that stood still for
   * longer than its lease finds out here that another one has taken the row over. @throws LeaseLost
   */
  confirmLease(): Promise<void>
}

/** Another process has taken the row over: nothing that was read before counts any more. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease has passed to another worker')
    this.name = 'LeaseLost'
  }
}

/** An effect that can never succeed; `giveUp` settles it. Anything else that is thrown is tried again later. */
export class PermanentFailure extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'PermanentFailure'
  }
}

export interface Job<P, R, Deps> {
  kind: string
  /** Talks to the outside, outside any transaction. May run twice: give the outside an idempotency key made from `item.key`. */
  effect(item: WorkItem<P>, deps: Deps): Promise<R>
  /** Writes the result and publishes, in the transaction that marks the row done. */
  apply(tx: Tx, item: WorkItem<P>, result: R, deps: Deps): Promise<void>
  /** Settles a permanent failure, in the transaction that marks the row done; without it the row is only marked, with its error. */
  giveUp?(tx: Tx, item: WorkItem<P>, error: Error, deps: Deps): Promise<void>
  /** Seconds until the next try; 1, 2, 4 … 60 when left out. */
  backoffSec?(attempts: number): number
  /** Tries before a failure counts as permanent; no limit when left out. */
  maxAttempts?: number
}

/** A job as the runner stores it: its payload and result types are its own business. */
// biome-ignore lint/suspicious/noExplicitAny: payload and result are existential here; `job()` checks them where they are known.
export type AnyJob<Deps> = Job<any, any, Deps>

/** Declares a job with its types checked. */
export const job = <P, R, Deps>(definition: Job<P, R, Deps>): AnyJob<Deps> => definition
