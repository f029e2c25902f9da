// Ids: their order and their uniqueness.
import { expect, test } from 'vitest'
import { idFactory } from './ids.ts'

test('ids carry their prefix and sort by the time of their creation', () => {
  let now = Date.UTC(2026, 0, 1)
  const newId = idFactory(() => now)
  const first = newId('ord')
  now += 1
  const second = newId('ord')
  expect(first).toMatch(/^ord_[0-9a-hjkmnp-tv-z]{26}$/)
  expect(first < second).toBe(true)
})

test('ids of the same millisecond differ', () => {
  const newId = idFactory(() => 0)
  expect(new Set(Array.from({ length: 10_000 }, () => newId('evt'))).size).toBe(10_000)
})
