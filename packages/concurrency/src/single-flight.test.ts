// What a single flight guarantees: one call for those who ask at the same time, and a new one afterwards.
import { expect, test } from 'vitest'
import { createSingleFlight } from './single-flight.ts'

test('callers of one key share a call, callers of another do not', async () => {
  const flight = createSingleFlight<number>()
  let calls = 0
  const work = async () => {
    calls += 1
    return calls
  }
  expect(await Promise.all([flight.run('a', work), flight.run('a', work), flight.run('b', work)])).toEqual([1, 1, 2])
})

test('a call that has ended, well or badly, is not joined', async () => {
  const flight = createSingleFlight<string>()
  const failing = () => flight.run('a', () => Promise.reject(new Error('away')))
  const outcomes = await Promise.allSettled([failing(), failing()])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await flight.run('a', async () => 'back')).toBe('back')
  expect(await flight.run('a', async () => 'again')).toBe('again')
})
