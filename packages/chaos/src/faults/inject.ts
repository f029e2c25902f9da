// Fault injector: runs the schedule of faults, and ends every fault, also when a run is cut short.
import { setTimeout as delay } from 'node:timers/promises'
import { schemaOwners } from '@cartwright/contracts'
import type { WireRecord } from '@cartwright/messaging'
import { faultsEndedNote, type Journal } from '../journal.ts'
import type { Random } from '../random.ts'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import { createFaultActions } from './fault-actions.ts'
import { describe, type Fault, type FaultKind, type ScheduledFault } from './schedule.ts'

export interface Injector {
  /** Runs the schedule to its end; resolves when the last fault is over. */
  run(schedule: readonly ScheduledFault[]): Promise<void>
  /** Injects one fault now; resolves when it is over. */
  inject(fault: Fault): Promise<void>
  /** Ends every fault: engines and proxies work again, processes run and are ready. */
  endAllFaults(): Promise<void>
  /** Discards the dead letters that poison has left so far, as an operator does. */
  discardFoundPoison(): Promise<void>
  /** Poison that Kafka accepted: every consumer of its event type has to read it. */
  readonly sent: readonly WireRecord[]
}

export interface InjectorOptions {
  shop: ShopUnderTest
  journal: Journal
  random: Random
  since: Date
}

/** Kinds of fault that need an engine which this harness has started itself. */
export const unsupportedFaults = (shop: ShopUnderTest): Set<FaultKind> =>
  new Set(shop.engines.mysql.own === null ? ['database-kill', 'database-stop'] : [])

/** Discards the poison, so that the events that are parked behind it are handled. */
const discardPoison = async (
  { query, table, poison }: ShopUnderTest,
  discard: (owner: string, id: number) => Promise<void>,
): Promise<void> => {
  for (const owner of schemaOwners) {
    const letters = await query<{ id: number; event_id: string }>(
      `SELECT id, event_id FROM ${table(owner, 'dead_letter')} WHERE resolved_at IS NULL AND reason <> 'parked'`,
    )
    for (const { id, event_id: eventId } of letters) if (poison.has(eventId)) await discard(owner, id)
  }
}

const resumeEverything = ({ engines, fleet, stripeProxy, devServices }: ShopUnderTest): void => {
  const { databaseProxies, redisProxy, elasticsearchProxy, kafkaProxy } = engines
  for (const proxy of [...Object.values(databaseProxies), redisProxy, elasticsearchProxy, kafkaProxy, stripeProxy]) proxy.resume()
  for (const replica of fleet.replicas) replica.resume()
  devServices.mailbox?.setFault(null)
}

const endAllFaults = async (shop: ShopUnderTest): Promise<void> => {
  const { mysql, redis, elasticsearch, kafka } = shop.engines
  resumeEverything(shop)
  await shop.control('/_sandbox/webhooks', { mode: 'deliver' })
  for (const engine of [mysql.own, redis.own, elasticsearch.own, kafka]) if (engine?.pid === 0) await engine.restart()
  await shop.fleet.waitUntilReady(90)
}

const runSchedule = async (schedule: readonly ScheduledFault[], inject: (fault: Fault) => Promise<void>): Promise<void> => {
  const started = performance.now()
  // Engines are restarted one at a time; all other faults may overlap.
  let lastRestart: Promise<void> = Promise.resolve()
  const running: Promise<void>[] = []
  for (const { atMs, fault } of schedule) {
    await delay(Math.max(0, atMs - (performance.now() - started)))
    const isRestart = /^(kafka-(kill|stop)|database-(kill|stop))$/.test(fault.kind)
    const done: Promise<void> = isRestart ? lastRestart.then(() => inject(fault)) : inject(fault)
    if (isRestart) lastRestart = done
    running.push(done)
  }
  await Promise.all(running)
}

/** @param discard discards a dead letter as an operator */
export const openInjector = (options: InjectorOptions, discard: (owner: string, id: number) => Promise<void>): Injector => {
  const { shop, journal } = options
  const sent: WireRecord[] = []
  const perform = createFaultActions({ ...options, onPoisonSent: (record) => void sent.push(record) })
  const inject = async (fault: Fault): Promise<void> => {
    const name = describe(fault)
    journal.fault(name)
    try {
      await perform(fault)
      if ('forMs' in fault) journal.fault(`${name}: over`)
    } catch (error) {
      journal.fault(`${name}: could not be injected (${error instanceof Error ? error.message : String(error)})`)
    }
  }
  return {
    sent,
    inject,
    discardFoundPoison: () => discardPoison(shop, discard),
    run: (schedule) => runSchedule(schedule, inject),
    endAllFaults: async () => {
      await endAllFaults(shop)
      journal.fault(faultsEndedNote)
    },
  }
}
