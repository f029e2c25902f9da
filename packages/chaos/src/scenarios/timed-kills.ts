// Timed kills: a service is killed while Kafka is frozen, or inside a handler that waits for a locked table.
// There is one scenario per service and kind, because random faults rarely hit these moments.
import { setTimeout as delay } from 'node:timers/promises'
import type { SchemaOwner } from '@cartwright/contracts'
import { connect } from '@cartwright/db'
import { waitUntil } from '../wait.ts'
import { expectEnd } from './crash-points.ts'
import type { Fixture, Scenario } from './scenario.ts'
import { playScriptedPurchase, type ScriptedPurchase, type WrapStep } from './scripted-purchases.ts'

const unpublishedOf = async ({ shop }: Fixture, owner: SchemaOwner): Promise<number> => {
  const [row] = await shop.query<{ open: number }>(
    `SELECT COUNT(*) AS open FROM ${shop.table(owner, 'outbox_event')} WHERE published_at IS NULL`,
  )
  return row?.open ?? 0
}

const killAndAwait = async ({ shop, journal }: Fixture, service: Participant): Promise<void> => {
  const [replica] = shop.fleet.of(service)
  const before = replica?.pid()
  await replica?.kill()
  journal.fault(`${service} was killed`)
  await waitUntil(async () => replica !== undefined && replica.pid() !== before && (await replica.ready()), 30)
}

/** The purchase that involves each service, and the service that has an event to publish while Kafka is frozen. */
const purchaseWhileFrozen = {
  identity: { purchase: 'register', publisher: 'identity' },
  catalog: { purchase: 'restock', publisher: 'catalog' },
  cart: { purchase: 'leave', publisher: 'order' },
  order: { purchase: 'leave', publisher: 'order' },
  payment: { purchase: 'buy', publisher: 'payment' },
  notification: { purchase: 'buy', publisher: 'payment' },
} as const satisfies Partial<Record<SchemaOwner, { purchase: ScriptedPurchase; publisher: SchemaOwner }>>

/** Services that take part in a scripted purchase. */
type Participant = keyof typeof purchaseWhileFrozen
const participants = Object.keys(purchaseWhileFrozen) as Participant[]

const killWhileKafkaFrozen =
  (fixture: Fixture, service: Participant): WrapStep =>
  async (step) => {
    const { kafkaProxy } = fixture.shop.engines
    fixture.journal.fault('Kafka is frozen')
    kafkaProxy.freeze()
    try {
      const done = await step()
      const { publisher } = purchaseWhileFrozen[service]
      const waits = await waitUntil(async () => (await unpublishedOf(fixture, publisher)) > 0, 20)
      fixture.expect(waits, `${publisher} had no event to publish while Kafka was frozen: the kill was not tested`)
      await killAndAwait(fixture, service)
      return done
    } finally {
      kafkaProxy.resume()
      fixture.journal.fault('Kafka resumes')
    }
  }

export const killDuringKafkaFreeze = (service: Participant): Scenario => ({
  name: `kafka-frozen-kill-${service}`,
  about: `Kafka is frozen with unpublished events, and ${service} is killed and started meanwhile: the purchase reaches its expected end.`,
  restSec: 120,
  play: async (fixture) => {
    const { purchase } = purchaseWhileFrozen[service]
    const actor = `during the death of ${service}`
    const readEnd = await playScriptedPurchase(fixture, purchase, actor, killWhileKafkaFrozen(fixture, service))
    await expectEnd(fixture, purchase, readEnd, `${service} died while Kafka was frozen`)
  },
})

/** The table that the handler of the critical step needs. Identity consumes no events, so its request waits. */
const lockedTableOf: Readonly<Record<Participant, { purchase: ScriptedPurchase; table: string }>> = {
  identity: { purchase: 'register', table: 'one_time_code' },
  catalog: { purchase: 'buy', table: 'reservation' },
  cart: { purchase: 'leave', table: 'cart_order' },
  order: { purchase: 'buy', table: 'saga_instance' },
  payment: { purchase: 'leave', table: 'payment' },
  notification: { purchase: 'buy', table: 'message' },
}

const isWaitingFor = async ({ shop }: Fixture, service: Participant): Promise<boolean> => {
  const [schema] = shop.table(service, '').split('.')
  const rows = await shop.query(
    `SELECT ID FROM information_schema.PROCESSLIST WHERE DB = ? AND STATE LIKE 'Waiting for table%'`,
    [schema],
  )
  return rows.length > 0
}

const killWhileHandlerWaits =
  (fixture: Fixture, service: Participant): WrapStep =>
  async (step) => {
    const { shop, journal } = fixture
    const table = shop.table(service, lockedTableOf[service].table)
    const holder = await connect(shop.engines.mysql.url)
    try {
      await holder.query(`LOCK TABLES ${table} WRITE`)
      journal.fault(`the table ${table} is locked`)
      const done = step()
      const waits = await waitUntil(() => isWaitingFor(fixture, service), 20)
      fixture.expect(waits, `no statement of ${service} waited for ${table}: the kill was not tested`)
      const [replica] = shop.fleet.of(service)
      await replica?.kill()
      journal.fault(`${service} was killed while it waited`)
      await delay(500)
      await holder.query('UNLOCK TABLES')
      journal.fault(`the table ${table} is unlocked`)
      return await done
    } finally {
      // A connection releases its locks when it ends.
      holder.destroy()
    }
  }

export const killInWaitingHandler = (service: Participant): Scenario => ({
  name: `waiting-handler-kill-${service}`,
  about: `${service} is killed inside a handler that waits for a locked table: the purchase reaches its expected end.`,
  restSec: 120,
  play: async (fixture) => {
    const { purchase } = lockedTableOf[service]
    const actor = `during the death of ${service}`
    const readEnd = await playScriptedPurchase(fixture, purchase, actor, killWhileHandlerWaits(fixture, service))
    await expectEnd(fixture, purchase, readEnd, `${service} died while it waited for its database`)
  },
})

/** Both kinds for every service with a database. */
export const timedKills: readonly Scenario[] = [
  ...participants.map(killDuringKafkaFreeze),
  ...participants.map(killInWaitingHandler),
]
