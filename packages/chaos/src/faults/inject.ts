// Does what the schedule says, and undoes all of it: every fault has an end, whatever was cut short.

import { setTimeout as delay } from 'node:timers/promises'
import type { WireRecord } from '@cartwright/messaging'
import { healedNote, type Journal } from '../journal.ts'
import type { Random } from '../random.ts'
import { emptyRedis } from '../world/engines.ts'
import type { World } from '../world/world.ts'
import { impossible, malformed, published } from './poison.ts'
import { describe, type Fault, type FaultKind, type Timed } from './schedule.ts'

export interface Injector {
  /** Runs the schedule to its end; resolves when the last fault is over. */
  run(schedule: readonly Timed[]): Promise<void>
  /** One fault now; resolves when it is over. */
  inject(fault: Fault): Promise<void>
  /** Ends everything: engines up, ways open, processes running and ready, poison removed from the queues by an operator's hand. */
  heal(): Promise<void>
  /** An operator gives the poison up that has been found since. */
  tidy(): Promise<void>
  /** Poison that Kafka took: everybody who reads its type has to meet it. */
  readonly sent: readonly WireRecord[]
}

export interface InjectorOptions {
  world: World
  journal: Journal
  random: Random
  since: Date
}

/** Kinds that need an engine of the world's own. */
export const impossibleIn = (world: World): Set<FaultKind> =>
  new Set(world.engines.mysql.own === null ? ['database-kill', 'database-stop'] : [])

/** Cuts every connection that the sandbox is about to answer on: the effect happened, and nobody heard of it. */
const cuttingAnswers = (world: World) => {
  const timer = setInterval(() => world.stripeProxy.cut(), 150)
  return () => clearInterval(timer)
}

const acts = ({ world, random, since }: InjectorOptions, sent: WireRecord[]) => {
  const { engines, fleet } = world
  const wait = (forMs: number) => delay(forMs)
  const during = async (begin: () => unknown, end: () => unknown, forMs: number): Promise<void> => {
    await begin()
    try {
      await wait(forMs)
    } finally {
      await end()
    }
  }
  const produce = async (records: readonly WireRecord[]): Promise<boolean> => {
    try {
      await world.produce(records)
      return true
    } catch {
      // A broker that is away is a fault of its own: the stranger gives up.
      return false
    }
  }
  const produceMadeUp = async (record: WireRecord): Promise<void> => {
    world.poison.add(record.headers.ce_id ?? '')
    if (await produce([record])) sent.push(record)
  }
  const oneOf = (name: Parameters<typeof fleet.of>[0]) => random.pick(fleet.of(name))
  const someOrder = async (): Promise<string | undefined> => {
    const rows = await world.query<{ id: string }>(
      `SELECT id FROM ${world.table('order', 'customer_order')} WHERE created_at >= ? AND status = 'pending' ORDER BY id DESC LIMIT 1`,
      [since],
    )
    return rows[0]?.id
  }
  return async (fault: Fault): Promise<void> => {
    switch (fault.kind) {
      case 'kill':
        return oneOf(fault.service).kill()
      case 'freeze': {
        const replica = oneOf(fault.service)
        return during(replica.freeze, replica.thaw, fault.forMs)
      }
      case 'kafka-kill':
        return during(engines.kafka.kill, engines.kafka.restart, fault.forMs)
      case 'kafka-stop':
        return during(engines.kafka.restart, () => undefined, 0)
      case 'kafka-cut':
        return engines.kafkaProxy.cut()
      case 'kafka-delay':
        return during(
          () => engines.kafkaProxy.delay(fault.ms),
          () => engines.kafkaProxy.delay(0),
          fault.forMs,
        )
      case 'kafka-freeze':
        return during(engines.kafkaProxy.freeze, engines.kafkaProxy.resume, fault.forMs)
      case 'database-kill':
        await engines.mysql.own?.kill()
        return engines.mysql.own?.restart()
      case 'database-stop':
        return engines.mysql.own?.restart()
      case 'database-cut':
        return engines.databaseProxies[fault.service].cut()
      case 'database-away':
        return during(engines.databaseProxies[fault.service].refuse, engines.databaseProxies[fault.service].resume, fault.forMs)
      case 'database-delay':
        return during(
          () => engines.databaseProxies[fault.service].delay(fault.ms),
          () => engines.databaseProxies[fault.service].delay(0),
          fault.forMs,
        )
      case 'redis-flush':
        return emptyRedis(engines.redis.url)
      case 'redis-away':
        return during(engines.redisProxy.refuse, engines.redisProxy.resume, fault.forMs)
      case 'search-away':
        return during(engines.elasticsearchProxy.refuse, engines.elasticsearchProxy.resume, fault.forMs)
      case 'stripe-away':
        return during(world.stripeProxy.refuse, world.stripeProxy.resume, fault.forMs)
      case 'stripe-cut': {
        const end = cuttingAnswers(world)
        return during(() => undefined, end, fault.forMs)
      }
      case 'stripe-delay':
        return during(
          () => world.stripeProxy.delay(fault.ms),
          () => world.stripeProxy.delay(0),
          fault.forMs,
        )
      case 'webhooks':
        return during(
          () => world.control('/_sandbox/webhooks', { mode: fault.mode, delaySec: 3 }),
          () => world.control('/_sandbox/webhooks', { mode: 'deliver' }),
          fault.forMs,
        )
      case 'clock-jump':
        return world.control('/_sandbox/clock', { advanceSec: fault.seconds })
      case 'malformed-event':
        return produceMadeUp(malformed(random))
      case 'impossible-event':
        return produceMadeUp(impossible(random))
      case 'poisoned-order': {
        const orderId = await someOrder()
        return orderId === undefined ? undefined : produceMadeUp(malformed(random, orderId))
      }
      case 'repeat-events':
        await produce(await published(world, since, fault.count))
        return
      case 'mail-away':
        return during(
          () => world.standIns.mailbox?.setFault('connection'),
          () => world.standIns.mailbox?.setFault(null),
          fault.forMs,
        )
    }
  }
}

/** An operator gives poison up: what was parked behind it is handled then. */
const discardPoison = async (
  { query, table, poison }: World,
  discard: (owner: string, id: number) => Promise<void>,
): Promise<void> => {
  for (const owner of ['catalog', 'cart', 'order', 'payment', 'notification'] as const) {
    const letters = await query<{ id: number; event_id: string }>(
      `SELECT id, event_id FROM ${table(owner, 'dead_letter')} WHERE resolved_at IS NULL AND reason <> 'parked'`,
    )
    for (const { id, event_id: eventId } of letters) if (poison.has(eventId)) await discard(owner, id)
  }
}

/** @param discard how an operator gives a dead letter up */
export const openInjector = (options: InjectorOptions, discard: (owner: string, id: number) => Promise<void>): Injector => {
  const { world, journal } = options
  const { engines, fleet } = world
  const sent: WireRecord[] = []
  const act = acts(options, sent)
  const inject = async (fault: Fault): Promise<void> => {
    const name = describe(fault)
    journal.fault(name)
    try {
      await act(fault)
      if ('forMs' in fault) journal.fault(`${name}: over`)
    } catch (error) {
      journal.fault(`${name}: could not be done (${error instanceof Error ? error.message : String(error)})`)
    }
  }
  const resume = (): void => {
    for (const proxy of [
      ...Object.values(engines.databaseProxies),
      engines.redisProxy,
      engines.elasticsearchProxy,
      engines.kafkaProxy,
      world.stripeProxy,
    ])
      proxy.resume()
    for (const replica of fleet.replicas) replica.thaw()
    world.standIns.mailbox?.setFault(null)
  }
  return {
    sent,
    inject,
    tidy: () => discardPoison(world, discard),
    run: async (schedule) => {
      const started = performance.now()
      // Engines are restarted one at a time; the rest overlaps as it comes.
      let engine: Promise<void> = Promise.resolve()
      const running: Promise<void>[] = []
      for (const { atMs, fault } of schedule) {
        await delay(Math.max(0, atMs - (performance.now() - started)))
        const restarts = /^(kafka-(kill|stop)|database-(kill|stop))$/.test(fault.kind)
        const done: Promise<void> = restarts ? engine.then(() => inject(fault)) : inject(fault)
        if (restarts) engine = done
        running.push(done)
      }
      await Promise.all(running)
    },
    heal: async () => {
      resume()
      await world.control('/_sandbox/webhooks', { mode: 'deliver' })
      for (const engine of [engines.mysql.own, engines.redis.own, engines.elasticsearch.own, engines.kafka])
        if (engine?.pid === 0) await engine.restart()
      await fleet.healed(90)
      journal.fault(healedNote)
    },
  }
}
