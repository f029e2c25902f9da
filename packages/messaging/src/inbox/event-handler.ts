// Event handler: what a service registers for an event, and what can become of one delivery.
import type { DataOf, EventContract } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import type { Message } from '../transport/cloud-event.ts'

/**
 * Handles an event inside the transaction that claims it. It calls nothing outside the database: it enqueues a job. The transaction may
 * be rolled back and run again, so what the handler changes in memory goes into `tx.afterCommit`.
 */
export type Handler<D, Deps> = (context: { tx: Tx; message: Message<D>; deps: Deps }) => Promise<void>

export interface EventHandler<Deps> {
  event: EventContract
  handle: Handler<unknown, Deps>
}

/** Declares the handler of an event. */
export const on = <E extends EventContract, Deps>(event: E, handle: Handler<DataOf<E>, Deps>): EventHandler<Deps> => ({
  event,
  // The consumer validates the data against the event's contract right before the call.
  handle: handle as Handler<unknown, Deps>,
})

/** A reader that writes nothing, such as a cache. It misses events that are published while its process is down. */
export type Receiver<D, Deps> = (context: { message: Message<D>; deps: Deps }) => void | Promise<void>

export interface Listener<Deps> {
  event: EventContract
  onMessage: Receiver<unknown, Deps>
}

/** Declares the listener of an event. */
export const subscribeEphemeral = <E extends EventContract, Deps>(
  event: E,
  onMessage: Receiver<DataOf<E>, Deps>,
): Listener<Deps> => ({ event, onMessage: onMessage as Receiver<unknown, Deps> })

/** What is observed of one delivery, in the trace of its event. */
export interface ObservedEvent {
  type: string
  eventId: string
  outcome: Outcome
  milliseconds: number
}

/** What became of one delivery. `parked`: it waits behind the dead letter of its aggregate. `retried`: it failed and will be tried again. */
export type Outcome = 'handled' | 'duplicate' | 'parked' | 'dead' | 'retried'
