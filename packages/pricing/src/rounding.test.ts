// Rounding is exact at any size, and distributed parts add up.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distribute, percentOf, proportion } from './rounding.ts'

test.each([
  [1, 1, 2, 1, 1],
  [3, 1, 2, 1, 2],
  [1, 49, 100, 1, 0],
  [155, 10, 100, 1, 16],
  [1250, 5, 100, 10, 60],
  [1300, 5, 100, 10, 70],
  [99_899_999_001, 33_333, 100_000, 1, 33_299_666_667],
  [9_007_199_254_740_991, 1, 2, 1, 4_503_599_627_370_496],
])('%i × %i / %i in steps of %i is %i', (amount, numerator, denominator, step, expected) => {
  expect(proportion(amount, numerator, denominator, step)).toBe(expected)
})

test('a proportion is the exact one, rounded half up, for any amounts', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat(100_000), fc.constantFrom(1, 10, 100), (amount, part, step) => {
      const divisor = 100_000n * BigInt(step)
      const exact = ((2n * BigInt(amount) * BigInt(part) + divisor) / (2n * divisor)) * BigInt(step)
      fc.pre(exact <= BigInt(Number.MAX_SAFE_INTEGER))
      expect(BigInt(proportion(amount, part, 100_000, step))).toBe(exact)
    }),
  )
})

test('a hundred percent is the whole amount, and a percentage never more than it', () => {
  expect(percentOf(1255, 100, 10)).toBe(1255)
  expect(percentOf(6, 99.999, 10)).toBe(6)
})

test('parts add up to the amount, are near their exact shares, and do not depend on the order of the weights', () => {
  const weights = fc.array(fc.oneof(fc.nat(10), fc.nat(1_000_000_000)), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(weights, fc.nat(1_000_000), fc.constantFrom(1, 10), (sizes, steps, step) => {
      const keyed = sizes.map((weight, index) => ({ key: `k${String(index).padStart(2, '0')}`, weight }))
      const sum = sizes.reduce((total, size) => total + size, 0)
      fc.pre(sum > 0)
      const amount = steps * step
      const parts = distribute(amount, keyed, step)
      expect(parts.reduce((total, part) => total + part, 0)).toBe(amount)
      for (const [index, part] of parts.entries()) {
        expect(Math.abs(part - (amount * (sizes[index] ?? 0)) / sum)).toBeLessThan(step + 1e-6)
        if (steps <= sum) expect(part).toBeLessThanOrEqual((sizes[index] ?? 0) * step)
      }
      expect(distribute(amount, keyed.toReversed(), step)).toEqual(parts.toReversed())
    }),
  )
})

test('without weights nothing is distributed', () => {
  expect(distribute(100, [{ key: 'a', weight: 0 }])).toEqual([0])
  expect(distribute(100, [])).toEqual([])
})
