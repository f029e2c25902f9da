// When the circuit lets pass.
import { describe, expect, test } from 'vitest'
import { circuit } from './circuit.ts'

describe('the circuit', () => {
  test('opens after failed connections in a row and lets one probe pass after each pause', () => {
    const breaker = circuit({ threshold: 3, openMs: 1000 })
    for (let n = 0; n < 3; n++) {
      expect(breaker.admits(0)).toBe(true)
      breaker.refused(0)
    }
    expect([1, 999].map((ms) => breaker.admits(ms))).toEqual([false, false])
    expect([1000, 1001, 1999, 2000].map((ms) => breaker.admits(ms))).toEqual([true, false, false, true])
    breaker.connected()
    expect([2001, 2002].map((ms) => breaker.admits(ms))).toEqual([true, true])
  })
  test('a connection in between begins the count anew', () => {
    const breaker = circuit({ threshold: 2, openMs: 1000 })
    breaker.refused(0)
    breaker.connected()
    breaker.refused(0)
    expect(breaker.admits(1)).toBe(true)
  })
})
