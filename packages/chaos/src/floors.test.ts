// A run in which hardly anything happened is neither green nor red.
import { expect, test } from 'vitest'
import { countables, missedFloors, mixFloors, outcomeOf, reachedIn } from './floors.ts'
import { soundWorld } from './invariants/sound-world.fixture.ts'

test('what happened is counted by what it left behind', () => {
  expect(reachedIn(soundWorld())).toEqual({
    orders: 3,
    paid: 2,
    refunded: 1,
    cancelledAfterPaying: 1,
    returned: 1,
    givenBack: 1,
    mails: 7,
  })
})

test('a mix in which all but two of 36 orders timed out is inconclusive, though it breaks no promise', () => {
  const world = soundWorld()
  world.orders = [
    ...world.orders.slice(0, 2),
    ...Array.from({ length: 34 }, (_, index) => ({ ...(world.orders[2] as (typeof world.orders)[number]), id: `ord_${index}` })),
  ]
  const missed = missedFloors(reachedIn(world), mixFloors(36))
  expect(missed).toContain('paid: 2 of at least 12')
  expect(missed).toContain('refunded: 1 of at least 4')
  expect(outcomeOf(0, missed)).toBe('inconclusive')
})

test.each(countables)('a floor for %s that is not reached is told, one that is reached is not', (name) => {
  const reached = reachedIn(soundWorld())
  expect(missedFloors(reached, { [name]: reached[name] })).toEqual([])
  expect(missedFloors(reached, { [name]: reached[name] + 1 })).toEqual([
    `${name}: ${reached[name]} of at least ${reached[name] + 1}`,
  ])
})

test('a broken promise is a failure, whatever else happened', () => {
  expect(outcomeOf(1, ['paid: 0 of at least 1'])).toBe('failed')
  expect(outcomeOf(0, [])).toBe('passed')
})
