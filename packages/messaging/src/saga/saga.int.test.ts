// What the saga runner guarantees: state, deadline and effects in one transaction, and a deadline that fires once among many replicas.
import { eventually } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Testbed, testbed } from '../testbed.fixture.ts'
import type { Worker } from '../worker.ts'
import { countOverdueSagas, measureSagaStates } from './queries.ts'
import { type EffectContext, type Effects, runSaga } from './runner.ts'
import { type Effect, purchase } from './saga.fixture.ts'

interface Deps {
  config: { reserveTimeoutSec: number; payingTimeoutSec: number }
  sessionEnds: Date | null
}
const config = { reserveTimeoutSec: 60, payingTimeoutSec: 600 }
let bed: Testbed
let broken: boolean
const workers: Worker[] = []
const names: Effect[] = ['askStock', 'releaseStock', 'askPayment', 'rememberDeadline', 'confirm', 'refund']

const effects = Object.fromEntries(
  names.map((name, n) => [
    name,
    async ({ tx, id, deps, setDeadline }: EffectContext<undefined, Deps>) => {
      await bed.effect(tx, { counterId: id, n })
      if (name === 'rememberDeadline' && deps.sessionEnds) setDeadline(deps.sessionEnds)
      if (broken && name === 'askStock') throw new Error('a defect')
    },
  ]),
) as Effects<typeof purchase, Deps>
const saga = runSaga(purchase, effects)
const deps: Deps = { config, sessionEnds: null }

beforeEach(async () => {
  bed = await testbed()
  broken = false
})
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()))
  await bed[Symbol.asyncDispose]()
})

const start = (id: string) => bed.db.tx((tx) => saga.start(tx, id, deps, ['askStock']))
const feed = (id: string, input: 'reserved' | 'opened' | 'paid' | 'cancelAsked', by = deps) =>
  bed.db.tx((tx) => saga.feed(tx, id, input, {}, by))
const timer = (): Worker => {
  const worker = saga.startTimer(bed.db, deps, bed.log)
  workers.push(worker)
  return worker
}
const effectsOf = async (id: string) => (await bed.effects(id)).map((n) => names[n])
const standing = (id: string) =>
  bed.db.one<{
    state: string
    remaining: number | null
  }>`SELECT state, TIMESTAMPDIFF(SECOND, ${bed.db.dbNow}, deadline_at) AS remaining FROM saga_instance WHERE id = ${id}`

test('an instance begins, moves and ends, each step with its effects and its deadline', async () => {
  await start('p1')
  expect(await standing('p1')).toMatchObject({ state: 'reserving', remaining: 59 })
  expect(await feed('p1', 'reserved')).toBe('paying')
  expect((await standing('p1'))?.remaining).toBeGreaterThan(590)
  expect(await feed('p1', 'paid')).toBe('done')
  expect(await standing('p1')).toMatchObject({ state: 'done', remaining: null })
  expect(await effectsOf('p1')).toEqual(['askStock', 'askPayment', 'confirm'])
})

test('an input changes nothing when the state ignores it or no instance exists', async () => {
  await start('p1')
  expect(await feed('p1', 'paid')).toBeNull()
  expect(await feed('unknown', 'paid')).toBeNull()
  expect(await standing('p1')).toMatchObject({ state: 'reserving' })
})

test('a deadline repeats its effects with a fresh deadline, then gives up and compensates', async () => {
  await start('p1')
  const worker = timer()
  for (let round = 0; round < 3; round++) {
    bed.advance(61_000)
    await worker.tick()
  }
  expect(await effectsOf('p1')).toEqual(['askStock', 'askStock', 'askStock', 'releaseStock'])
  expect(await standing('p1')).toMatchObject({ state: 'cancelled', remaining: null })
})

test('an effect may set the deadline of its state', async () => {
  await start('p1')
  await feed('p1', 'reserved')
  await feed('p1', 'opened', { config, sessionEnds: new Date(Date.now() + 5000) })
  const left = (await standing('p1'))?.remaining ?? 0
  expect(left).toBeGreaterThanOrEqual(3)
  expect(left).toBeLessThanOrEqual(5)
})

test('a step that only stays keeps the deadline that stands', async () => {
  await start('p1')
  await feed('p1', 'reserved')
  bed.advance(300_000)
  await feed('p1', 'opened')
  expect((await standing('p1'))?.remaining).toBeLessThan(301)
})

test('many replicas fire a deadline once', async () => {
  await start('p1')
  await feed('p1', 'reserved')
  const replicas = [timer(), timer(), timer()]
  bed.advance(601_000)
  await Promise.all(replicas.map((replica) => replica.tick()))
  expect(await effectsOf('p1')).toEqual(['askStock', 'askPayment', 'releaseStock'])
  // A deadline that starts anew is not fired by a replica that had read the old one.
  await start('p2')
  bed.advance(61_000)
  await Promise.all(replicas.map((replica) => replica.tick()))
  expect(await effectsOf('p2')).toEqual(['askStock', 'askStock'])
})

test('of an input and a deadline at the same moment one comes first, and the other sees its result', async () => {
  for (let round = 0; round < 10; round++) {
    const id = `race-${round}`
    await start(id)
    await feed(id, 'reserved')
  }
  bed.advance(601_000)
  const worker = timer()
  await Promise.all([worker.tick(), ...Array.from({ length: 10 }, (_, round) => feed(`race-${round}`, 'paid'))])
  await worker.tick()
  for (let round = 0; round < 10; round++) {
    const id = `race-${round}`
    const done = (await standing(id))?.state === 'done'
    expect((await effectsOf(id)).slice(2)).toEqual(done ? ['confirm'] : ['releaseStock', 'refund'])
  }
})

test('a deadline whose effect fails is rolled back and fires again, and the others fire meanwhile', async () => {
  await start('bad')
  await start('good')
  await feed('good', 'reserved')
  bed.advance(601_000)
  broken = true
  const worker = timer()
  await worker.tick()
  expect(await standing('bad')).toMatchObject({ state: 'reserving' })
  expect(await standing('good')).toMatchObject({ state: 'cancelled' })
  broken = false
  await eventually('it fires again', async () => {
    await worker.tick()
    return (await effectsOf('bad')).length === 2
  })
})

test('the steps of an instance hold every input that it received, also ignored ones', async () => {
  await start('p1')
  await feed('p1', 'paid')
  await feed('p1', 'reserved')
  expect((await saga.steps(bed.db, 'p1')).map(({ input, from, to, effects: did }) => [input, from, to, did])).toEqual([
    ['paid', 'reserving', 'reserving', []],
    ['reserved', 'reserving', 'paying', ['askPayment']],
  ])
  expect(await saga.find(bed.db, 'p1')).toMatchObject({ state: 'paying', tries: 0 })
})

test('the measurement counts instances in states that do not end the saga, with their age, and those past their deadline', async () => {
  for (const id of ['p1', 'p2', 'p3']) await start(id)
  await feed('p2', 'reserved')
  await feed('p3', 'reserved')
  await feed('p3', 'paid')
  bed.advance(90_000)
  const states = await measureSagaStates(bed.db, purchase)
  expect([...states.keys()]).toEqual(['reserving', 'paying'])
  expect(states.get('reserving')?.instances).toBe(1)
  expect(states.get('reserving')?.oldestSec).toBeGreaterThanOrEqual(90)
  expect(states.get('paying')?.instances).toBe(1)
  expect(await countOverdueSagas(bed.db, 'purchase')).toBe(0)
  bed.advance(31_000)
  expect(await countOverdueSagas(bed.db, 'purchase')).toBe(1)
})
