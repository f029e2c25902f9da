// Pause: its time, and an abort before and during it.
import { expect, test } from 'vitest'
import { pause } from './pause.ts'

const second = 1000

test('a pause lasts as long as it was asked to', async () => {
  const started = performance.now()
  await pause(30, new AbortController().signal)
  expect(performance.now() - started).toBeGreaterThanOrEqual(29)
})

test('an abort ends a pause at once, and one that was aborted before does not begin', async () => {
  const stopping = new AbortController()
  const started = performance.now()
  const paused = pause(60 * second, stopping.signal)
  stopping.abort()
  await paused
  await pause(60 * second, stopping.signal)
  expect(performance.now() - started).toBeLessThan(5 * second)
})
