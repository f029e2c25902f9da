// Invariants while a service runs: a row that is corrupted shows in the metrics at the next check, once, and is gone when it is mended.
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '@cartwright/db'
import { invariant, maxViolations } from '@cartwright/messaging'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTiny } from '../lifecycle/tiny-service.fixture.ts'

const customer = { id: 'usr_1', role: 'customer', email: 'anna@example.com' } as const
const logFile = join(tmpdir(), `cartwright-invariants-${process.pid}.log`)
let broken = false

const tinyInvariants = [
  invariant<{ db: Database }>({
    name: 'T1-things-are-sound',
    sentence: 'no thing is cracked',
    find: async ({ deps: { db } }) => {
      if (broken) throw new Error('cannot look')
      const rows = await db.rows<{ id: string }>`SELECT id FROM thing WHERE name LIKE 'cracked%'`
      return rows.map(({ id }) => ({ id, description: `${id} is cracked` }))
    },
  }),
]

let tiny: UnderTest
beforeAll(async () => {
  tiny = await startUnderTest(makeTiny({ invariants: tinyInvariants }), {
    env: { ORDER_COLOUR: 'red', INVARIANTS_EVERY_SEC: '30', LOG_LEVEL: 'warn' },
    logFile,
  })
  await tiny.as(customer).post('/v1/things', { name: 'a cup' })
  await tiny.idle()
})
afterAll(async () => {
  await tiny.stop()
  rmSync(logFile, { force: true })
})

const value = async (metric: string, name: string): Promise<number | null> => {
  const page = await (await fetch(tiny.running.metricsUrl)).text()
  const line = page
    .split('\n')
    .find((candidate) => candidate.startsWith(`${metric}{`) && candidate.includes(`invariant="${name}"`))
  return line === undefined ? null : Number(line.split(' ').at(-1))
}
const both = async (name: string) => ({
  now: await value('cartwright_invariant_violations', name),
  total: await value('cartwright_invariant_violations_total', name),
})
/** Lets the next check fall due. */
const check = async (): Promise<void> => {
  await tiny.clock.advance('31s')
  await tiny.idle()
}
const lines = () =>
  readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"invariant"'))
    .map((line) => JSON.parse(line))

test('a process checks invariants first after one interval, so that work from a downtime is no violation', async () => {
  expect(await both('T1-things-are-sound')).toEqual({ now: null, total: 0 })
  await check()
  expect(await both('T1-things-are-sound')).toEqual({ now: 0, total: 0 })
  expect(await both('I4-outbox-published')).toEqual({ now: 0, total: 0 })
})

test('a violation shows at the next check, is counted and logged once, and disappears when it is repaired', async () => {
  await tiny.sql("UPDATE thing SET name = 'cracked'")
  await check()
  await check()
  expect(await both('T1-things-are-sound')).toEqual({ now: 1, total: 1 })
  await expect.poll(lines).toMatchObject([
    {
      'log.level': 'error',
      message: 'invariants: not true any more: no thing is cracked',
      cartwright: { invariant: 'T1-things-are-sound' },
    },
  ])
  await tiny.sql("UPDATE thing SET name = 'a cup'")
  await check()
  expect(await both('T1-things-are-sound')).toEqual({ now: 0, total: 1 })
})

test('a violation that returns after its repair is counted and logged again', async () => {
  await tiny.sql("UPDATE thing SET name = 'cracked'")
  await check()
  expect(await both('T1-things-are-sound')).toEqual({ now: 1, total: 2 })
  await expect.poll(lines).toHaveLength(2)
  await tiny.sql("UPDATE thing SET name = 'a cup'")
  await check()
})

test('an invariant that cannot be checked is unknown and not zero, logs that once, and does not stop the others', async () => {
  broken = true
  await tiny.sql('UPDATE aggregate_version SET version = version + 1')
  await check()
  await check()
  broken = false
  expect(await both('T1-things-are-sound')).toEqual({ now: null, total: 2 })
  expect(await both('I9-aggregate-versions')).toEqual({ now: 1, total: 1 })
  await expect.poll(() => lines().filter((line) => line['log.level'] === 'warn')).toHaveLength(1)
  await tiny.sql('UPDATE aggregate_version SET version = version - 1')
})

test('the invariants of messaging find a missing event and a stuck saga', async () => {
  const [{ id: thingId }] = await tiny.sql('SELECT id FROM thing')
  for (const version of [2, 3]) {
    await tiny.sql(`INSERT INTO outbox_event (event_id, aggregate_type, aggregate_id, aggregate_version, event_type, schema_version, topic, partition_key, payload, headers, occurred_at, available_at, published_at)
      SELECT 'evt_${version}', aggregate_type, aggregate_id, ${version}, event_type, schema_version, topic, partition_key, payload, headers, occurred_at, available_at, published_at FROM outbox_event WHERE aggregate_version = 1`)
  }
  await tiny.sql('UPDATE aggregate_version SET version = 3')
  await tiny.sql("DELETE FROM outbox_event WHERE event_id = 'evt_2'")
  await tiny.sql(`INSERT INTO saga_instance (saga, id, state, headers, started_at, updated_at, deadline_at)
    VALUES ('forgotten', '${thingId}', 'waiting', '{}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 1 HOUR)`)
  await check()
  expect(await value('cartwright_invariant_violations', 'I9-aggregate-versions')).toBe(1)
  expect(await value('cartwright_invariant_violations', 'I7-saga-deadlines')).toBe(1)
})

test(`no more than ${maxViolations} are kept, and a replica that does not check any more says nothing`, async () => {
  const rows = Array.from({ length: maxViolations + 10 }, (_, index) => `('thg_n${index}', 'cracked ${index}', 'usr_1')`)
  await tiny.sql(`INSERT INTO thing (id, name, owner) VALUES ${rows.join(', ')}`)
  await check()
  expect(await value('cartwright_invariant_violations', 'T1-things-are-sound')).toBe(maxViolations)
  await tiny.sql("UPDATE lease SET owner = 'another', expires_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE name = 'invariants'")
  await tiny.clock.advance('2m')
  await tiny.idle()
  expect(await value('cartwright_invariant_violations', 'T1-things-are-sound')).toBeNull()
})

test('no invariant is checked with an interval of zero', async () => {
  await using quiet = await startUnderTest(makeTiny(), { env: { ORDER_COLOUR: 'red', INVARIANTS_EVERY_SEC: '0' } })
  expect(await (await fetch(quiet.running.metricsUrl)).text()).not.toContain('cartwright_invariant_violations')
})
