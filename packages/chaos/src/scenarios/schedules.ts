// Deaths at moments that chance rarely meets, each made to happen: a service is killed while Kafka stands still, or inside a handler that waits
// for its database. One scenario per service and kind, so that a defect of timing is found every time.
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from '@cartwright/db'
import { type SchemaOwner, schemaOwners } from '@cartwright/shop/test-shop'
import { inSeconds, pause } from '../shoppers/person.ts'
import { expectEnd } from './crash-points.ts'
import { type Around, playStory, type Story } from './purchase-stories.ts'
import type { Ground, Scenario } from './scenario.ts'

/** Waits for something to be true. @returns whether it came true in time */
const comes = async (isTrue: () => Promise<boolean>, seconds: number): Promise<boolean> => {
  for (const until = inSeconds(seconds); performance.now() < until; await pause(100)) if (await isTrue()) return true
  return false
}

const unpublishedOf = async ({ world }: Ground, owner: SchemaOwner): Promise<number> => {
  const [row] = await world.query<{ open: number }>(
    `SELECT COUNT(*) AS open FROM ${world.table(owner, 'outbox_event')} WHERE published_at IS NULL`,
  )
  return row?.open ?? 0
}

const killAndAwait = async ({ world, journal }: Ground, service: SchemaOwner): Promise<void> => {
  const [replica] = world.fleet.of(service)
  const before = replica?.pid()
  await replica?.kill()
  journal.fault(`${service} was killed`)
  await comes(async () => replica !== undefined && replica.pid() !== before && (await replica.ready()), 30)
}

/** The story whose critical step each service has a part in, and who must have something to say while Kafka stands still. */
const frozen: Readonly<Record<SchemaOwner, { story: Story; speaker: SchemaOwner }>> = {
  identity: { story: 'register', speaker: 'identity' },
  catalog: { story: 'restock', speaker: 'catalog' },
  cart: { story: 'leave', speaker: 'order' },
  order: { story: 'leave', speaker: 'order' },
  payment: { story: 'buy', speaker: 'payment' },
  notification: { story: 'buy', speaker: 'payment' },
}

const whileKafkaIsFrozen =
  (ground: Ground, service: SchemaOwner): Around =>
  async (step) => {
    const { kafkaProxy } = ground.world.engines
    ground.journal.fault('Kafka stands still')
    kafkaProxy.freeze()
    try {
      const done = await step()
      const { speaker } = frozen[service]
      const waits = await comes(async () => (await unpublishedOf(ground, speaker)) > 0, 20)
      ground.expect(waits, `${speaker} had nothing to publish while Kafka stood still: nothing was proven`)
      await killAndAwait(ground, service)
      return done
    } finally {
      kafkaProxy.resume()
      ground.journal.fault('Kafka goes on')
    }
  }

export const killedWhileKafkaFrozen = (service: SchemaOwner): Scenario => ({
  name: `kafka-frozen-kill-${service}`,
  about: `Kafka stands still with something under way, and ${service} is killed and started meanwhile: the story ends as it must.`,
  restSec: 120,
  play: async (ground) => {
    const { story } = frozen[service]
    const actor = `beside the death of ${service}`
    const look = await playStory(ground, story, actor, whileKafkaIsFrozen(ground, service))
    await expectEnd(ground, story, look, `${service} died while Kafka stood still`)
  },
})

/** The table that the handler of the story's critical step needs. Identity hears no events: its request waits. */
const waiting: Readonly<Record<SchemaOwner, { story: Story; table: string }>> = {
  identity: { story: 'register', table: 'one_time_code' },
  catalog: { story: 'buy', table: 'reservation' },
  cart: { story: 'leave', table: 'cart_order' },
  order: { story: 'buy', table: 'saga_instance' },
  payment: { story: 'leave', table: 'payment' },
  notification: { story: 'buy', table: 'message' },
}

const isWaitingFor = async ({ world }: Ground, service: SchemaOwner): Promise<boolean> => {
  const [schema] = world.table(service, '').split('.')
  const rows = await world.query(
    `SELECT ID FROM information_schema.PROCESSLIST WHERE DB = ? AND STATE LIKE 'Waiting for table%'`,
    [schema],
  )
  return rows.length > 0
}

const whileItWaits =
  (ground: Ground, service: SchemaOwner): Around =>
  async (step) => {
    const { world, journal } = ground
    const table = world.table(service, waiting[service].table)
    const holder = await connect(world.engines.mysql.url)
    try {
      await holder.query(`LOCK TABLES ${table} WRITE`)
      journal.fault(`the table ${table} is locked`)
      const done = step()
      const waits = await comes(() => isWaitingFor(ground, service), 20)
      ground.expect(waits, `nothing of ${service} waited for ${table}: nothing was proven`)
      const [replica] = world.fleet.of(service)
      await replica?.kill()
      journal.fault(`${service} was killed while it waited`)
      await delay(500)
      await holder.query('UNLOCK TABLES')
      journal.fault(`the table ${table} is free`)
      return await done
    } finally {
      // A connection that ends gives its locks back, whatever went wrong.
      holder.destroy()
    }
  }

export const killedInWaitingHandler = (service: SchemaOwner): Scenario => ({
  name: `waiting-handler-kill-${service}`,
  about: `${service} is killed inside a handler that waits for a table that is locked: the story ends as it must.`,
  restSec: 120,
  play: async (ground) => {
    const { story } = waiting[service]
    const actor = `beside the death of ${service}`
    const look = await playStory(ground, story, actor, whileItWaits(ground, service))
    await expectEnd(ground, story, look, `${service} died while it waited for its database`)
  },
})

/** Both kinds for every service that has a database. */
export const deterministicSchedules: readonly Scenario[] = [
  ...schemaOwners.map(killedWhileKafkaFrozen),
  ...schemaOwners.map(killedInWaitingHandler),
]
