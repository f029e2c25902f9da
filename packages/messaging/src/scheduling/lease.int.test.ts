// What a lease guarantees: one holder at a time, and a successor at once when the holder is done.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Testbed, testbed } from '../testbed.fixture.ts'
import { dropLease, takeLease, withLease } from './lease.ts'

let bed: Testbed
beforeAll(async () => {
  bed = await testbed()
})
afterAll(() => bed[Symbol.asyncDispose]())

test('a lease has one holder: a second one gets it after the first has given it up', async () => {
  expect(await takeLease(bed.db, 'one', 'a')).toBe(true)
  expect(await takeLease(bed.db, 'one', 'b')).toBe(false)
  expect(await takeLease(bed.db, 'one', 'a')).toBe(true)
  await dropLease(bed.db, 'one', 'a')
  expect(await takeLease(bed.db, 'one', 'b')).toBe(true)
})

test('work under a lease runs in one process at a time, and the lease is free again when the work fails', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const started = Promise.withResolvers<void>()
  const first = withLease(bed.db, 'two', async () => {
    started.resolve()
    await promise
    throw new Error('failed')
  })
  await started.promise
  let runs = 0
  const count = async () => void runs++
  expect(await withLease(bed.db, 'two', count)).toBe(false)
  resolve()
  await expect(first).rejects.toThrow('failed')
  expect(await withLease(bed.db, 'two', count)).toBe(true)
  expect(runs).toBe(1)
})
