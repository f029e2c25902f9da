// What a consumer guarantees, with all optimisations and on the simple path alone: one effect per event, and no message lost.

import { AppError } from '@cartwright/contracts'
import { openDatabase } from '@cartwright/db'
import { findTrace } from '@cartwright/telemetry'
import { eventually, proxyOf } from '@cartwright/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Counted, countedRecord, counterEvents, type Testbed, testbed } from '../testbed.fixture.ts'
import type { WireRecord } from '../transport/cloud-event.ts'
import { memoryTransport } from '../transport/memory.ts'
import type { RunningSubscription, Transport } from '../transport/transport.ts'
import { startConsumer } from './consumer.ts'
import type { ConsumerOptimisations } from './dispatcher.ts'
import { type Handler, type Outcome, on } from './event-handler.ts'

const { counted } = counterEvents()
let bed: Testbed
let transport: Transport
let outcomes: Outcome[]
let optimisations: ConsumerOptimisations
const consumers: RunningSubscription[] = []

beforeEach(async () => {
  bed = await testbed()
  transport = memoryTransport()
  outcomes = []
})
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()))
  await transport.close()
  await bed[Symbol.asyncDispose]()
})

const consume = async (
  handle: Handler<Counted, object>,
  options: { parks?: boolean; owner?: string; group?: string; db?: Testbed['db'] } = {},
): Promise<RunningSubscription> => {
  const consumer = await startConsumer({
    db: options.db ?? bed.db,
    transport,
    group: options.group ?? 'order',
    owner: options.owner ?? 'order-1',
    handlers: [on(counted, handle)],
    deps: {},
    log: bed.log,
    blockAggregateOnDeadLetter: options.parks ?? false,
    observe: ({ outcome }) => outcomes.push(outcome),
    optimisations,
  })
  consumers.push(consumer)
  return consumer
}
const write: Handler<Counted, object> = ({ tx, message: { data } }) => bed.effect(tx, data)
const deliver = async (...records: WireRecord[]): Promise<void> => {
  await transport.send(records, () => undefined)
  await eventually('it is done with', () => !transport.busy())
}
const letters = () =>
  bed.db.rows<{
    event_id: string
    reason: string
    attempts: number
    partition_key: string
    error: string
  }>`SELECT event_id, reason, attempts, partition_key, error FROM dead_letter ORDER BY id`

describe.each<[string, ConsumerOptimisations]>([
  ['with all optimisations', {}],
  ['on the simple path alone', { sharedTransactions: false, speculativeClaims: false }],
])('%s', (_, chosen) => {
  beforeEach(() => {
    optimisations = chosen
  })

  test('an event that is delivered three times has one effect', async () => {
    await consume(write)
    const record = countedRecord('a', 1)
    await deliver(record, record)
    await deliver(record)
    expect(await bed.effects('a')).toEqual([1])
    expect(outcomes).toEqual(['handled', 'duplicate', 'duplicate'])
  })

  test('an event has one effect per consumer', async () => {
    await consume(write)
    await consume(write, { group: 'order-projection' })
    await deliver(countedRecord('a', 1))
    expect(await bed.effects('a')).toEqual([1, 1])
  })

  test('the handler works in the event’s trace, and its own events name their cause', async () => {
    const record = countedRecord('a', 1)
    const { promise, resolve } = Promise.withResolvers<unknown>()
    await consume(async () => resolve(findTrace()))
    await deliver(record)
    expect(await promise).toMatchObject({
      traceparent: record.headers.traceparent,
      correlationId: 'corr',
      causationId: record.headers.ce_id,
    })
  })

  test('a consumer skips events that it has no handler for, and ignores unknown fields', async () => {
    await consume(write)
    await deliver(
      countedRecord('a', 1, { headers: { ce_id: 'evt_x', ce_type: 'test.unheard-of' } }),
      countedRecord('a', 2, { value: '{"counterId":"a","n":2,"later":true}' }),
    )
    expect(await bed.effects('a')).toEqual([2])
    expect(await letters()).toEqual([])
  })

  test('a message with an unknown error is tried five times and dead-lettered, and other keys are handled within 5 s', async () => {
    await consume(async ({ tx, message }) => {
      if (message.key === 'poison') throw new Error('a defect')
      await write({ tx, message, deps: {} })
    })
    const since = performance.now()
    await transport.send(
      [countedRecord('poison', 1), ...Array.from({ length: 20 }, (_, n) => countedRecord(`key-${n}`, n))],
      () => undefined,
    )
    await eventually('the others are through', async () => (await bed.effects('key-19')).length === 1)
    expect(performance.now() - since).toBeLessThan(5000)
    await eventually('the poison is dead', async () => (await letters()).length === 1)
    expect(await letters()).toMatchObject([
      { reason: 'exhausted', attempts: 5, partition_key: 'poison', error: 'Error: a defect' },
    ])
    expect(outcomes.filter((outcome) => outcome === 'retried')).toHaveLength(4)
  })

  test.each([
    ['an expected failure', async () => Promise.reject(new AppError('conflict')), {}, 'permanent'],
    ['data that does not fit', write, { value: '{"counterId":"a","n":-4}' }, 'invalid'],
    ['a value that is not JSON', write, { value: 'hello' }, 'invalid'],
  ] satisfies [string, Handler<Counted, object>, Partial<WireRecord>, string][])(
    '%s is dead-lettered at once',
    async (_, handle, change, reason) => {
      await consume(handle)
      await deliver(countedRecord('a', 1, change))
      expect(await letters()).toMatchObject([{ reason, attempts: 1 }])
    },
  )

  test('a record without an id, or with a key that no column can hold, becomes a dead letter of its own', async () => {
    await consume(write)
    const nameless = (n: number) => countedRecord('ключ'.repeat(40), n, { headers: { ce_type: 'test.counted' } })
    await deliver(nameless(1), nameless(2), nameless(1))
    const kept = await letters()
    expect(kept.map(({ reason }) => reason)).toEqual(['invalid', 'invalid'])
    for (const { event_id, partition_key } of kept)
      expect([event_id, partition_key]).toEqual([expect.stringMatching(/^odd_/), expect.stringMatching(/^odd_/)])
  })

  test('a dead letter is a row and a record on the topic’s dead-letter topic, with its own headers and the reason', async () => {
    await consume(async () => Promise.reject(new AppError('conflict', { detail: 'too late' })))
    const record = countedRecord('a', 1)
    await deliver(record, record)
    const rows = await bed.db.rows<{
      topic: string
      payload: string
      headers: string
    }>`SELECT topic, payload, headers FROM outbox_event`
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ topic: 'order.events.dlq', payload: record.value })
    expect(JSON.parse(rows[0]?.headers ?? '{}')).toMatchObject({
      extra: {
        ce_id: record.headers.ce_id,
        ce_type: 'test.counted',
        'dead-letter-consumer': 'order',
        'dead-letter-reason': 'permanent',
        'dead-letter-error': 'AppError: too late',
      },
    })
    expect(await letters()).toHaveLength(1)
  })

  test('a failed try of a handler has no effect, and the try that succeeds has one', async () => {
    let tries = 0
    await consume(async ({ tx, message }) => {
      await write({ tx, message, deps: {} })
      tries += 1
      if (tries < 4) throw new Error('not yet')
    })
    await deliver(countedRecord('a', 1))
    expect(await bed.effects('a')).toEqual([1])
    expect(await letters()).toEqual([])
  })

  test('a consumer waits for a database that is away: no message is dead-lettered, and none is lost', async () => {
    await using proxy = await proxyOf(bed.url)
    const far = await openDatabase({ url: proxy.through(bed.url), poolSize: 4 })
    await consume(write, { db: far })
    await deliver(countedRecord('a', 1))
    proxy.refuse()
    await transport.send([countedRecord('a', 2), countedRecord('a', 3), countedRecord('b', 1)], () => undefined)
    await eventually('it is being retried', () => outcomes.filter((outcome) => outcome === 'retried').length >= 3, 20_000)
    proxy.resume()
    await eventually(
      'everything is handled',
      async () => (await bed.effects('a')).length === 3 && (await bed.effects('b')).length === 1,
      20_000,
    )
    expect(await bed.effects('a')).toEqual([1, 2, 3])
    expect(await letters()).toEqual([])
    await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()))
    await far.close()
  })

  test('a consumer waits for a lock as long as it is held, and only the events of its key wait', async () => {
    await bed.db.run`INSERT INTO effect (counter, n) VALUES ('locked', 0)`
    const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const holder = bed.db.tx(async (tx) => {
      await tx.run`UPDATE effect SET n = 1 WHERE counter = 'locked'`
      held.resolve()
      await release.promise
    })
    await held.promise
    await consume(async ({ tx, message }) => {
      if (message.key === 'waits') await tx.run`UPDATE effect SET n = n + 1 WHERE id = 1`
      await write({ tx, message, deps: {} })
    })
    await transport.send([countedRecord('waits', 1), countedRecord('free', 1)], () => undefined)
    await eventually('the free key is handled', async () => (await bed.effects('free')).length === 1, 3000)
    release.resolve()
    await holder
    await eventually('the waiting one follows', async () => (await bed.effects('waits')).length === 1, 20_000)
    expect(await letters()).toEqual([])
  })
})
