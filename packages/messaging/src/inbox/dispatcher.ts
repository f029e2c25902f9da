// Message dispatcher of one consumer group: finds the handler of a record, retries what fails, and dead-letters what keeps failing.
import { setTimeout as delay } from 'node:timers/promises'
import { createSemaphore, type Semaphore } from '@cartwright/concurrency'
import { isTransient } from '@cartwright/db'
import { type Log, runInSpan, type Tracer } from '@cartwright/telemetry'
import { type DeadReason, deadLetter } from '../dead-letters/writer.ts'
import { handlingTraces } from '../message-spans.ts'
import type { WireRecord } from '../transport/cloud-event.ts'
import { identityOf } from '../transport/record-headers.ts'
import type { Transport } from '../transport/transport.ts'
import type { EventHandler, ObservedEvent, Outcome } from './event-handler.ts'
import { type HandleOptions, handleOne } from './handle-one.ts'
import { createPoisonDetector, maxCrashes, type PoisonDetector } from './poison-detector.ts'
import { backoffMs, failureWeight, maxFailures, permanentReason } from './retry-policy.ts'
import { createSharedTransactions, type Delivery } from './shared-transaction.ts'

/** Transactions of one group at the same time: each holds a connection. */
const maxTransactions = 8
const deadLetterRetryMs = 500

/** Optimisations around `handleOne`. Each is on unless it is switched off here; the file of each states its gain. */
export interface ConsumerOptimisations {
  /** `shared-transaction.ts` */
  sharedTransactions?: boolean
  /** `speculative-execution.ts`, in shared transactions */
  speculativeClaims?: boolean
}

export interface DispatcherOptions<Deps> extends HandleOptions<Deps> {
  transport: Transport
  handlers: readonly EventHandler<Deps>[]
  log: Log
  /** Records each event as a span; absent while tracing is off. */
  tracer?: Tracer | null
  /** Names this process, so that a message that kills it is found. */
  owner: string
  /**
   * Events of different keys read and write different rows. Those that share a transaction are then handled side by side, their statements
   * sent together; no lock stands between them.
   */
  parallelKeys?: boolean
  /** Called with each outcome, for metrics and log lines. */
  observe?: (event: ObservedEvent) => void
  optimisations?: ConsumerOptimisations
}

/** What a subscription calls for each record, and what to call when the subscription has ended. */
export interface Dispatcher {
  /** Resolves when the record is handled, known, parked or dead-lettered; rejects only when aborted. */
  deliver(record: WireRecord, signal: AbortSignal): Promise<void>
  leave(): Promise<void>
}

interface DispatcherState<Deps> {
  options: DispatcherOptions<Deps>
  detector: PoisonDetector
  semaphore: Semaphore
}

export const createDispatcher = async <Deps>(options: DispatcherOptions<Deps>): Promise<Dispatcher> => {
  const { sharedTransactions = true, speculativeClaims = true } = options.optimisations ?? {}
  const byType = new Map(options.handlers.map((handler) => [handler.event.name, handler]))
  const detector = await createPoisonDetector(options)
  const state: DispatcherState<Deps> = { options, detector, semaphore: createSemaphore(maxTransactions) }
  const openTrace = handlingTraces(options)
  const deliverSingly = (delivery: Delivery<Deps>) => runInSpan(openTrace(delivery.record), () => retryUntilDone(state, delivery))
  const deliverTogether = sharedTransactions
    ? createSharedTransactions({ ...options, speculativeClaims, openTrace }, state.semaphore, deliverSingly)
    : deliverSingly
  return {
    deliver: async (record, signal) => {
      const handler = byType.get(record.headers.ce_type ?? '')
      if (handler === undefined) return
      // Records without an event id and suspected poison messages are not batched.
      const isBatched = identityOf(record).hasEventId && detector.isCleared(record)
      await (isBatched ? deliverTogether : deliverSingly)({ handler, record, signal })
      options.crash?.('after-commit-before-offset', handler.event.name)
    },
    leave: detector.leave,
  }
}

/** Tries until the record is handled, known, parked or dead-lettered. A database that is away is waited for without limit. */
const retryUntilDone = async <Deps>(state: DispatcherState<Deps>, delivery: Delivery<Deps>): Promise<void> => {
  const { log, group } = state.options
  const { handler, record, signal } = delivery
  const type = handler.event.name
  let failures = 0
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted()
    const started = performance.now()
    const observe = (outcome: Outcome) =>
      state.options.observe?.({ type, eventId: identityOf(record).eventId, outcome, milliseconds: performance.now() - started })
    try {
      observe(await tryOnce(state, delivery))
      return
    } catch (error) {
      signal.throwIfAborted()
      failures += failureWeight(error)
      const fields = { err: error, event: record.headers.ce_id, type, group, tries }
      const reason = permanentReason(error) ?? (failures >= maxFailures ? 'exhausted' : null)
      if (reason) {
        log.error(fields, 'consumer: a message was dead-lettered; fix its cause, then redrive or discard the letter')
        await sendToDeadLetter(state, delivery, { reason, error, attempts: tries })
        return observe('dead')
      }
      observe('retried')
      if (tries === 1 || tries % 20 === 0)
        log.warn(fields, 'consumer: a message is tried again; when that goes on, look at the database and at the error')
      await delay(backoffMs(tries), undefined, { signal })
    }
  }
}

const tryOnce = async <Deps>(state: DispatcherState<Deps>, delivery: Delivery<Deps>): Promise<Outcome> => {
  const { options, detector, semaphore } = state
  const { handler, record, signal } = delivery
  const crashes = detector.suspectCount(record)
  if (crashes >= maxCrashes) {
    const error = new Error(`the process crashed ${maxCrashes} times while this message was handled`)
    await sendToDeadLetter(state, delivery, { reason: 'crash_loop', error, attempts: crashes })
    return 'dead'
  }
  const work = async (): Promise<Outcome> => {
    signal.throwIfAborted()
    await detector.recordStart(record)
    return handleOne(options, handler, record, (tx) => detector.clear(tx, record))
  }
  // A message that was in flight during a crash is retried on its own, to find out whether it caused the crash.
  return crashes > 0 ? semaphore.runExclusive(work) : semaphore.run(work)
}

/** Tries without limit: a message that can be neither handled nor dead-lettered must not be lost. */
const sendToDeadLetter = async <Deps>(
  { options: { db, group, log } }: DispatcherState<Deps>,
  { record, signal }: Delivery<Deps>,
  failure: { reason: DeadReason; error: unknown; attempts: number },
): Promise<void> => {
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted()
    try {
      await deadLetter(db, group, record, failure)
      return
    } catch (error) {
      if (tries === 1 || !isTransient(error))
        log.error(
          { err: error, event: record.headers.ce_id, group },
          'consumer: a message could not be dead-lettered and is tried again; look at the database',
        )
      await delay(deadLetterRetryMs, undefined, { signal })
    }
  }
}
