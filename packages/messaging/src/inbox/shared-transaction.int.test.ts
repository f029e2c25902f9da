// What a shared transaction guarantees: each event has one effect, in the order of its key and in its own trace, whatever the others do.
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CrashHook } from '../crash-point.ts'
import { publish } from '../outbox/publish.ts'
import { type Counted, countedRecord, counterEvents, type Testbed, testbed } from '../testbed.fixture.ts'
import type { WireRecord } from '../transport/cloud-event.ts'
import { memoryTransport } from '../transport/memory.ts'
import type { RunningSubscription, Transport } from '../transport/transport.ts'
import { startConsumer } from './consumer.ts'
import { type Handler, type Outcome, on } from './event-handler.ts'

const { counted, reset } = counterEvents()
let bed: Testbed
let transport: Transport
let outcomes: Outcome[]
let consumer: RunningSubscription | null

beforeEach(async () => {
  bed = await testbed()
  transport = memoryTransport()
  outcomes = []
  consumer = null
})
afterEach(async () => {
  await consumer?.stop()
  await transport.close()
  await bed[Symbol.asyncDispose]()
})

const write: Handler<Counted, object> = ({ tx, message: { data } }) => bed.effect(tx, data)
const consume = async (
  handle: Handler<Counted, object>,
  options: { blockAggregateOnDeadLetter?: boolean; crash?: CrashHook } = {},
) => {
  consumer = await startConsumer({
    db: bed.db,
    transport,
    group: 'order',
    owner: 'order-1',
    handlers: [on(counted, handle)],
    deps: {},
    log: bed.log,
    observe: ({ outcome }) => outcomes.push(outcome),
    ...options,
  })
}
const deliver = async (...records: WireRecord[]): Promise<void> => {
  await transport.send(records, () => undefined)
  await eventually('it is done with', () => !transport.busy(), 20_000)
}
const keys = (count: number) => Array.from({ length: count }, (_, n) => countedRecord(`key-${n}`, n))
const claims = async () => (await bed.db.rows`SELECT event_id FROM inbox_event`).length
/** Everything written so far, in the order in which it was written. */
const written = async () =>
  (await bed.db.rows<{ counter: string }>`SELECT counter FROM effect ORDER BY id`).map((row) => row.counter)
const gone = () =>
  expect(bed.log.lines).toContainEqual({
    level: 'info',
    message: 'consumer: a shared transaction was rolled back, its events are handled singly',
  })

test('events of different keys that are ready at once share a transaction, and no effect is visible before all are done', async () => {
  const seen: number[] = []
  await consume(async ({ tx, message, deps }) => {
    await write({ tx, message, deps })
    // Outside the transaction none of its writes is visible; inside, the writes of the whole batch are.
    seen.push((await tx.rows`SELECT id FROM effect`).length)
    expect(await bed.db.rows`SELECT id FROM effect`).toEqual([])
  })
  await deliver(...keys(5))
  expect(seen).toEqual([1, 2, 3, 4, 5])
  expect(outcomes).toEqual(Array(5).fill('handled'))
  expect(await claims()).toBe(5)
})

test('an event that fails is dead-lettered alone, and the others of its batch have one effect each', async () => {
  await consume(async ({ tx, message, deps }) => {
    await write({ tx, message, deps })
    if (message.key === 'key-3') throw new Error('a defect')
  })
  await deliver(...keys(8))
  expect((await written()).sort()).toEqual([0, 1, 2, 4, 5, 6, 7].map((n) => `key-${n}`))
  expect(await bed.db.rows`SELECT partition_key, attempts FROM dead_letter`).toEqual([{ partition_key: 'key-3', attempts: 5 }])
  expect(outcomes.filter((outcome) => outcome === 'handled')).toHaveLength(7)
  gone()
})

test('a database error that a handler catches rolls the batch back, and the other events have their effect', async () => {
  await consume(async ({ tx, message, deps }) => {
    if (message.key === 'key-0') await tx.run`INSERT INTO effect (id, counter, n) VALUES (1, NULL, 0)`.catch(() => undefined)
    await write({ tx, message, deps })
  })
  await deliver(...keys(3))
  expect((await written()).sort()).toEqual(['key-1', 'key-2'])
})

test('an event that was handled before has no second effect, and the other events of its batch take effect', async () => {
  await consume(write)
  const [known = countedRecord('key-0', 0), ...others] = keys(4)
  await deliver(known)
  await deliver(known, ...others)
  expect((await written()).sort()).toEqual(['key-0', 'key-1', 'key-2', 'key-3'])
  expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(1)
})

test('an event behind a dead letter of its aggregate parks, and the others of its batch are handled', async () => {
  await consume(
    async ({ tx, message, deps }) => {
      if (message.key === 'key-0' && message.data.n === 0) throw new Error('a defect')
      await write({ tx, message, deps })
    },
    { blockAggregateOnDeadLetter: true },
  )
  await deliver(countedRecord('key-0', 0))
  await deliver(countedRecord('key-0', 1), countedRecord('key-1', 1), countedRecord('key-2', 1))
  expect((await written()).sort()).toEqual(['key-1', 'key-2'])
  expect(await bed.db.rows`SELECT reason FROM dead_letter ORDER BY id`).toEqual([{ reason: 'exhausted' }, { reason: 'parked' }])
})

test('events of one key are handled in order, with any number of other keys', async () => {
  await consume(write)
  await deliver(...Array.from({ length: 10 }, (_, n) => keys(6).map(({ key }) => countedRecord(key, n))).flat())
  for (const { key } of keys(6)) expect(await bed.effects(key)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('each event that is published names the event that caused it, and its trace', async () => {
  await consume(async ({ tx, message: { data } }) => publish(tx, reset, data))
  const records = keys(4).map(
    (record, n): WireRecord => ({
      ...record,
      headers: {
        ...record.headers,
        ce_correlationid: `corr-${n}`,
        traceparent: `00-${String(n + 1).repeat(32)}-${'b'.repeat(16)}-01`,
      },
    }),
  )
  await deliver(...records)
  const rows = await bed.db.rows<{ aggregate_id: string; headers: string }>`SELECT aggregate_id, headers FROM outbox_event`
  expect(new Map(rows.map((row) => [row.aggregate_id, JSON.parse(row.headers)]))).toEqual(
    new Map(
      records.map(({ key, headers }) => [
        key,
        {
          traceparent: headers.traceparent,
          correlationId: headers.ce_correlationid,
          causationId: headers.ce_id,
          labels: {},
        },
      ]),
    ),
  )
})

test.each(['before-handler-commit', 'after-handler-commit'] as const)(
  'a process that ends at %s has either every effect with its claim, or none, and a redelivery completes it',
  async (place) => {
    let ending = true
    const crash: CrashHook = (point) => {
      if (ending && point === place) throw Object.assign(new Error('the process ends here'), { errno: 1317 })
    }
    await consume(write, { crash })
    const records = keys(4)
    await transport.send(records, () => undefined)
    await eventually('it was tried', () => bed.log.lines.length > 0 || outcomes.length > 0)
    expect([0, 4]).toContain((await written()).length)
    ending = false
    await eventually('it is done with', () => !transport.busy(), 20_000)
    await deliver(...records)
    expect((await written()).sort()).toEqual(['key-0', 'key-1', 'key-2', 'key-3'])
    expect(await claims()).toBe(4)
  },
)
