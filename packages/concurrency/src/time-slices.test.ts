// Time slices: work pauses when its slice is over, and other callbacks run in between.
import { expect, test } from 'vitest'
import { createTimeSlices } from './time-slices.ts'

test('work pauses at the end of each slice only, and callbacks that are due run in between', async () => {
  let now = 0
  const order: string[] = []
  const slices = createTimeSlices(10, () => now)
  for (const step of ['a', 'b', 'c', 'd', 'e']) {
    setImmediate(() => order.push(`callback after ${order.at(-1)}`))
    await slices.pauseWhenDue()
    order.push(step)
    now += 6
  }
  expect(order.filter((entry) => entry.length === 1)).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(order.slice(0, 2)).toEqual(['a', 'b'])
  expect(order[2]).toBe('callback after b')
  expect(order.indexOf('d')).toBe(order.indexOf('c') + 1)
})

test('a slice begins anew after its pause, so that the pause does not count as work', async () => {
  let now = 0
  let pauses = 0
  const slices = createTimeSlices(10, () => now)
  const step = async () => {
    let isPaused = false
    setImmediate(() => {
      isPaused = true
      now += 100
    })
    await slices.pauseWhenDue()
    if (isPaused) pauses += 1
  }
  now = 10
  await step()
  await step()
  expect(pauses).toBe(1)
})
