// What the offset tracker guarantees: the committed offset never passes a record that is not done.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { offsetTracker } from './offsets.ts'

test('the floor is the lowest offset that is not done, in whatever order records finish', () => {
  const order = fc.uniqueArray(fc.nat({ max: 40 }), { minLength: 1 })
  fc.assert(
    fc.property(order, fc.integer({ min: 0, max: 40 }), (finishing, count) => {
      const tracker = offsetTracker()
      const begun = [...finishing].sort((a, b) => a - b)
      for (const offset of begun) tracker.begin(offset)
      const done = new Set(finishing.slice(0, count))
      for (const offset of done) tracker.done(offset)
      const lowest = begun.find((offset) => !done.has(offset))
      expect(tracker.floor()).toBe(lowest ?? (begun.at(-1) ?? 0) + 1)
    }),
  )
})

test('a tracker has no floor before an offset has begun', () => {
  expect(offsetTracker().floor()).toBeNull()
  expect(offsetTracker().span()).toBe(0)
})

test('a rewind lowers the floor again', () => {
  const tracker = offsetTracker()
  tracker.begin(10)
  tracker.begin(11)
  tracker.done(10)
  tracker.begin(7)
  expect(tracker.floor()).toBe(7)
  tracker.done(7)
  expect(tracker.floor()).toBe(11)
  expect(tracker.span()).toBe(1)
})
