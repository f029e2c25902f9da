// What the relay guarantees: every committed row reaches the transport, in order per aggregate, by one relay at a time.
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acceptingTransport, counterEvents, type Testbed, testbed } from '../testbed.fixture.ts'
import type { WireRecord } from '../transport/cloud-event.ts'
import { memoryTransport } from '../transport/memory.ts'
import type { Worker } from '../worker.ts'
import { publish } from './publish.ts'
import { startRelay } from './relay.ts'
import { purgeOutbox } from './retention.ts'

const { counted } = counterEvents()
let bed: Testbed
const relays: Worker[] = []

beforeEach(async () => {
  bed = await testbed()
})
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()))
  await bed[Symbol.asyncDispose]()
})

const start = (transport: Parameters<typeof startRelay>[0]['transport'], owner = 'one', alone = false): Worker => {
  const relay = startRelay({ db: bed.db, transport, owner, singleInstance: alone, log: bed.log })
  relays.push(relay)
  return relay
}
const numbers = (records: readonly WireRecord[], key: string) =>
  records.filter((record) => record.key === key).map((record) => (JSON.parse(record.value) as { n: number }).n)
const unpublished = async () =>
  (await bed.db.one<{ count: number }>`SELECT COUNT(*) AS count FROM outbox_event WHERE published_at IS NULL`)?.count

test('rows are sent once, in order per aggregate, and marked after they were accepted', async () => {
  const transport = acceptingTransport()
  start(transport)
  await Promise.all(
    ['a', 'b', 'c'].map(async (key) => {
      for (let n = 0; n < 20; n++) await bed.count(key, n)
    }),
  )
  await eventually('all are marked', async () => (await unpublished()) === 0)
  for (const key of ['a', 'b', 'c']) expect(numbers(transport.sent, key)).toEqual(Array.from({ length: 20 }, (_, n) => n))
})

test('a record on the wire is a CloudEvent in Kafka’s binary mode', async () => {
  const transport = acceptingTransport()
  start(transport)
  await bed.count('a', 7)
  const record = await eventually('it is sent', () => transport.sent[0])
  expect(record).toMatchObject({ topic: 'order.events', key: 'a', value: '{"counterId":"a","n":7}' })
  expect(record.headers).toMatchObject({
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_type: 'test.counted',
    ce_source: '/cartwright/order',
    ce_subject: 'a',
    ce_sequence: '1',
    ce_id: expect.stringMatching(/^evt_/),
    ce_time: expect.stringMatching(/Z$/),
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/),
  })
})

test('a commit wakes the relay at once', async () => {
  const transport = acceptingTransport()
  const relay = start(transport)
  await relay.tick()
  const times: number[] = []
  for (let n = 0; n < 20; n++) {
    const since = performance.now()
    await bed.count('a', n)
    await eventually('it is sent', () => transport.sent.length === n + 1)
    times.push(performance.now() - since)
  }
  expect(times.toSorted((a, b) => a - b)[10]).toBeLessThan(150)
})

test('a row of a transaction that commits late is sent, although higher ids were sent before', async () => {
  const transport = acceptingTransport()
  const relay = start(transport)
  await bed.count('before', 0)
  const release = Promise.withResolvers<void>()
  const inserted = Promise.withResolvers<void>()
  const late = bed.db.tx(async (tx) => {
    await publish(tx, counted, { counterId: 'late', n: 1 })
    // Runs after the outbox insert: the id is taken, the commit is not there yet.
    const hold = async () => {
      await tx.one`SELECT 1`
      inserted.resolve()
      await release.promise
    }
    tx.beforeCommit(Symbol('hold'), hold, true)
  })
  await inserted.promise
  await bed.count('after', 2)
  await eventually('the later one is sent', () => numbers(transport.sent, 'after').length === 1)
  expect(numbers(transport.sent, 'late')).toEqual([])
  release.resolve()
  await late
  await eventually('the late one is sent', () => numbers(transport.sent, 'late').length === 1)
  await relay.tick()
  expect(transport.sent).toHaveLength(3)
})

test('no row is marked while the transport is away, and every row is sent when it is back', async () => {
  const transport = acceptingTransport()
  transport.away = true
  const relay = start(transport)
  for (let n = 0; n < 5; n++) await bed.count('a', n)
  await eventually(
    'it was tried',
    async () => ((await bed.db.one<{ attempts: number }>`SELECT MAX(attempts) AS attempts FROM outbox_event`)?.attempts ?? 0) > 0,
  )
  // A mark that is wrong may come with the next round.
  for (let round = 0; round < 3; round++) await relay.tick()
  expect(await unpublished()).toBe(5)
  transport.away = false
  await eventually('all are marked', async () => (await unpublished()) === 0)
  expect(numbers(transport.sent, 'a')).toEqual([0, 1, 2, 3, 4])
})

test('one relay sends, and a standby takes over within 15 s of its death', async () => {
  const [first, second] = [acceptingTransport(), acceptingTransport()]
  // The lease of a relay that died: no process renews it.
  await bed.db.run`INSERT INTO lease (name, owner, expires_at) VALUES ('relay', 'dead', UTC_TIMESTAMP(6) + INTERVAL 10 SECOND)`
  const since = performance.now()
  start(first, 'one')
  start(second, 'two')
  await bed.count('a', 1)
  await eventually('a standby sends', () => first.sent.length + second.sent.length > 0, 20_000)
  expect(performance.now() - since).toBeLessThan(15_000)
  for (let n = 2; n < 12; n++) await bed.count('a', n)
  await eventually('all are marked', async () => (await unpublished()) === 0)
  expect([first.sent.length, second.sent.length].sort((a, b) => a - b)).toEqual([0, 11])
})

test('a relay that stops hands its lease over at once', async () => {
  const [first, second] = [acceptingTransport(), acceptingTransport()]
  const leaving = start(first, 'one')
  await leaving.tick()
  start(second, 'two')
  await leaving.stop()
  await bed.count('a', 1)
  await eventually('the other one sends', () => second.sent.length === 1, 3000)
})

test('a relay of a single instance takes the lease from the process before', async () => {
  await bed.db.run`INSERT INTO lease (name, owner, expires_at) VALUES ('relay', 'dead', UTC_TIMESTAMP(6) + INTERVAL 10 SECOND)`
  const transport = acceptingTransport()
  start(transport, 'one', true)
  await bed.count('a', 1)
  await eventually('it sends', () => transport.sent.length === 1, 3000)
})

test('a blocked key keeps its rows unmarked and holds up no other', async () => {
  const transport = memoryTransport()
  const gate = Promise.withResolvers<void>()
  const handled: string[] = []
  await transport.subscribe({
    group: 'g',
    topics: ['order.events'],
    deliver: async ({ key }) => {
      if (key === 'blocked') await gate.promise
      handled.push(key)
    },
  })
  const relay = start(transport)
  await bed.db.tx(async (tx) => {
    for (let n = 0; n < 1200; n++) await publish(tx, counted, { counterId: 'blocked', n })
  })
  await eventually('they are handed over', async () => (await relay.tick()) && transport.busy())
  for (let n = 0; n < 20; n++) await bed.count('free', n)
  await eventually('the free key flows', () => handled.length === 20)
  await eventually('its rows are marked', async () => (await unpublished()) === 1200)
  gate.resolve()
  await eventually('everything is marked', async () => (await unpublished()) === 0)
  expect(handled).toHaveLength(1220)
})

test('rows that a group had not handled when the process ended are sent again at the next start', async () => {
  const first = memoryTransport()
  await first.subscribe({
    group: 'g',
    topics: ['order.events'],
    deliver: (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  })
  const relay = start(first, 'one', true)
  await bed.count('a', 1)
  await eventually('the record is being delivered', () => first.busy())
  await relay.stop()
  await first.close()
  const second = memoryTransport()
  const got: WireRecord[] = []
  await second.subscribe({ group: 'g', topics: ['order.events'], deliver: async (record) => void got.push(record) })
  start(second, 'two', true)
  await eventually('it comes again', () => got.length === 1)
  await eventually('it is marked', async () => (await unpublished()) === 0)
})

test('published rows are kept for 7 days', async () => {
  await bed.count('old', 1)
  await bed.count('new', 1)
  await bed.count('young', 1)
  await bed.db.run`UPDATE outbox_event SET published_at = UTC_TIMESTAMP(6) - INTERVAL 6 DAY WHERE aggregate_id = 'young'`
  await bed.db.run`UPDATE outbox_event SET published_at = UTC_TIMESTAMP(6) - INTERVAL 8 DAY WHERE aggregate_id = 'old'`
  await purgeOutbox(bed.db)
  expect(
    (await bed.db.rows<{ aggregate_id: string }>`SELECT aggregate_id FROM outbox_event ORDER BY id`).map(
      (row) => row.aggregate_id,
    ),
  ).toEqual(['new', 'young'])
})
