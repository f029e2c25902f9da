// Throttle: the delay after failures.
import { describe, expect, test } from 'vitest'
import { delaySec } from './throttle.ts'

describe('the delay after failures', () => {
  test('is zero for the free ones, then doubles up to 15 minutes', () => {
    expect([1, 5, 6, 7, 8, 14, 15, 16, 1000].map((failures) => delaySec(failures, 5))).toEqual([
      0, 0, 2, 4, 8, 512, 900, 900, 900,
    ])
  })
})
