// Whoever survives is no suspect: an event that comes once more after a crash is known, however often the process died beside it.
import { eventually } from '@cartwright/testing'
import { expect, test } from 'vitest'
import { type Outcome, on, startConsumer } from './consume.ts'
import { countedRecord, counterEvents, type Testbed, testbed } from './testbed.fixture.ts'
import { memoryTransport } from './transport/memory.ts'
import type { WireRecord } from './wire.ts'

const { counted } = counterEvents()

/** A start after an unclean end that meets the record once more and ends badly too: its row in `consumer_run` stays. */
const meet = async (bed: Testbed, owner: string, record: WireRecord, parks: boolean): Promise<Outcome[]> => {
  const transport = memoryTransport()
  const outcomes: Outcome[] = []
  await startConsumer({
    db: bed.db,
    transport,
    group: 'order',
    owner,
    deps: {},
    log: bed.log,
    parks,
    handlers: [on(counted, (tx, { data }) => bed.effect(tx, data))],
    observe: (_, outcome) => outcomes.push(outcome),
  })
  await transport.send([record], () => undefined)
  await eventually('it is done with', () => !transport.busy())
  await transport.close()
  return outcomes
}

test.each([false, true])('an event that was taken before is a duplicate after every crash (keeps order: %s)', async (parks) => {
  await using bed = await testbed()
  const record = countedRecord('a', 1)
  const met: Outcome[] = []
  for (const owner of ['one', 'two', 'three', 'four', 'five', 'six']) met.push(...(await meet(bed, owner, record, parks)))
  expect(met).toEqual(['handled', ...Array.from({ length: 5 }, () => 'duplicate')])
  expect(await bed.effects('a')).toEqual([1])
  expect(await bed.db.rows`SELECT * FROM delivery_attempt`).toEqual([])
  expect(await bed.db.rows`SELECT * FROM dead_letter`).toEqual([])
})
