// What the poison detector guarantees: a message that crashes the process is dead-lettered, and no other message is.
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Counted, countedRecord, counterEvents, type Testbed, testbed } from '../testbed.fixture.ts'
import type { WireRecord } from '../transport/cloud-event.ts'
import { memoryTransport } from '../transport/memory.ts'
import { startConsumer } from './consumer.ts'
import { type Handler, type Outcome, on } from './event-handler.ts'

const { counted } = counterEvents()
let bed: Testbed
beforeEach(async () => {
  bed = await testbed()
})
afterEach(() => bed[Symbol.asyncDispose]())

const write: Handler<Counted, object> = ({ tx, message: { data } }) => bed.effect(tx, data)

/** A process of the group. `end` is an end without a crash; `crash` leaves the consumer's registration behind, as a kill does. */
const startProcess = async (owner: string, handle: Handler<Counted, object>, blockAggregateOnDeadLetter = false) => {
  const transport = memoryTransport()
  const outcomes: Outcome[] = []
  const consumer = await startConsumer({
    db: bed.db,
    transport,
    group: 'order',
    owner,
    deps: {},
    log: bed.log,
    blockAggregateOnDeadLetter,
    handlers: [on(counted, handle)],
    observe: ({ outcome }) => outcomes.push(outcome),
  })
  return {
    outcomes,
    send: (...records: WireRecord[]) => transport.send(records, () => undefined),
    deliver: async (...records: WireRecord[]) => {
      await transport.send(records, () => undefined)
      await eventually('the records are delivered', () => !transport.busy())
    },
    crash: () => transport.close(),
    end: async () => {
      await consumer.stop()
      await transport.close()
    },
  }
}

/** A process that crashes while it handles `poison`. */
const crashOn = async (owner: string, others: WireRecord[], poison: WireRecord) => {
  const reached = Promise.withResolvers<void>()
  const dying = await startProcess(owner, async ({ tx, message }) => {
    if (message.id !== poison.headers.ce_id) return write({ tx, message, deps: {} })
    reached.resolve()
    throw Object.assign(new Error('killed'), { errno: 1317 })
  })
  await dying.send(...others, poison)
  await reached.promise
  await dying.crash()
}

test('a message that crashes the process is dead-lettered on the fourth start, and messages beside it are handled', async () => {
  const poison = countedRecord('poison', 1)
  for (const owner of ['one', 'two', 'three']) await crashOn(owner, [countedRecord(`beside-${owner}`, 1)], poison)
  let handled = 0
  const fourth = await startProcess('four', async ({ tx, message }) => {
    handled += 1
    await write({ tx, message, deps: {} })
  })
  await fourth.deliver(poison, countedRecord('after', 1))
  expect(await bed.db.rows`SELECT reason, partition_key FROM dead_letter`).toEqual([
    { reason: 'crash_loop', partition_key: 'poison' },
  ])
  expect(await bed.effects('poison')).toEqual([])
  expect(await bed.effects('after')).toEqual([1])
  expect(handled).toBe(1)
  await fourth.end()
})

test('a process that ends without a crash leaves no rows of the detector behind', async () => {
  const first = await startProcess('one', write)
  await first.deliver(countedRecord('a', 1))
  await first.end()
  const second = await startProcess('two', write)
  await second.deliver(countedRecord('a', 2))
  expect(await bed.db.rows`SELECT * FROM delivery_attempt`).toEqual([])
  expect(await bed.db.rows`SELECT owner FROM consumer_run`).toEqual([{ owner: 'two' }])
  await second.end()
})

test.each([false, true])('an event that was handled is a duplicate after every crash (keeps order: %s)', async (keepsOrder) => {
  const record = countedRecord('a', 1)
  const outcomes: Outcome[] = []
  for (const owner of ['one', 'two', 'three', 'four', 'five', 'six']) {
    const process = await startProcess(owner, write, keepsOrder)
    await process.deliver(record)
    await process.crash()
    outcomes.push(...process.outcomes)
  }
  expect(outcomes).toEqual(['handled', ...Array.from({ length: 5 }, () => 'duplicate')])
  expect(await bed.effects('a')).toEqual([1])
  expect(await bed.db.rows`SELECT * FROM delivery_attempt`).toEqual([])
  expect(await bed.db.rows`SELECT * FROM dead_letter`).toEqual([])
})
