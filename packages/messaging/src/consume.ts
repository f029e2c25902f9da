// Consumes events: which handler takes which event, and the subscription of a group to their topics.
import type { DataOf, EventContract } from '@cartwright/contracts'
import type { Database, Tx } from '@cartwright/db'
import type { CrashHook } from './crash-point.ts'
import { deliverer } from './deliver.ts'
import type { Log } from './relay.ts'
import type { RunningSubscription, Transport } from './transport/transport.ts'
import { type Message, messageOf } from './wire.ts'

/**
 * Does what an event asks for, inside the transaction that claims it. Never calls the outside world: it writes a work row. It may run in a
 * transaction that is then rolled back, also for an event that was handled before: what it leaves in memory goes into `tx.afterCommit`.
 */
export type Handler<D, Deps> = (tx: Tx, message: Message<D>, deps: Deps) => Promise<void>

export interface Registration<Deps> {
  event: EventContract
  handle: Handler<unknown, Deps>
}

/** Says which handler takes an event. */
export const on = <E extends EventContract, Deps>(event: E, handle: Handler<DataOf<E>, Deps>): Registration<Deps> => ({
  event,
  // The runner validates the data against the event's contract right before the call.
  handle: (tx, message, deps) => handle(tx, message as Message<DataOf<E>>, deps),
})

/** A reader that writes nothing, such as a cache; it may miss events that were published while it was away. */
export interface Listener<Deps> {
  event: EventContract
  hear: (message: Message<unknown>, deps: Deps) => void | Promise<void>
}

export const listen = <E extends EventContract, Deps>(
  event: E,
  hear: (message: Message<DataOf<E>>, deps: Deps) => void | Promise<void>,
): Listener<Deps> => ({ event, hear: (message, deps) => hear(message as Message<DataOf<E>>, deps) })

/** What became of one delivery. */
export type Outcome = 'handled' | 'duplicate' | 'parked' | 'dead' | 'retried'

export interface ConsumerOptions<Deps> {
  db: Database
  transport: Transport
  /** Consumer group: the service's name, or `<service>-<projection>`. */
  group: string
  handlers: readonly Registration<Deps>[]
  deps: Deps
  log: Log
  /** Names this process, so that a message that kills it is found out. */
  owner: string
  /** Later events of the same aggregate wait behind its dead letter, so that their order holds. */
  parks?: boolean
  /**
   * Events of different keys read and write different rows. Those that share a transaction are then handled side by side, their statements
   * sent together; no lock stands between them.
   */
  independent?: boolean
  /** Counts outcomes for metrics. */
  observe?: (type: string, outcome: Outcome, milliseconds: number) => void
  crash?: CrashHook
}

/** Topics that a group reads. */
export const topicsOf = (handlers: readonly { event: EventContract }[]): string[] => [
  ...new Set(handlers.map(({ event }) => event.topic)),
]

/** Subscribes a group to the topics of its handlers. */
export const startConsumer = async <Deps>(options: ConsumerOptions<Deps>): Promise<RunningSubscription> => {
  const { deliver, leave } = await deliverer(options)
  const subscription = await options.transport.subscribe({ group: options.group, topics: topicsOf(options.handlers), deliver })
  return {
    stop: async () => {
      await subscription.stop()
      await leave()
    },
  }
}

/** Subscribes listeners in a group of their own, from now on. A listener that fails is logged and passed over. */
export const startListeners = async <Deps>(
  transport: Transport,
  group: string,
  listeners: readonly Listener<Deps>[],
  deps: Deps,
  log: Log,
): Promise<RunningSubscription> =>
  transport.subscribe({
    group,
    topics: topicsOf(listeners),
    ephemeral: true,
    deliver: async (record) => {
      for (const listener of listeners.filter((candidate) => candidate.event.name === record.headers.ce_type)) {
        try {
          await listener.hear(messageOf(record, JSON.parse(record.value)), deps)
        } catch (error) {
          log.warn({ err: error, type: record.headers.ce_type }, 'a listener failed')
        }
      }
    },
  })
