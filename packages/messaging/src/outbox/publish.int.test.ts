// What publish guarantees: outbox rows with versions, valid data and a trace, in the transaction of the caller, or none.
import { newTrace, runInTrace } from '@cartwright/telemetry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { counterEvents, type Testbed, testbed } from '../testbed.fixture.ts'
import { InvalidEvent } from '../validate.ts'
import { publish } from './publish.ts'

const { counted, reset } = counterEvents()
let bed: Testbed

beforeAll(async () => {
  bed = await testbed()
})
afterAll(() => bed[Symbol.asyncDispose]())

interface Row {
  aggregate_version: number
  event_type: string
  payload: string
  headers: string
  topic: string
}
const rowsOf = (counterId: string) =>
  bed.db
    .rows<Row>`SELECT aggregate_version, event_type, payload, headers, topic FROM outbox_event WHERE aggregate_id = ${counterId} ORDER BY id`

test('the events of an aggregate have consecutive versions over transactions, and several in one keep their order', async () => {
  await bed.count('c1', 1)
  await bed.db.tx(async (tx) => {
    await publish(tx, counted, { counterId: 'c1', n: 2 })
    await publish(tx, reset, { counterId: 'c1', n: 0 })
    await publish(tx, counted, { counterId: 'other', n: 9 })
  })
  expect((await rowsOf('c1')).map((row) => [row.aggregate_version, row.event_type])).toEqual([
    [1, 'test.counted'],
    [2, 'test.counted'],
    [3, 'test.reset'],
  ])
  expect((await rowsOf('other'))[0]).toMatchObject({ aggregate_version: 1, topic: 'order.events' })
})

test('concurrent publishers of one aggregate leave no gap and no duplicate version, and ids follow versions', async () => {
  await Promise.all(Array.from({ length: 30 }, (_, n) => bed.count('busy', n)))
  expect((await rowsOf('busy')).map((row) => row.aggregate_version)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
})

test('data that does not fit the contract aborts the whole transaction', async () => {
  const wrong = bed.db.tx(async (tx) => {
    await bed.effect(tx, { counterId: 'bad', n: 1 })
    await publish(tx, counted, { counterId: 'bad', n: -1 })
  })
  await expect(wrong).rejects.toBeInstanceOf(InvalidEvent)
  expect(await bed.effects('bad')).toEqual([])
  expect(await rowsOf('bad')).toEqual([])
})

test('data that is larger than brokers accept aborts the transaction', async () => {
  const huge = bed.db.tx((tx) => publish(tx, counted, { counterId: 'huge'.repeat(300_000), n: 1 }))
  await expect(huge).rejects.toThrow('more than 900000 bytes')
})

test('an event that is rolled back is not published and takes no version', async () => {
  const broken = bed.db.tx(async (tx) => {
    await publish(tx, counted, { counterId: 'back', n: 1 })
    throw new Error('no')
  })
  await expect(broken).rejects.toThrow('no')
  await bed.count('back', 2)
  expect((await rowsOf('back')).map((row) => row.aggregate_version)).toEqual([1])
})

test('an event carries the trace of the work that published it', async () => {
  const trace = newTrace('request-1')
  await runInTrace(trace, () => bed.count('traced', 1))
  const [row] = await rowsOf('traced')
  expect(JSON.parse(row?.headers ?? '{}')).toMatchObject({ traceparent: trace.traceparent, correlationId: 'request-1' })
})
