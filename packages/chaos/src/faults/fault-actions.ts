// Fault actions: carries out each kind of fault of the schedule, and ends those that last.
import { setTimeout as delay } from 'node:timers/promises'
import type { WireRecord } from '@cartwright/messaging'
import type { Random } from '../random.ts'
import { emptyRedis } from '../shop-under-test/engines.ts'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import { impossible, malformed, published } from './poison.ts'
import type { Fault, FaultKind } from './schedule.ts'

export interface FaultActionOptions {
  shop: ShopUnderTest
  random: Random
  /** Only events and orders after this time are used. */
  since: Date
  /** Receives each made-up record that Kafka has accepted. */
  onPoisonSent(record: WireRecord): void
}

type OfKind<F extends Fault, K extends FaultKind> = F extends Fault ? (K extends F['kind'] ? F : never) : never
type FaultActions = { [K in FaultKind]: (fault: OfKind<Fault, K>) => Promise<unknown> }

/** Holds a state for some time, and leaves it also when the wait fails. */
const during = async (forMs: number, begin: () => unknown, end: () => unknown): Promise<void> => {
  await begin()
  try {
    await delay(forMs)
  } finally {
    await end()
  }
}

const processFaults = ({ shop: { fleet }, random }: FaultActionOptions) => {
  const replicaOf = (name: Parameters<typeof fleet.of>[0]) => random.pick(fleet.of(name))
  return {
    kill: ({ service }) => replicaOf(service).kill(),
    freeze: ({ service, forMs }) => {
      const replica = replicaOf(service)
      return during(forMs, replica.freeze, replica.resume)
    },
  } satisfies Partial<FaultActions>
}

const kafkaFaults = ({ shop }: FaultActionOptions) => {
  const { kafka, kafkaProxy } = shop.engines
  return {
    'kafka-kill': ({ forMs }) => during(forMs, kafka.kill, kafka.restart),
    'kafka-stop': () => kafka.restart(),
    'kafka-cut': async () => kafkaProxy.cut(),
    'kafka-delay': ({ ms, forMs }) =>
      during(
        forMs,
        () => kafkaProxy.delay(ms),
        () => kafkaProxy.delay(0),
      ),
    'kafka-freeze': ({ forMs }) => during(forMs, kafkaProxy.freeze, kafkaProxy.resume),
  } satisfies Partial<FaultActions>
}

const storageFaults = ({ shop: { engines } }: FaultActionOptions) => {
  const { mysql, redis, redisProxy, databaseProxies, elasticsearchProxy } = engines
  return {
    'database-kill': async () => {
      await mysql.own?.kill()
      await mysql.own?.restart()
    },
    'database-stop': async () => mysql.own?.restart(),
    'database-cut': async ({ service }) => databaseProxies[service].cut(),
    'database-away': ({ service, forMs }) => during(forMs, databaseProxies[service].refuse, databaseProxies[service].resume),
    'database-delay': ({ service, ms, forMs }) =>
      during(
        forMs,
        () => databaseProxies[service].delay(ms),
        () => databaseProxies[service].delay(0),
      ),
    'redis-flush': () => emptyRedis(redis.url),
    'redis-away': ({ forMs }) => during(forMs, redisProxy.refuse, redisProxy.resume),
    'search-away': ({ forMs }) => during(forMs, elasticsearchProxy.refuse, elasticsearchProxy.resume),
  } satisfies Partial<FaultActions>
}

const cutEveryMs = 150

const stripeFaults = ({ shop }: FaultActionOptions) => {
  const { stripeProxy } = shop
  const setWebhooks = (mode: string) => shop.control('/_sandbox/webhooks', { mode, delaySec: 3 })
  return {
    'stripe-away': ({ forMs }) => during(forMs, stripeProxy.refuse, stripeProxy.resume),
    // Cuts connections before the sandbox has answered on them: Stripe has done the work, and the shop does not hear of it.
    'stripe-cut': ({ forMs }) => {
      const timer = setInterval(() => stripeProxy.cut(), cutEveryMs)
      return during(
        forMs,
        () => undefined,
        () => clearInterval(timer),
      )
    },
    'stripe-delay': ({ ms, forMs }) =>
      during(
        forMs,
        () => stripeProxy.delay(ms),
        () => stripeProxy.delay(0),
      ),
    webhooks: ({ mode, forMs }) =>
      during(
        forMs,
        () => setWebhooks(mode),
        () => setWebhooks('deliver'),
      ),
    'clock-jump': ({ seconds }) => shop.control('/_sandbox/clock', { advanceSec: seconds }),
  } satisfies Partial<FaultActions>
}

const newestPendingOrder = async ({ shop, since }: FaultActionOptions): Promise<string | undefined> => {
  const rows = await shop.query<{ id: string }>(
    `SELECT id FROM ${shop.table('order', 'customer_order')}
     WHERE created_at >= ? AND status = 'pending' ORDER BY id DESC LIMIT 1`,
    [since],
  )
  return rows[0]?.id
}

const eventFaults = (options: FaultActionOptions) => {
  const { shop, random, since, onPoisonSent } = options
  /** @returns whether Kafka accepted the records; a broker that is away is a fault of its own */
  const produce = (records: readonly WireRecord[]): Promise<boolean> =>
    shop.produce(records).then(
      () => true,
      () => false,
    )
  const sendPoison = async (record: WireRecord): Promise<void> => {
    shop.poison.add(record.headers.ce_id ?? '')
    if (await produce([record])) onPoisonSent(record)
  }
  return {
    'malformed-event': () => sendPoison(malformed(random)),
    'impossible-event': () => sendPoison(impossible(random)),
    'poisoned-order': async () => {
      const orderId = await newestPendingOrder(options)
      if (orderId !== undefined) await sendPoison(malformed(random, orderId))
    },
    'repeat-events': async ({ count }) => produce(await published(shop, since, count)),
  } satisfies Partial<FaultActions>
}

const mailFaults = ({ shop }: FaultActionOptions) => {
  const { mailbox } = shop.devServices
  return {
    'mail-away': ({ forMs }) =>
      during(
        forMs,
        () => mailbox?.setFault('connection'),
        () => mailbox?.setFault(null),
      ),
  } satisfies Partial<FaultActions>
}

/** @returns a function that carries out one fault and resolves when it is over */
export const createFaultActions = (options: FaultActionOptions): ((fault: Fault) => Promise<unknown>) => {
  const actions: FaultActions = {
    ...processFaults(options),
    ...kafkaFaults(options),
    ...storageFaults(options),
    ...stripeFaults(options),
    ...eventFaults(options),
    ...mailFaults(options),
  }
  return (fault) => (actions[fault.kind] as (fault: Fault) => Promise<unknown>)(fault)
}
