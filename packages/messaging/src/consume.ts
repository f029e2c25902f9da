// Consumes events: inbox claim, handler and its own events in one transaction, so each event has one effect per consumer.
import { AppError, type DataOf, type EventContract } from '@cartwright/contracts'
import { ConflictError, type Database, isTransient, type Tx } from '@cartwright/db'
import { setTimeout as delay } from 'node:timers/promises'
import { type DeadReason, deadLetter } from './dead-letter.ts'
import type { Log } from './relay.ts'
import { runInTrace } from './trace.ts'
import type { RunningSubscription, Transport } from './transport/transport.ts'
import { assertValid, InvalidEvent } from './validate.ts'
import { type Message, messageOf, type WireRecord } from './wire.ts'

/** Does what an event asks for, inside the transaction that claims it. Never calls the outside world: it writes a work row. */
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

export interface ConsumerOptions<Deps> {
  db: Database
  transport: Transport
  /** Consumer group: the service's name, or `<service>-<projection>`. */
  group: string
  handlers: readonly Registration<Deps>[]
  deps: Deps
  log: Log
  /** Counts outcomes for metrics. */
  observe?: (type: string, outcome: 'handled' | 'duplicate' | 'dead' | 'retried', milliseconds: number) => void
}

/** An expected failure that trying again cannot mend. */
const isPermanent = (error: unknown): DeadReason | null => {
  if (error instanceof InvalidEvent) return 'invalid'
  return error instanceof AppError ? 'permanent' : null
}

const maxUnknown = 5

/** Handles one record for one group. Resolves when it is handled, known or dead-lettered; rejects only when aborted. */
export const deliverer = <Deps>(options: Omit<ConsumerOptions<Deps>, 'transport'>) => {
  const { db, group, deps, log } = options
  const byType = new Map(options.handlers.map((registration) => [registration.event.name, registration]))

  const handleOnce = async (registration: Registration<Deps>, record: WireRecord): Promise<'handled' | 'duplicate'> => {
    const data: unknown = JSON.parse(record.value)
    assertValid(registration.event, data)
    return db.tx(async (tx) => {
      const claim = await tx.run`INSERT IGNORE INTO inbox_event (consumer, event_id, received_at)
        VALUES (${group}, ${record.headers.ce_id ?? ''}, UTC_TIMESTAMP(6))`
      if (claim.affectedRows === 0) return 'duplicate'
      await registration.handle(tx, messageOf(record, data), deps)
      return 'handled'
    })
  }

  const persist = async (registration: Registration<Deps>, record: WireRecord, signal: AbortSignal): Promise<void> => {
    const type = registration.event.name
    let unknown = 0
    for (let tries = 1; ; tries++) {
      signal.throwIfAborted()
      const started = performance.now()
      try {
        const outcome = await handleOnce(registration, record)
        options.observe?.(type, outcome, performance.now() - started)
        return
      } catch (error) {
        const transient = isTransient(error)
        if (!transient) unknown += error instanceof ConflictError ? 0.5 : 1
        const permanent = isPermanent(error) ?? (error instanceof SyntaxError ? 'invalid' : null)
        if (permanent || unknown >= maxUnknown) {
          log.error({ err: error, event: record.headers.ce_id, type, group, attempts: tries }, 'a message was dead-lettered')
          await bury(record, { reason: permanent ?? 'exhausted', error, attempts: tries }, signal)
          options.observe?.(type, 'dead', performance.now() - started)
          return
        }
        options.observe?.(type, 'retried', performance.now() - started)
        if (tries === 1 || tries % 20 === 0) log.warn({ err: error, event: record.headers.ce_id, type, group, tries }, 'a message is tried again')
        await delay(Math.min(50 * 2 ** Math.min(tries, 6), 2000) * (0.5 + Math.random()), undefined, { signal })
      }
    }
  }

  const bury = async (record: WireRecord, failure: { reason: DeadReason; error: unknown; attempts: number }, signal: AbortSignal): Promise<void> => {
    for (;;) {
      signal.throwIfAborted()
      try {
        await deadLetter(db, group, record, failure)
        return
      } catch (error) {
        if (!isTransient(error)) throw error
        await delay(500, undefined, { signal })
      }
    }
  }

  return async (record: WireRecord, signal: AbortSignal): Promise<void> => {
    const registration = byType.get(record.headers.ce_type ?? '')
    if (registration === undefined) return
    const trace = {
      traceparent: record.headers.traceparent ?? '',
      correlationId: record.headers.ce_correlationid ?? '',
      causationId: record.headers.ce_id ?? '',
    }
    await runInTrace(trace, () => persist(registration, record, signal))
  }
}

/** Subscribes a group to the topics of its handlers. */
export const startConsumer = async <Deps>(options: ConsumerOptions<Deps>): Promise<RunningSubscription> => {
  const topics = [...new Set(options.handlers.map((registration) => registration.event.topic))]
  return options.transport.subscribe({ group: options.group, topics, deliver: deliverer(options) })
}

/** Subscribes listeners in a group of their own, from now on. A listener that fails is logged and passed over. */
export const startListeners = async <Deps>(
  transport: Transport,
  group: string,
  listeners: readonly Listener<Deps>[],
  deps: Deps,
  log: Log,
): Promise<RunningSubscription> => {
  const topics = [...new Set(listeners.map((listener) => listener.event.topic))]
  return transport.subscribe({
    group,
    topics,
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
}
