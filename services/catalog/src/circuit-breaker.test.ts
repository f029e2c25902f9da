// The breaker around Elasticsearch: opens after failures in a row, lets one caller try, closes when that works.
import { expect, test } from 'vitest'
import { circuitBreaker } from './circuit-breaker.ts'

const aBreaker = () => {
  let now = 1000
  return {
    breaker: circuitBreaker({ failures: 3, openMs: 2000, nowMs: () => now }),
    pass: (ms: number) => {
      now += ms
    },
  }
}

test('single failures between successes never open it', () => {
  const { breaker } = aBreaker()
  for (let round = 0; round < 10; round++) {
    breaker.failed()
    breaker.failed()
    breaker.succeeded()
  }
  expect(breaker.allows()).toBe(true)
})

test('three failures in a row open it until the time is up, then one caller may try', () => {
  const { breaker, pass } = aBreaker()
  for (let failure = 0; failure < 3; failure++) breaker.failed()
  expect(breaker.allows()).toBe(false)
  pass(2000)
  expect(breaker.allows()).toBe(true)
  expect(breaker.allows()).toBe(false)
})

test('a trial that fails keeps it open, one that works closes it', () => {
  const { breaker, pass } = aBreaker()
  for (let failure = 0; failure < 3; failure++) breaker.failed()
  pass(2000)
  expect(breaker.allows()).toBe(true)
  breaker.failed()
  expect(breaker.allows()).toBe(false)
  pass(2000)
  expect(breaker.allows()).toBe(true)
  breaker.succeeded()
  expect([breaker.open, breaker.allows(), breaker.allows()]).toEqual([false, true, true])
})
