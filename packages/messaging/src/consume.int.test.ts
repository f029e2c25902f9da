// Consuming: one effect per event, whatever is delivered twice, fails, or comes from a stranger; what cannot be handled is kept for an operator.
import { AppError } from '@cartwright/contracts'
import { openDatabase } from '@cartwright/db'
import { eventually, proxyOf } from '@cartwright/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Handler, listen, type Outcome, on, startConsumer, startListeners } from './consume.ts'
import { type Counted, countedRecord, counterEvents, type Testbed, testbed } from './testbed.fixture.ts'
import { findTrace } from './trace.ts'
import { memoryTransport } from './transport/memory.ts'
import type { RunningSubscription, Transport } from './transport/transport.ts'
import type { WireRecord } from './wire.ts'

const { counted } = counterEvents()
let bed: Testbed
let transport: Transport
let outcomes: Outcome[]
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
    parks: options.parks ?? false,
    observe: (_, outcome) => outcomes.push(outcome),
  })
  consumers.push(consumer)
  return consumer
}
const write: Handler<Counted, object> = (tx, { data }) => bed.effect(tx, data)
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

describe('one effect per event and consumer', () => {
  test('an event that is delivered three times has one effect', async () => {
    await consume(write)
    const record = countedRecord('a', 1)
    await deliver(record, record)
    await deliver(record)
    expect(await bed.effects('a')).toEqual([1])
    expect(outcomes).toEqual(['handled', 'duplicate', 'duplicate'])
  })

  test('two consumers have one effect each', async () => {
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
    expect(await promise).toEqual({
      traceparent: record.headers.traceparent,
      correlationId: 'corr',
      causationId: record.headers.ce_id,
    })
  })

  test('types that nobody registered are passed over, and unknown fields ignored', async () => {
    await consume(write)
    await deliver(
      countedRecord('a', 1, { headers: { ce_id: 'evt_x', ce_type: 'test.unheard-of' } }),
      countedRecord('a', 2, { value: '{"counterId":"a","n":2,"later":true}' }),
    )
    expect(await bed.effects('a')).toEqual([2])
    expect(await letters()).toEqual([])
  })
})

describe('trouble', () => {
  test('an unknown error is tried five times, then dead-lettered, while other keys flow within 5 s', async () => {
    await consume(async (tx, message) => {
      if (message.key === 'poison') throw new Error('a defect')
      await write(tx, message, {})
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

  test('a record without an id, or with a key that no column holds, is kept and does not stand for another', async () => {
    await consume(write)
    const nameless = (n: number) => countedRecord('ключ'.repeat(40), n, { headers: { ce_type: 'test.counted' } })
    await deliver(nameless(1), nameless(2), nameless(1))
    const kept = await letters()
    expect(kept.map(({ reason }) => reason)).toEqual(['invalid', 'invalid'])
    for (const { event_id, partition_key } of kept)
      expect([event_id, partition_key]).toEqual([expect.stringMatching(/^odd_/), expect.stringMatching(/^odd_/)])
  })

  test('a dead letter is a row and a record on the topic’s dead-letter topic, with its own headers and the reason', async () => {
    await consume(async () => Promise.reject(new AppError('conflict', 'too late')))
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

  test('a handler that fails has no effect, and one that recovers has one', async () => {
    let tries = 0
    await consume(async (tx, message) => {
      await write(tx, message, {})
      tries += 1
      if (tries < 4) throw new Error('not yet')
    })
    await deliver(countedRecord('a', 1))
    expect(await bed.effects('a')).toEqual([1])
    expect(await letters()).toEqual([])
  })

  test('a database that goes away is waited for: nothing is dead-lettered, nothing lost', async () => {
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

  test('a lock that is held for long is waited for, however often, and no key but its own waits', async () => {
    await bed.db.run`INSERT INTO effect (counter, n) VALUES ('locked', 0)`
    const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const holder = bed.db.tx(async (tx) => {
      await tx.run`UPDATE effect SET n = 1 WHERE counter = 'locked'`
      held.resolve()
      await release.promise
    })
    await held.promise
    await consume(async (tx, message) => {
      if (message.key === 'waits') await tx.run`UPDATE effect SET n = n + 1 WHERE id = 1`
      await write(tx, message, {})
    })
    await transport.send([countedRecord('waits', 1), countedRecord('free', 1)], () => undefined)
    await eventually('the free key is handled', async () => (await bed.effects('free')).length === 1, 3000)
    release.resolve()
    await holder
    await eventually('the waiting one follows', async () => (await bed.effects('waits')).length === 1, 20_000)
    expect(await letters()).toEqual([])
  })

  test('a listener that fails is passed over, and hears what comes next', async () => {
    const heard: number[] = []
    const listener = await startListeners(
      transport,
      'cache',
      [
        listen(counted, ({ data }) => {
          heard.push(data.n)
          if (data.n === 1) throw new Error('a defect')
        }),
      ],
      {},
      bed.log,
    )
    consumers.push(listener)
    await deliver(countedRecord('a', 1), countedRecord('a', 2))
    expect(heard).toEqual([1, 2])
    expect(bed.log.lines).toContainEqual({ level: 'warn', message: 'a listener failed' })
  })
})

describe('a message that kills the process', () => {
  /** A start of the process that dies while it handles `poison`: nothing commits, and nobody says good-bye. */
  const startThatDies = async (owner: string, others: WireRecord[], poison: WireRecord) => {
    const dying = memoryTransport()
    const reached = Promise.withResolvers<void>()
    await startConsumer({
      db: bed.db,
      transport: dying,
      group: 'order',
      owner,
      deps: {},
      log: bed.log,
      handlers: [
        on(counted, async (tx, message) => {
          if (message.id !== poison.headers.ce_id) return write(tx, message, {})
          reached.resolve()
          throw Object.assign(new Error('killed'), { errno: 1317 })
        }),
      ],
    })
    await dying.send([...others, poison], () => undefined)
    await reached.promise
    // The transport ends, the consumer does not: its row stays, as after a kill.
    await dying.close()
  }

  test('is dead-lettered on the fourth start, and whoever was under way beside it is handled', async () => {
    const poison = countedRecord('poison', 1)
    for (const owner of ['one', 'two', 'three']) await startThatDies(owner, [countedRecord(`beside-${owner}`, 1)], poison)
    let handled = 0
    await consume(
      async (tx, message) => {
        handled += 1
        await write(tx, message, {})
      },
      { owner: 'four' },
    )
    await deliver(poison, countedRecord('after', 1))
    expect(await letters()).toMatchObject([{ reason: 'crash_loop', partition_key: 'poison' }])
    expect(await bed.effects('poison')).toEqual([])
    expect(await bed.effects('after')).toEqual([1])
    expect(handled).toBe(1)
  })

  test('a process that ends well writes nothing beside its effects', async () => {
    const first = await consume(write, { owner: 'one' })
    await deliver(countedRecord('a', 1))
    await first.stop()
    await consume(write, { owner: 'two' })
    await deliver(countedRecord('a', 2))
    expect(await bed.db.rows`SELECT * FROM delivery_attempt`).toEqual([])
    expect(await bed.db.rows`SELECT owner FROM consumer_run`).toEqual([{ owner: 'two' }])
  })
})
