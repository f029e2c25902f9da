// What dead letters guarantee: later events of the aggregate park behind one, and a redrive or a discard handles them in order.
import { AppError } from '@cartwright/contracts'
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startConsumer } from '../inbox/consumer.ts'
import { on } from '../inbox/event-handler.ts'
import { countedRecord, counterEvents, type Testbed, testbed } from '../testbed.fixture.ts'
import type { WireRecord } from '../transport/cloud-event.ts'
import { memoryTransport } from '../transport/memory.ts'
import type { RunningSubscription, Transport } from '../transport/transport.ts'
import { findDeadLetter, listDeadLetters } from './queries.ts'
import { createDeadLetterService } from './redrive.ts'

const { counted } = counterEvents()
let bed: Testbed
let transport: Transport
let consumer: RunningSubscription
/** Numbers that the handler cannot bear. */
let broken: Set<number>

const handlers = [
  on(counted, async ({ tx, message: { data } }) => {
    if (broken.has(data.n)) throw new AppError('conflict', { detail: `cannot bear ${data.n}` })
    await bed.effect(tx, data)
  }),
]
const desk = () => createDeadLetterService(bed.db, { order: handlers }, {})

beforeEach(async () => {
  bed = await testbed()
  transport = memoryTransport()
  broken = new Set()
  consumer = await startConsumer({
    db: bed.db,
    transport,
    group: 'order',
    owner: 'order-1',
    handlers,
    deps: {},
    log: bed.log,
    blockAggregateOnDeadLetter: true,
  })
})
afterEach(async () => {
  await consumer.stop()
  await transport.close()
  await bed[Symbol.asyncDispose]()
})

const deliver = async (...records: WireRecord[]): Promise<void> => {
  await transport.send(records, () => undefined)
  await eventually('it is done with', () => !transport.busy())
}
const open = () => listDeadLetters(bed.db, { open: true, limit: 100 })
const idOf = async (n: number): Promise<number> =>
  (await bed.db.one<{ id: number }>`SELECT id FROM dead_letter WHERE payload LIKE ${`%"n":${n}}`}`)?.id ?? 0

test('later events of the same aggregate park behind its dead letter, others do not', async () => {
  broken.add(2)
  await deliver(
    countedRecord('a', 1),
    countedRecord('a', 2),
    countedRecord('a', 3),
    countedRecord('a', 4),
    countedRecord('b', 2.5 * 2),
  )
  expect([await bed.effects('a'), await bed.effects('b')]).toEqual([[1], [5]])
  expect((await open()).toReversed().map(({ reason, key }) => [reason, key])).toEqual([
    ['permanent', 'a'],
    ['parked', 'a'],
    ['parked', 'a'],
  ])
})

test('a redrive after the repair handles the dead letter and then the parked ones in order, as without the fault', async () => {
  broken.add(2)
  const records = [1, 2, 3, 4].map((n) => countedRecord('a', n))
  await deliver(...records)
  broken.clear()
  const id = await idOf(2)
  expect(await desk().redrive(id, 'usr_admin')).toMatchObject({ redriven: [id, id + 1, id + 2], failed: null })
  await deliver(...records, countedRecord('a', 5))
  expect(await bed.effects('a')).toEqual([1, 2, 3, 4, 5])
  expect(await open()).toEqual([])
})

test('two redrives of a letter, also at the same moment, have one effect', async () => {
  broken.add(1)
  await deliver(countedRecord('a', 1), countedRecord('a', 2))
  broken.clear()
  const id = await idOf(1)
  await Promise.all([desk().redrive(id, 'usr_1'), desk().redrive(id, 'usr_2')])
  expect(await desk().redrive(id, 'usr_3')).toBeNull()
  expect(await bed.effects('a')).toEqual([1, 2])
})

test('a redrive that fails has no effect, names the error, and keeps the letters behind it parked', async () => {
  broken.add(1)
  await deliver(countedRecord('a', 1), countedRecord('a', 2))
  const id = await idOf(1)
  expect(await desk().redrive(id, 'usr_admin')).toEqual({ redriven: [], failed: { id, error: 'AppError: cannot bear 1' } })
  expect(await bed.effects('a')).toEqual([])
  expect((await open()).map(({ attempts, reason }) => [attempts, reason])).toEqual([
    [0, 'parked'],
    [2, 'permanent'],
  ])
})

test('a parked letter cannot overtake the letter that it waits for', async () => {
  broken.add(1)
  await deliver(countedRecord('a', 1), countedRecord('a', 2))
  expect(await desk().redrive(await idOf(2), 'usr_admin')).toMatchObject({ redriven: [], failed: { id: await idOf(1) } })
  broken.clear()
  await desk().redrive(await idOf(2), 'usr_admin')
  expect(await bed.effects('a')).toEqual([1, 2])
})

test('a letter that fails in the middle of the queue stops the redrive there', async () => {
  broken = new Set([1, 3])
  await deliver(...[1, 2, 3, 4].map((n) => countedRecord('a', n)))
  broken.delete(1)
  expect(await desk().redrive(await idOf(1), 'usr_admin')).toMatchObject({
    redriven: [await idOf(1), await idOf(2)],
    failed: { id: await idOf(3) },
  })
  expect(await bed.effects('a')).toEqual([1, 2])
  broken.clear()
  await desk().redrive(await idOf(3), 'usr_admin')
  expect(await bed.effects('a')).toEqual([1, 2, 3, 4])
})

test('a discard gives a letter up and handles the letters behind it', async () => {
  broken.add(1)
  await deliver(countedRecord('a', 1), countedRecord('a', 2))
  const id = await idOf(1)
  expect(await desk().discard(id, 'usr_admin')).toMatchObject({ redriven: [await idOf(2)], failed: null })
  expect(await desk().discard(id, 'usr_admin')).toBeNull()
  expect(await bed.effects('a')).toEqual([2])
  expect(await findDeadLetter(bed.db, id)).toMatchObject({ resolution: 'discarded' })
})

test('events that arrive during a redrive are handled behind the queue', async () => {
  broken.add(0)
  await deliver(...Array.from({ length: 10 }, (_, n) => countedRecord('a', n)))
  broken.clear()
  const redriving = desk().redrive(await idOf(0), 'usr_admin')
  await transport.send(
    Array.from({ length: 10 }, (_, n) => countedRecord('a', 10 + n)),
    () => undefined,
  )
  await redriving
  await eventually('all are handled', async () => (await bed.effects('a')).length === 20)
  expect(await bed.effects('a')).toEqual(Array.from({ length: 20 }, (_, n) => n))
  expect(await open()).toEqual([])
})

test('a letter holds its message and the acts of operators', async () => {
  broken.add(1)
  const record = countedRecord('a', 1)
  await deliver(record)
  const id = await idOf(1)
  await desk().redrive(id, 'usr_1')
  await desk().discard(id, 'usr_2')
  expect(await findDeadLetter(bed.db, id)).toMatchObject({
    consumer: 'order',
    eventId: record.headers.ce_id,
    eventType: 'test.counted',
    topic: 'order.events',
    key: 'a',
    payload: record.value,
    headers: record.headers,
    audit: [
      { action: 'redrive', actor: 'usr_1', outcome: 'AppError: cannot bear 1' },
      { action: 'discard', actor: 'usr_2', outcome: 'discarded' },
    ],
  })
  expect(await findDeadLetter(bed.db, 999)).toBeNull()
})

test('letters are listed newest first, page by page, open or resolved', async () => {
  broken = new Set([1, 2, 3])
  await deliver(...[1, 2, 3].map((n) => countedRecord(`key-${n}`, n)))
  const first = await listDeadLetters(bed.db, { open: true, limit: 2 })
  const rest = await listDeadLetters(bed.db, { open: true, limit: 2, before: first[1]?.id ?? 0 })
  expect([...first, ...rest].map(({ id }) => id)).toEqual([...first, ...rest].map(({ id }) => id).toSorted((a, b) => b - a))
  expect(rest).toHaveLength(1)
  await desk().discard(rest[0]?.id ?? 0, 'usr_1')
  expect((await listDeadLetters(bed.db, { open: false, limit: 9 })).map(({ id }) => id)).toEqual([rest[0]?.id])
})

test('a record of the largest size is dead-lettered, and its copy can be sent', async () => {
  const record = countedRecord('large', 1)
  const headers = { ...record.headers, ce_correlationid: 'c'.repeat(70_000), 'x-long': '\u00e4'.repeat(90_000) }
  await deliver({ ...record, value: `{"n":"${'x'.repeat(1_000_000)}"}`, headers }, countedRecord('small', 1))
  expect(await bed.effects('small')).toHaveLength(1)
  const [letter] = await open()
  expect(letter).toMatchObject({ reason: 'invalid', key: 'large' })
  const [copy] = await bed.db.rows<{
    payload: string
    headers: string
  }>`SELECT payload, headers FROM outbox_event WHERE topic = 'order.events.dlq'`
  expect(Buffer.byteLength(copy?.payload ?? '') + Buffer.byteLength(copy?.headers ?? '')).toBeLessThan(900_000)
  expect(JSON.parse(copy?.headers ?? '').extra).toMatchObject({ ce_id: record.headers.ce_id, 'dead-letter-reason': 'invalid' })
  expect((await findDeadLetter(bed.db, letter?.id ?? 0))?.payload).toHaveLength(1_000_008)
})
