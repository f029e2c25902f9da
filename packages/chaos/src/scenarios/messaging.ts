// Messaging under faults: poison, rebalances, two replicas, rolling restarts.
import { setTimeout as delay } from 'node:timers/promises'
import { schemaOwners, serviceNames } from '@cartwright/contracts'
import { cards } from '@cartwright/shop/test-shop'
import { impossible, malformed } from '../faults/poison.ts'
import { mixFloors } from '../floors.ts'
import { payOnPage, type SimulatedUser, waitForPageUrl } from '../shoppers/simulated-user.ts'
import { deadlineIn, pause } from '../wait.ts'
import { playMix } from './random-mix.ts'
import type { Fixture, Scenario } from './scenario.ts'
import { createGuestWithCart, expectNoFailure, numbers, orderCart, placeOrderWithPage, waitForOrder } from './steps.ts'

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

const deadLettersOf = (fixture: Fixture, key: string) =>
  fixture.shop.query<{ id: number; reason: string }>(
    `SELECT id, reason FROM ${fixture.shop.table('catalog', 'dead_letter')} WHERE partition_key = ? AND resolved_at IS NULL ORDER BY id`,
    [key],
  )

/** Breaks catalog's handler for one order with a trigger. @returns removes the trigger */
const breakCatalogFor = async (fixture: Fixture, orderId: string): Promise<() => Promise<unknown>> => {
  const { query, table } = fixture.shop
  const [schema] = table('catalog', '').split('.')
  await query(
    `CREATE TRIGGER ${schema}.broken_for_one BEFORE UPDATE ON ${table('catalog', 'reservation')} FOR EACH ROW
     BEGIN IF NEW.order_id = '${orderId}' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'broken for a test'; END IF; END`,
  )
  return () => query(`DROP TRIGGER IF EXISTS ${schema}.broken_for_one`)
}

export const poison = (): Scenario => ({
  name: 'poison',
  about:
    'Poison on the topics: other orders continue within 5 s, the events of a poisoned order are parked, and a redrive completes it.',
  play: async (fixture) => {
    const [sku = ''] = await fixture.createProducts({ stock: 50 })
    const odd = [malformed(fixture.random), impossible(fixture.random), malformed(fixture.random)]
    for (const record of odd) fixture.shop.poison.add(record.headers.ce_id ?? '')
    const victim = await placeOrderWithPage(fixture, 'victim', sku)
    const repair = await breakCatalogFor(fixture, victim.orderId)
    fixture.journal.fault(`catalog is broken for ${victim.orderId}`)
    try {
      await fixture.shop.produce(odd)
      await payOnPage(victim.user, victim.orderId, victim.url, cards.pays, fixture.journal)
      const otherShopper = await createGuestWithCart(fixture, 'otherShopper', [{ sku, quantity: 1 }])
      const took = await secondsOf(async () => {
        const orderId = await orderCart(otherShopper)
        const url = orderId === null ? null : await waitForPageUrl(otherShopper, orderId, 30)
        fixture.expect(url !== null, 'another shopper got no payment page')
      })
      fixture.expect(took < 5, `another shopper waited ${took.toFixed(1)} s for a page`)
      const until = deadlineIn(60)
      while ((await deadLettersOf(fixture, victim.orderId)).length === 0 && performance.now() < until) await pause(300)
    } finally {
      await repair()
    }
    fixture.journal.fault('catalog works again')
    const letters = await deadLettersOf(fixture, victim.orderId)
    const [first] = letters
    if (first === undefined) return fixture.expect(false, 'the broken handler left no dead letter')
    const [row] = await fixture.shop.query<{ event_id: string }>(
      `SELECT event_id FROM ${fixture.shop.table('catalog', 'dead_letter')} WHERE id = ?`,
      [first.id],
    )
    fixture.shop.poison.add(row?.event_id ?? '')
    await fixture.admin.callWithRetry('POST', `/v1/admin/dead-letters/catalog-${first.id}/redrive`, { action: 'redrive' })
    const order = await waitForOrder(victim.user, victim.orderId, ({ status }) => status === 'processing', 30)
    fixture.expect(order?.status === 'processing', `after the redrive the order is ${order?.status}`)
  },
})

/** Buys in a loop until it is stopped. @returns a function that stops it and returns the number of purchases */
export const startLoad = (fixture: Fixture, users: number, sku: string) => {
  let going = true
  let begun = 0
  const one = async (number: number): Promise<void> => {
    while (going) {
      begun += 1
      const user: SimulatedUser = await createGuestWithCart(fixture, `load-${number}-${begun}`, [{ sku, quantity: 1 }])
      const orderId = await orderCart(user)
      const url = orderId === null ? null : await waitForPageUrl(user, orderId, 60)
      if (orderId && url) await payOnPage(user, orderId, url, cards.pays, fixture.journal)
      await delay(100)
    }
  }
  const done = Promise.all(numbers(users).map(one))
  // The caller hears of a failure when it stops the load; until then it must not end the process.
  done.catch(() => undefined)
  return async (): Promise<number> => {
    going = false
    await done
    return begun
  }
}

/** Services with a consumer group: identity consumes no event. */
const consuming = schemaOwners.filter((name) => name !== 'identity')

export const rebalance = (seconds: number): Scenario => ({
  name: 'rebalance',
  about: `Members leave and join every consumer group, every 5 s for ${seconds} s: no event has its effect twice.`,
  shop: { replicas: 2 },
  restSec: 150,
  floors: { paid: Math.floor(seconds / 5) },
  play: async (fixture) => {
    const [sku = ''] = await fixture.createProducts({ stock: 5000 })
    const stop = startLoad(fixture, 4, sku)
    const until = deadlineIn(seconds)
    for (let turn = 0; performance.now() < until; turn++) {
      const service = consuming[turn % consuming.length] ?? 'order'
      const replica = fixture.shop.fleet.of(service)[turn % 2]
      fixture.journal.fault(`${replica?.label} is restarted and rejoins its group`)
      await Promise.all([replica?.restart(), delay(5000)])
    }
    fixture.print(`${await stop()} purchases were begun meanwhile`)
  },
})

export const twoReplicas = (seconds: number): Scenario => {
  const shoppers = Math.round(seconds * 1.2)
  return {
    name: 'two-replicas',
    about: 'The random mix with two processes of every service: the same guarantees.',
    shop: { replicas: 2 },
    restSec: 150,
    floors: mixFloors(shoppers),
    play: (fixture) => playMix(fixture, { shoppers, durationMs: seconds * 1000, faults: Math.round(seconds / 3) }),
  }
}

export const rollingRestart = (): Scenario => ({
  name: 'rolling-restart',
  about: 'Every process of every service is restarted in turn under load: no request fails and no event is lost.',
  shop: { replicas: 2, env: { SHUTDOWN_DELAY_MS: '1000' } },
  restSec: 150,
  floors: { paid: 10, mails: 10 },
  play: async (fixture) => {
    const [sku = ''] = await fixture.createProducts({ stock: 5000 })
    const stop = startLoad(fixture, 3, sku)
    await delay(2000)
    for (const name of serviceNames) {
      for (const replica of fixture.shop.fleet.of(name)) {
        fixture.journal.fault(`${replica.label} is restarted`)
        await replica.restart()
        await delay(1000)
      }
    }
    fixture.print(`${await stop()} purchases were begun meanwhile`)
    const refused = fixture.journal.operations().filter((operation) => operation.status === 503)
    fixture.expect(
      refused.length === 0,
      `${refused.length} requests were answered 503, the first: ${refused[0]?.actor} ${refused[0]?.action} ${refused[0]?.detail}`,
    )
    expectNoFailure(fixture)
  },
})
