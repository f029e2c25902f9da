// Delivers one record to its handler: claim, handler and its own events in one transaction, so each event has one effect per consumer.

import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@cartwright/contracts'
import { ConflictError, isTransient, type Tx } from '@cartwright/db'
import { company } from './company.ts'
import type { ConsumerOptions, Outcome, Registration } from './consume.ts'
import { crashGuard, maxKills } from './crash-guard.ts'
import { type DeadReason, deadLetter, identityOf, park, QueueEmptied } from './dead-letter.ts'
import { claim, claimAll, handleIn, traceOf } from './handle.ts'
import { slots } from './slots.ts'
import { runInTrace } from './trace.ts'
import { InvalidEvent } from './validate.ts'
import { NotClaimed, whileClaiming } from './while-claiming.ts'
import type { WireRecord } from './wire.ts'

/** Transactions of one group at the same time: each holds a connection. */
const handlersAtOnce = 8
const maxUnknown = 5
const buryRetryMs = 500
/** Events that share a transaction at most. */
const maxTogether = 16
/** How long those who come wait for the transaction before them, to make up the next one together. */
const gatherMs = 50
/** A shared transaction that takes longer is given up: one of its events waits for something, and the others need not. */
const sharedMs = 1000

/** An expected failure that trying again cannot mend. */
const permanentReason = (error: unknown): DeadReason | null => {
  if (error instanceof InvalidEvent || error instanceof SyntaxError) return 'invalid'
  return error instanceof AppError ? 'permanent' : null
}

/** Half a try for a conflict: whoever took the key may be gone the next time. */
const weightOf = (error: unknown): number =>
  isTransient(error) || error instanceof QueueEmptied ? 0 : error instanceof ConflictError ? 0.5 : 1

const backoffMs = (tries: number): number => Math.min(50 * 2 ** Math.min(tries, 6), 2000) * (0.5 + Math.random())

type DelivererOptions<Deps> = Omit<ConsumerOptions<Deps>, 'transport'>

const once =
  <Deps>(
    { db, group, deps, parks = false, crash }: DelivererOptions<Deps>,
    clear: (tx: Tx, record: WireRecord) => Promise<void>,
  ) =>
  async (registration: Registration<Deps>, record: WireRecord): Promise<Outcome> => {
    if (!identityOf(record).named) throw new InvalidEvent(registration.event.name, 'it carries no usable id')
    const type = registration.event.name
    const outcome = await db.tx(async (tx): Promise<Outcome> => {
      if (!(await claim(tx, group, record, parks))) {
        // It has not killed anybody either: what was written down about it would make it a suspect the next time.
        await clear(tx, record)
        return parks && (await park(tx, group, record)) ? 'parked' : 'duplicate'
      }
      await handleIn(tx, registration, record, deps)
      await clear(tx, record)
      crash?.('before-handler-commit', type)
      return 'handled'
    })
    if (outcome === 'handled') crash?.('after-handler-commit', type)
    return outcome
  }

interface Member<Deps> {
  registration: Registration<Deps>
  record: WireRecord
  signal: AbortSignal
}

/**
 * One transaction for the events that are ready at once, which is all or nothing: whatever goes wrong, none of them has had an effect, and
 * each goes its own, careful way, so trouble stays with the one that has it.
 */
const shared =
  <Deps>({ db, group, deps, parks = false, independent = false, crash, log, observe }: DelivererOptions<Deps>) =>
  async (members: readonly Member<Deps>[]): Promise<boolean> => {
    const started = performance.now()
    const reach = (point: 'before-handler-commit' | 'after-handler-commit') => {
      for (const { registration } of members) crash?.(point, registration.event.name)
    }
    const records = members.map(({ record }) => record)
    const handle = (tx: Tx, { registration, record }: Member<Deps>) =>
      runInTrace(traceOf(record), () => handleIn(tx, registration, record, deps))
    const handleAll = async (tx: Tx): Promise<void> => {
      if (independent) await Promise.all(members.map((member) => handle(tx, member)))
      else for (const member of members) await handle(tx, member)
    }
    try {
      await db.tx(
        async (tx) => {
          for (const { signal } of members) signal.throwIfAborted()
          await whileClaiming(claimAll(tx, group, records, parks), () => handleAll(tx))
          reach('before-handler-commit')
        },
        { patienceMs: sharedMs, maxTries: 1 },
      )
      for (const { registration } of members) observe?.(registration.event.name, 'handled', performance.now() - started)
      reach('after-handler-commit')
      return true
    } catch (error) {
      if (!(error instanceof NotClaimed) && members.length > 1)
        log.info({ err: error, group, events: members.length }, 'events go one by one')
      // Also when it may have been committed after all: then each finds its own claim.
      return false
    }
  }

/** Dead-letters a record, and does not give up: a message that can be neither handled nor buried must not be lost. */
const burier =
  <Deps>({ db, group, log }: DelivererOptions<Deps>) =>
  async (
    record: WireRecord,
    failure: { reason: DeadReason; error: unknown; attempts: number },
    signal: AbortSignal,
  ): Promise<void> => {
    for (let tries = 1; ; tries++) {
      signal.throwIfAborted()
      try {
        await deadLetter(db, group, record, failure)
        return
      } catch (error) {
        if (tries === 1 || !isTransient(error))
          log.error({ err: error, event: record.headers.ce_id, group }, 'a message could not be dead-lettered; it is tried again')
        await delay(buryRetryMs, undefined, { signal })
      }
    }
  }

/** What a subscription calls for each record, and what to call when it has ended well. */
export interface Deliverer {
  /** Resolves when the record is handled, known, parked or dead-lettered; rejects only when aborted. */
  deliver(record: WireRecord, signal: AbortSignal): Promise<void>
  leave(): Promise<void>
}

/** Makes the deliverer of one group. Transient trouble is retried for ever, beside the other keys; the rest is dead-lettered. */
export const deliverer = async <Deps>(options: DelivererOptions<Deps>): Promise<Deliverer> => {
  const { group, log } = options
  const byType = new Map(options.handlers.map((registration) => [registration.event.name, registration]))
  const guard = await crashGuard(options)
  const handleOnce = once(options, guard.clear)
  const bury = burier(options)
  const atOnce = slots(handlersAtOnce)

  const tryOnce = async (registration: Registration<Deps>, record: WireRecord, signal: AbortSignal): Promise<Outcome> => {
    const suspect = guard.suspicion(record)
    const work = async (): Promise<Outcome> => {
      signal.throwIfAborted()
      await guard.mark(record)
      return handleOnce(registration, record)
    }
    if (suspect >= maxKills) {
      await bury(
        record,
        {
          reason: 'crash_loop',
          error: new Error(`it was being handled when the process died, ${maxKills} times`),
          attempts: suspect,
        },
        signal,
      )
      return 'dead'
    }
    // Whoever was under way when the process died goes alone, so that the innocent are cleared.
    return suspect > 0 ? atOnce.alone(work) : atOnce.run(work)
  }

  const persist = async (registration: Registration<Deps>, record: WireRecord, signal: AbortSignal): Promise<void> => {
    const type = registration.event.name
    let weight = 0
    for (let tries = 1; ; tries++) {
      signal.throwIfAborted()
      const started = performance.now()
      const observe = (outcome: Outcome) => options.observe?.(type, outcome, performance.now() - started)
      try {
        observe(await tryOnce(registration, record, signal))
        return
      } catch (error) {
        signal.throwIfAborted()
        weight += weightOf(error)
        const reason = permanentReason(error) ?? (weight >= maxUnknown ? 'exhausted' : null)
        if (reason) {
          log.error({ err: error, event: record.headers.ce_id, type, group, attempts: tries }, 'a message was dead-lettered')
          await bury(record, { reason, error, attempts: tries }, signal)
          return observe('dead')
        }
        observe('retried')
        if (tries === 1 || tries % 20 === 0)
          log.warn({ err: error, event: record.headers.ce_id, type, group, tries }, 'a message is tried again')
        await delay(backoffMs(tries), undefined, { signal })
      }
    }
  }

  const shareOne = shared(options)
  const crowd = company<Member<Deps>>({
    together: (members) => atOnce.run(() => shareOne(members)),
    alone: ({ registration, record, signal }) => runInTrace(traceOf(record), () => persist(registration, record, signal)),
    size: maxTogether,
    patienceMs: gatherMs,
  })

  return {
    deliver: async (record, signal) => {
      const registration = byType.get(record.headers.ce_type ?? '')
      if (registration === undefined) return
      // A stranger, or somebody suspected of killing the process, has no company.
      if (identityOf(record).named && guard.calm(record)) await crowd.join({ registration, record, signal })
      else await runInTrace(traceOf(record), () => persist(registration, record, signal))
      options.crash?.('after-commit-before-offset', registration.event.name)
    },
    leave: guard.leave,
  }
}
