// What a time limit guarantees: the outcome of work that is in time, and an end of the wait for work that is not.
import { expect, test } from 'vitest'
import { waitAtMost, withTimeout } from './timeout.ts'

const never = new Promise<string>(() => undefined)
const late = () => new Error('late')

test('work that settles in time keeps its outcome', async () => {
  expect(await withTimeout(60_000, Promise.resolve('done'), late)).toBe('done')
  await expect(withTimeout(60_000, Promise.reject(new Error('broken')), late)).rejects.toThrow('broken')
})

test('work that takes too long ends in the error of its limit', async () => {
  await expect(withTimeout(5, never, late)).rejects.toThrow('late')
})

test('a bounded wait tells whether the work has settled, well or badly, and never throws', async () => {
  expect(await waitAtMost(60_000, Promise.resolve('done'))).toBe(true)
  expect(await waitAtMost(60_000, Promise.reject(new Error('broken')))).toBe(true)
  expect(await waitAtMost(5, never)).toBe(false)
})
