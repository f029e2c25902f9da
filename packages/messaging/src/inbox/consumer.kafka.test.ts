// What consumers guarantee on a real broker: poison messages hold up no other key, rebalances double no effect, and a replay repairs lost effects.
import { randomUUID } from 'node:crypto'
import { eventually } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listDeadLetters } from '../dead-letters/queries.ts'
import { createDeadLetterService } from '../dead-letters/redrive.ts'
import { replay } from '../dead-letters/replay.ts'
import { startRelay } from '../outbox/relay.ts'
import { type Counted, counterEvents, type Testbed, testbed } from '../testbed.fixture.ts'
import { kafkaTransport } from '../transport/kafka.ts'
import type { Transport } from '../transport/transport.ts'
import { startConsumer } from './consumer.ts'
import { type Handler, on } from './event-handler.ts'

const topic = `consume-${randomUUID().slice(0, 8)}.events`
const events = counterEvents(topic)
const open = () =>
  kafkaTransport({ brokers: (process.env.TEST_KAFKA_BROKERS ?? '127.0.0.1:9092').split(','), clientId: 'test', partitions: 1 })
let bed: Testbed
let transport: Transport
let stopRelay: () => Promise<void>
const unique = (what: string) => `${what}-${randomUUID().slice(0, 8)}`

beforeAll(async () => {
  bed = await testbed(events)
  transport = await open()
  await transport.ensureTopics([topic, `${topic}.dlq`])
  const relay = startRelay({ db: bed.db, transport, owner: 'one', log: bed.log })
  stopRelay = () => relay.stop()
})
afterAll(async () => {
  await stopRelay()
  await transport.close()
  await bed[Symbol.asyncDispose]()
})

const optionsFor = (group: string, handle: Handler<Counted, object>, over = transport, owner = `${group}-1`) => ({
  db: bed.db,
  transport: over,
  group,
  owner,
  deps: {},
  log: bed.log,
  blockAggregateOnDeadLetter: true,
  handlers: [on(events.counted, handle)],
})
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)

test('a poison message holds up no other key of its partition for 5 s, and a redrive ends in the fault-free result', async () => {
  const poison = unique('poison')
  const others = upTo(20).map((n) => unique(`key-${n}`))
  let mended = false
  const handle: Handler<Counted, object> = async ({ tx, message: { data } }) => {
    if (data.counterId === poison && data.n === 1 && !mended) throw new Error('a defect')
    await bed.effect(tx, data)
  }
  const options = optionsFor(unique('group'), handle)
  const consumer = await startConsumer(options)
  for (const n of upTo(4)) await bed.count(poison, n)
  const since = performance.now()
  await Promise.all(others.map((key) => bed.count(key, 0)))
  await eventually('the others are through', async () =>
    (await Promise.all(others.map((key) => bed.effects(key)))).every((list) => list.length === 1),
  )
  expect(performance.now() - since).toBeLessThan(5000)
  await eventually(
    'it is dead and the later ones are parked',
    async () => (await listDeadLetters(bed.db, { open: true, limit: 9 })).length === 3,
  )
  expect(await bed.effects(poison)).toEqual([0])
  mended = true
  const letters = await listDeadLetters(bed.db, { open: true, limit: 9 })
  await createDeadLetterService(bed.db, { [options.group]: options.handlers }, {}).redrive(letters.at(-1)?.id ?? 0, 'usr_admin')
  expect(await bed.effects(poison)).toEqual(upTo(4))
  await consumer.stop()
})

test('frequent rebalances double no effect and keep each key in order', async () => {
  const keys = upTo(5).map((n) => unique(`moving-${n}`))
  const mine = new Set(keys)
  const handle: Handler<Counted, object> = async ({ tx, message: { data } }) => {
    if (mine.has(data.counterId)) await bed.effect(tx, data)
  }
  const group = unique('group')
  const stay = await startConsumer(optionsFor(group, handle))
  const other = await open()
  let n = 0
  for (const round of upTo(4)) {
    const guest = await startConsumer(optionsFor(group, handle, other, `${group}-g${round}`))
    for (const _ of upTo(5)) {
      await Promise.all(keys.map((key) => bed.count(key, n)))
      n += 1
    }
    await guest.stop()
  }
  await eventually(
    'all is handled',
    async () => (await Promise.all(keys.map((key) => bed.effects(key)))).every((list) => list.length >= n),
    60_000,
  )
  for (const key of keys) expect(await bed.effects(key)).toEqual(upTo(n))
  await stay.stop()
  await other.close()
})

test('a replay has only the effects that were lost, or for a projection all of them again', async () => {
  const key = unique('replayed')
  const handle: Handler<Counted, object> = async ({ tx, message: { data } }) => {
    if (data.counterId === key) await bed.effect(tx, data)
  }
  const options = optionsFor(unique('projection'), handle)
  const consumer = await startConsumer(options)
  const from = new Date(Date.now() - 1000)
  for (const n of upTo(5)) await bed.count(key, n)
  await eventually('all are handled', async () => (await bed.effects(key)).length === 5)
  // A restore from an older backup: the last effects and their inbox rows are gone.
  await bed.db.run`DELETE FROM effect WHERE counter = ${key} AND n >= 3`
  await bed.db
    .run`DELETE i FROM inbox_event i JOIN outbox_event o ON o.event_id = i.event_id WHERE i.consumer = ${options.group} AND o.aggregate_id = ${key} AND o.aggregate_version > 3`
  const range = { topic, from, to: new Date(Date.now() + 60_000) }
  expect(await replay(options, range)).toBeGreaterThanOrEqual(5)
  expect(await bed.effects(key)).toEqual(upTo(5))
  await bed.db.run`DELETE FROM effect WHERE counter = ${key}`
  await replay(options, range, true)
  expect(await bed.effects(key)).toEqual(upTo(5))
  await consumer.stop()
})
