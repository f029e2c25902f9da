// The event backbone under strain: poison, rebalances, replicas, rolling restarts.
import { setTimeout as delay } from 'node:timers/promises'
import { cards, serviceNames } from '@cartwright/shop/test-shop'
import { impossible, malformed } from '../faults/poison.ts'
import { mixFloors } from '../floors.ts'
import { inSeconds, type Person, pause, payOn, payUrl } from '../shoppers/person.ts'
import { aFullCart, expectNoFailure, numbers, orderCart } from './crowds.ts'
import { playMix } from './random-mix.ts'
import type { Ground, Scenario } from './scenario.ts'
import { anOpenOrder, untilOrder } from './stripe-stories.ts'

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

const deadLettersOf = (ground: Ground, key: string) =>
  ground.world.query<{ id: number; reason: string }>(
    `SELECT id, reason FROM ${ground.world.table('catalog', 'dead_letter')} WHERE partition_key = ? AND resolved_at IS NULL ORDER BY id`,
    [key],
  )

/** A fault in catalog's own database that hits one order only: its handler fails until somebody mends it. */
const breakCatalogFor = async (ground: Ground, orderId: string): Promise<() => Promise<unknown>> => {
  const { query, table } = ground.world
  const [schema] = table('catalog', '').split('.')
  await query(
    `CREATE TRIGGER ${schema}.broken_for_one BEFORE UPDATE ON ${table('catalog', 'reservation')} FOR EACH ROW
     BEGIN IF NEW.order_id = '${orderId}' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'broken for a test'; END IF; END`,
  )
  return () => query(`DROP TRIGGER IF EXISTS ${schema}.broken_for_one`)
}

export const poison = (): Scenario => ({
  name: 'poison',
  about: 'Poison on the topics: other orders go on within 5 s, a poisoned order parks, and a redrive brings it to its end.',
  play: async (ground) => {
    const [sku = ''] = await ground.goods({ stock: 50 })
    const odd = [malformed(ground.random), impossible(ground.random), malformed(ground.random)]
    for (const record of odd) ground.world.poison.add(record.headers.ce_id ?? '')
    const victim = await anOpenOrder(ground, 'victim', sku)
    const mend = await breakCatalogFor(ground, victim.orderId)
    ground.journal.fault(`catalog is broken for ${victim.orderId}`)
    try {
      await ground.world.produce(odd)
      await payOn(victim.who, victim.orderId, victim.url, cards.pays, ground.journal)
      const bystander = await aFullCart(ground, 'bystander', [{ sku, quantity: 1 }])
      const took = await secondsOf(async () => {
        const orderId = await orderCart(bystander)
        const url = orderId === null ? null : await payUrl(bystander, orderId, 30)
        ground.expect(url !== null, 'a bystander got no payment page')
      })
      ground.expect(took < 5, `a bystander waited ${took.toFixed(1)} s for a page`)
      const until = inSeconds(60)
      while ((await deadLettersOf(ground, victim.orderId)).length === 0 && performance.now() < until) await pause(300)
    } finally {
      await mend()
    }
    ground.journal.fault('catalog is mended')
    const letters = await deadLettersOf(ground, victim.orderId)
    const [first] = letters
    if (first === undefined) return ground.expect(false, 'the broken handler left no dead letter')
    const [row] = await ground.world.query<{ event_id: string }>(
      `SELECT event_id FROM ${ground.world.table('catalog', 'dead_letter')} WHERE id = ?`,
      [first.id],
    )
    ground.world.poison.add(row?.event_id ?? '')
    await ground.admin.insist('POST', `/v1/admin/dead-letters/catalog-${first.id}/redrive`, { action: 'redrive' })
    const order = await untilOrder(victim.who, victim.orderId, ({ status }) => status === 'processing', 30)
    ground.expect(order?.status === 'processing', `after the redrive the order is ${order?.status}`)
  },
})

/** Buys in circles until told to stop. @returns how many purchases were begun */
const shopping = (ground: Ground, people: number, sku: string) => {
  let going = true
  let begun = 0
  const one = async (number: number): Promise<void> => {
    while (going) {
      begun += 1
      const who: Person = await aFullCart(ground, `load-${number}-${begun}`, [{ sku, quantity: 1 }])
      const orderId = await orderCart(who)
      const url = orderId === null ? null : await payUrl(who, orderId, 60)
      if (orderId && url) await payOn(who, orderId, url, cards.pays, ground.journal)
      await delay(100)
    }
  }
  const done = Promise.all(numbers(people).map(one))
  return async (): Promise<number> => {
    going = false
    await done
    return begun
  }
}

export const rebalance = (seconds: number): Scenario => ({
  name: 'rebalance',
  about: `Members leave and join every consumer group, every 5 s for ${seconds} s: nothing has an effect twice.`,
  world: { replicas: 2 },
  restSec: 150,
  floors: { paid: Math.floor(seconds / 5) },
  play: async (ground) => {
    const [sku = ''] = await ground.goods({ stock: 5000 })
    const stop = shopping(ground, 4, sku)
    const until = inSeconds(seconds)
    for (let turn = 0; performance.now() < until; turn++) {
      const service = (['order', 'catalog', 'payment', 'notification', 'cart'] as const)[turn % 5] ?? 'order'
      const replica = ground.world.fleet.of(service)[turn % 2]
      ground.journal.fault(`${replica?.label} leaves its group and comes back`)
      await Promise.all([replica?.restart(), delay(5000)])
    }
    ground.say(`${await stop()} purchases meanwhile`)
  },
})

export const twoReplicas = (seconds: number): Scenario => {
  const shoppers = Math.round(seconds * 1.2)
  return {
    name: 'two-replicas',
    about: 'The random mix with two processes of every service: the same guarantees.',
    world: { replicas: 2 },
    restSec: 150,
    floors: mixFloors(shoppers),
    play: (ground) => playMix(ground, { shoppers, durationMs: seconds * 1000, faults: Math.round(seconds / 3) }),
  }
}

export const rollingRestart = (): Scenario => ({
  name: 'rolling-restart',
  about: 'Every process of every service is restarted in turn under load: no request fails and no event is lost.',
  world: { replicas: 2, env: { SHUTDOWN_DELAY_MS: '1000' } },
  restSec: 150,
  floors: { paid: 10, mails: 10 },
  play: async (ground) => {
    const [sku = ''] = await ground.goods({ stock: 5000 })
    const stop = shopping(ground, 3, sku)
    await delay(2000)
    for (const name of serviceNames) {
      for (const replica of ground.world.fleet.of(name)) {
        ground.journal.fault(`${replica.label} is restarted`)
        await replica.restart()
        await delay(1000)
      }
    }
    ground.say(`${await stop()} purchases meanwhile`)
    const refused = ground.journal.operations().filter((operation) => operation.status === 503)
    ground.expect(
      refused.length === 0,
      `${refused.length} requests were answered 503, the first: ${refused[0]?.actor} ${refused[0]?.action} ${refused[0]?.detail}`,
    )
    expectNoFailure(ground)
  },
})
