// Ids: their order and their uniqueness.
import { expect, test } from 'vitest'
import { idFactory, smallestId } from './ids.ts'

test('ids carry their prefix and sort by the time of their creation', () => {
  let now = Date.UTC(2026, 0, 1)
  const newId = idFactory(() => now)
  const first = newId('ord')
  now += 1
  const second = newId('ord')
  expect(first).toMatch(/^ord_[0-9a-hjkmnp-tv-z]{26}$/)
  expect(first < second).toBe(true)
})

test('ids of the same millisecond differ, and sort in the order of their creation', () => {
  const newId = idFactory(() => 0)
  const ids = Array.from({ length: 10_000 }, () => newId('evt'))
  expect(new Set(ids).size).toBe(10_000)
  expect([...ids].sort()).toEqual(ids)
})

test('ids of two factories in the same millisecond share nothing but the time', () => {
  const [one, other] = [idFactory(() => 0), idFactory(() => 0)]
  expect(one('ord').slice(14, 20)).not.toBe(other('ord').slice(14, 20))
})

test('every id of a millisecond lies between its smallest id and that of the next one', () => {
  const id = idFactory(() => 1000)('pay')
  expect(smallestId('pay', 1000) < id && id < smallestId('pay', 1001)).toBe(true)
})
