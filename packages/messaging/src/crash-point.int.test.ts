// What a crash point guarantees: it is reached at the moment that its name says, and a crash there loses and doubles nothing.
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CrashPoint } from './crash-point.ts'
import { startConsumer } from './inbox/consumer.ts'
import { on } from './inbox/event-handler.ts'
import { enqueue } from './jobs/enqueue.ts'
import { job } from './jobs/job.ts'
import { startJobs } from './jobs/runner.ts'
import { startRelay } from './outbox/relay.ts'
import { acceptingTransport, countedRecord, counterEvents, type Testbed, testbed } from './testbed.fixture.ts'
import { memoryTransport } from './transport/memory.ts'

const { counted } = counterEvents()
let bed: Testbed
let reached: { point: CrashPoint; subject: string }[]
const crash = (point: CrashPoint, subject: string) => void reached.push({ point, subject })

beforeEach(async () => {
  bed = await testbed()
  reached = []
})
afterEach(() => bed[Symbol.asyncDispose]())

test('the crash points of a handler are reached around its commit and before its offset', async () => {
  const transport = memoryTransport()
  let settled = false
  const consumer = await startConsumer({
    db: bed.db,
    transport,
    group: 'order',
    owner: 'one',
    deps: {},
    log: bed.log,
    handlers: [on(counted, ({ tx, message: { data } }) => bed.effect(tx, data))],
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

test('a crash before the commit leaves nothing, one after it leaves the effect, and a redelivery adds none', async () => {
  for (const [dies, left] of [
    ['before-handler-commit', []],
    ['after-handler-commit', [1]],
  ] as const) {
    const key = `dies-${dies}`
    const record = countedRecord(key, 1)
    const dying = memoryTransport()
    const { promise: dead, resolve: die } = Promise.withResolvers<void>()
    const handlers = [on(counted, ({ tx, message: { data } }) => bed.effect(tx, data))]
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

test('the crash points of the relay are reached before a send and between acknowledgement and mark', async () => {
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

test('the crash points of a job are reached between effect and result and around the commit of the result', async () => {
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
        effect: async ({ item: { key } }) => effects.push(key),
        apply: ({ tx, item, result: n }) => bed.effect(tx, { counterId: item.key, n }),
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

test('a crash before the commit of a job’s result leaves nothing of it, one after it leaves all, and no result is applied twice', async () => {
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
          apply: ({ tx, item, result: n }) => bed.effect(tx, { counterId: item.key, n }),
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
