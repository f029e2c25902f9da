// Each named place is reached at the moment its name says: what is durable before it is, what comes after it is not.
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { on, startConsumer } from './consume.ts'
import type { CrashPoint } from './crash-point.ts'
import { job } from './job.ts'
import { startJobs } from './jobs.ts'
import { startRelay } from './relay.ts'
import { acceptingTransport, countedRecord, counterEvents, type Testbed, testbed } from './testbed.fixture.ts'
import { memoryTransport } from './transport/memory.ts'
import { enqueue } from './work-rows.ts'

const { counted } = counterEvents()
let bed: Testbed
let reached: { point: CrashPoint; subject: string }[]
const crash = (point: CrashPoint, subject: string) => void reached.push({ point, subject })

beforeEach(async () => {
  bed = await testbed()
  reached = []
})
afterEach(() => bed[Symbol.asyncDispose]())

test('around the commit of a handler, and before its offset', async () => {
  const transport = memoryTransport()
  let settled = false
  const consumer = await startConsumer({
    db: bed.db,
    transport,
    group: 'order',
    owner: 'one',
    deps: {},
    log: bed.log,
    handlers: [on(counted, (tx, { data }) => bed.effect(tx, data))],
    crash: (point, subject) => {
      crash(point, subject)
      expect(settled).toBe(false)
    },
  })
  const record = countedRecord('a', 1)
  await transport.send([record], () => {
    settled = true
  })
  await eventually('it is done with', () => !transport.busy())
  expect(reached.map(({ point }) => point)).toEqual([
    'before-handler-commit',
    'after-handler-commit',
    'after-commit-before-offset',
  ])
  expect(reached[0]?.subject).toBe('test.counted')
  await consumer.stop()
  await transport.close()
})

test('a death before the commit leaves nothing, one after it leaves the effect, and a redelivery has it once', async () => {
  for (const [dies, left] of [
    ['before-handler-commit', []],
    ['after-handler-commit', [1]],
  ] as const) {
    const key = `dies-${dies}`
    const record = countedRecord(key, 1)
    const dying = memoryTransport()
    const { promise: dead, resolve: die } = Promise.withResolvers<void>()
    const handlers = [on(counted, (tx, { data }, _: object) => bed.effect(tx, data))]
    await startConsumer({
      db: bed.db,
      transport: dying,
      group: 'order',
      owner: `dying-${dies}`.slice(0, 40),
      deps: {},
      log: bed.log,
      handlers,
      crash: (point) => {
        if (point !== dies) return
        die()
        throw Object.assign(new Error('killed'), { errno: 1317 })
      },
    })
    await dying.send([record], () => undefined)
    await dead
    await dying.close()
    expect(await bed.effects(key)).toEqual(left)
    const transport = memoryTransport()
    const consumer = await startConsumer({
      db: bed.db,
      transport,
      group: 'order',
      owner: `next-${dies}`.slice(0, 40),
      deps: {},
      log: bed.log,
      handlers,
    })
    await transport.send([record], () => undefined)
    await eventually('it is done with', () => !transport.busy())
    expect(await bed.effects(key)).toEqual([1])
    await consumer.stop()
    await transport.close()
  }
})

test('before the relay sends what it has read, and after the broker’s acknowledgement, before the mark', async () => {
  const transport = acceptingTransport()
  const sentBefore: unknown[] = []
  const relay = startRelay({
    db: bed.db,
    transport,
    owner: 'one',
    log: bed.log,
    crash: (point, subject) => {
      crash(point, subject)
      sentBefore.push(transport.sent.length)
      if (point === 'after-ack-before-mark') throw new Error('killed')
    },
  })
  await bed.count('a', 1)
  await eventually('it was reached', () => reached.length > 1)
  await relay.stop()
  expect(reached.slice(0, 2)).toEqual([
    { point: 'before-send', subject: 'test.counted' },
    { point: 'after-ack-before-mark', subject: 'test.counted' },
  ])
  expect(sentBefore.slice(0, 2)).toEqual([0, 1])
})

test('after a job’s effect, before its result, and around the commit of that', async () => {
  const effects: string[] = []
  const seen: number[][] = []
  const worker = startJobs({
    db: bed.db,
    deps: {},
    log: bed.log,
    crash: (point, subject) => {
      crash(point, subject)
      if (reached.length === 1) throw new Error('killed')
      if (point === 'after-job-commit') void bed.effects('a').then((there) => seen.push(there))
    },
    jobs: [
      job<{ counterId: string }, number, object>({
        kind: 'count',
        effect: async ({ key }) => effects.push(key),
        apply: (tx, item, n) => bed.effect(tx, { counterId: item.key, n }),
        backoffSec: () => 0,
      }),
    ],
  })
  await bed.db.tx((tx) => enqueue(tx, 'count', 'a', { counterId: 'a' }))
  await eventually('the commit was seen', () => seen.length === 1)
  expect([effects, seen]).toEqual([['a', 'a'], [[2]]])
  expect(reached.map(({ point }) => point)).toEqual([
    'after-effect-before-apply',
    'after-effect-before-apply',
    'before-job-commit',
    'after-job-commit',
  ])
  expect(new Set(reached.map(({ subject }) => subject))).toEqual(new Set(['count']))
  await worker.stop()
})

test('a death before the commit of a job’s result leaves nothing of it, one behind it leaves all, and neither applies it twice', async () => {
  for (const [dies, left] of [
    ['before-job-commit', []],
    ['after-job-commit', [7]],
  ] as const) {
    const key = `dies-${dies}`
    let dead = false
    const worker = startJobs({
      db: bed.db,
      deps: {},
      log: bed.log,
      crash: (point) => {
        if (dead || point !== dies) return
        dead = true
        throw new Error('killed')
      },
      jobs: [
        job<{ counterId: string }, number, object>({
          kind: 'count',
          effect: async () => 7,
          apply: (tx, item, n) => bed.effect(tx, { counterId: item.key, n }),
          backoffSec: () => 3600,
        }),
      ],
    })
    await bed.db.tx((tx) => enqueue(tx, 'count', key, { counterId: key }))
    await eventually('it died', () => dead)
    await worker.tick()
    expect(await bed.effects(key)).toEqual(left)
    await bed.db
      .run`UPDATE work_item SET available_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND, leased_until = NULL WHERE item_key = ${key}`
    await eventually('it is done', async () => {
      await worker.tick()
      return (await bed.db.one`SELECT id FROM work_item WHERE item_key = ${key} AND done_at IS NULL`) === null
    })
    expect(await bed.effects(key)).toEqual([7])
    await worker.stop()
  }
})
