// What a consumer guarantees while the database fails: it waits without limit and dead-letters no message.
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { countedRecord, counterEvents, type Testbed, testbed } from '../testbed.fixture.ts'
import { memoryTransport } from '../transport/memory.ts'
import { startConsumer } from './consumer.ts'
import { on } from './event-handler.ts'

const { counted } = counterEvents()
let bed: Testbed
beforeEach(async () => {
  bed = await testbed()
})
afterEach(() => bed[Symbol.asyncDispose]())

test('a failure of the database never counts as a failure of the message', async () => {
  const transport = memoryTransport()
  let tries = 0
  const consumer = await startConsumer({
    db: bed.db,
    transport,
    group: 'order',
    owner: 'order-1',
    handlers: [
      on(counted, async ({ tx, message: { data } }) => {
        tries += 1
        if (tries < 8) throw Object.assign(new Error('too many connections'), { errno: 1040 })
        await bed.effect(tx, data)
      }),
    ],
    deps: {},
    log: bed.log,
  })
  await transport.send([countedRecord('a', 1)], () => undefined)
  await eventually('it is done with', () => !transport.busy(), 25_000)
  expect(tries).toBe(8)
  expect(await bed.effects('a')).toEqual([1])
  expect(await bed.db.rows`SELECT id FROM dead_letter`).toEqual([])
  await consumer.stop()
  await transport.close()
})
