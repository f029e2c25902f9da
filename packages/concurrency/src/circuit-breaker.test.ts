// What a circuit breaker guarantees: when it opens, how often it is tried, and what closes it.
import { expect, test } from 'vitest'
import { createCircuitBreaker } from './circuit-breaker.ts'

const bench = () => {
  let now = 1000
  const breaker = createCircuitBreaker({ failureThreshold: 3, openMs: 2000, nowMs: () => now })
  const fail = (times: number) => {
    for (let failure = 0; failure < times; failure++) breaker.recordFailure()
  }
  const pass = (ms: number) => {
    now += ms
  }
  return { breaker, fail, pass }
}

test('failures between successes never open the circuit', () => {
  const { breaker, fail } = bench()
  for (let round = 0; round < 10; round++) {
    fail(2)
    breaker.recordSuccess()
  }
  expect([breaker.canCall(), breaker.isOpen()]).toEqual([true, false])
})

test('failures in a row open the circuit, and after each pause one trial call may pass', () => {
  const { breaker, fail, pass } = bench()
  fail(2)
  expect(breaker.canCall()).toBe(true)
  fail(1)
  expect([breaker.canCall(), breaker.isOpen()]).toEqual([false, true])
  pass(1999)
  expect(breaker.canCall()).toBe(false)
  pass(1)
  expect([breaker.canCall(), breaker.canCall()]).toEqual([true, false])
  pass(2000)
  expect([breaker.canCall(), breaker.canCall()]).toEqual([true, false])
})

test('a trial call that fails keeps the circuit open, one that succeeds closes it', () => {
  const { breaker, fail, pass } = bench()
  fail(3)
  pass(2000)
  expect(breaker.canCall()).toBe(true)
  pass(500)
  breaker.recordFailure()
  pass(1999)
  expect(breaker.canCall()).toBe(false)
  pass(1)
  expect(breaker.canCall()).toBe(true)
  breaker.recordSuccess()
  expect([breaker.isOpen(), breaker.canCall(), breaker.canCall()]).toEqual([false, true, true])
})
