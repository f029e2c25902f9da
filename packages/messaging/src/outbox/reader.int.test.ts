// What the outbox reader guarantees: it returns each committed row once, and its cost follows what is new.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { counterEvents, type Testbed, testbed } from '../testbed.fixture.ts'
import { publish } from './publish.ts'
import { type OutboxReader, type OutboxRow, outboxReader } from './reader.ts'

const { counted } = counterEvents()
let bed: Testbed
let reader: OutboxReader
let now = 0

beforeEach(async () => {
  bed = await testbed()
  now = 0
  reader = outboxReader(bed.db, () => now)
})
afterEach(() => bed[Symbol.asyncDispose]())

const many = (key: string, count: number) =>
  bed.db.tx(async (tx) => {
    for (let n = 0; n < count; n++) await publish(tx, counted, { counterId: key, n })
  })
const keysOf = (rows: readonly OutboxRow[]) => rows.map((row) => row.partition_key)

test('rows that stay unpublished are read once', async () => {
  await many('blocked', 700)
  expect([(await reader.next(500)).length, (await reader.next(500)).length, (await reader.next(500)).length]).toEqual([
    500, 200, 0,
  ])
  await many('free', 2)
  expect(keysOf(await reader.next(500))).toEqual(['free', 'free'])
})

/** A transaction that has its outbox row and waits with the commit. */
const holding = async (key: string) => {
  const [inserted, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const done = bed.db.tx(async (tx) => {
    await publish(tx, counted, { counterId: key, n: 0 })
    const hold = async () => {
      // Behind the row, which was sent and not waited for.
      await tx.one`SELECT 1`
      inserted.resolve()
      await release.promise
    }
    tx.beforeCommit(Symbol('hold'), hold, true)
  })
  await inserted.promise
  return async () => {
    release.resolve()
    await done
  }
}

test('a row that is committed after rows with higher ids is found, from the first read on', async () => {
  const first = await holding('late-1')
  await many('a', 1)
  expect(keysOf(await reader.next(500))).toEqual(['a'])
  const second = await holding('late-2')
  await many('b', 1)
  expect(keysOf(await reader.next(500))).toEqual(['b'])
  await second()
  await first()
  expect(keysOf(await reader.next(500))).toEqual(['late-1', 'late-2'])
  expect(await reader.next(500)).toEqual([])
})

test('an id that stays absent is forgotten after a while', async () => {
  await expect(
    bed.db.tx(async (tx) => {
      await publish(tx, counted, { counterId: 'never', n: 0 })
      tx.beforeCommit(Symbol('fail'), async () => Promise.reject(new Error('no')))
    }),
  ).rejects.toThrow('no')
  await many('a', 1)
  expect(keysOf(await reader.next(500))).toEqual(['a'])
  now += 60_000
  expect(await reader.next(500)).toEqual([])
})

test('rows that could not be sent are returned again, in order, before newer ones', async () => {
  await many('a', 2)
  const rows = await reader.next(500)
  reader.unread(rows)
  await many('b', 1)
  expect(keysOf(await reader.next(500))).toEqual(['a', 'a', 'b'])
})

test('after a reset everything unpublished is read again', async () => {
  await many('a', 3)
  await reader.next(500)
  await bed.db.run`UPDATE outbox_event SET published_at = UTC_TIMESTAMP(6) LIMIT 1`
  reader.reset()
  expect(await reader.next(500)).toHaveLength(2)
})
