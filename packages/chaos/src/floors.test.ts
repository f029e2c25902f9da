// Floors: a run in which too little happened is inconclusive, neither passed nor failed.
import { expect, test } from 'vitest'
import { countables, missedAverages, missedFloors, mixAverages, mixFloors, outcomeOf, reachedIn, unjudged } from './floors.ts'
import { consistentState } from './invariants/consistent-state.fixture.ts'

test('a run counts orders, payments, refunds, returns and mails from the collected state', () => {
  expect(reachedIn(consistentState())).toEqual({
    orders: 3,
    paid: 2,
    refunded: 1,
    cancelledAfterPaying: 1,
    returned: 1,
    givenBack: 1,
    mails: 9,
    codes: 3,
    usesGivenBack: 1,
    free: 0,
    unitsCancelled: 0,
    received: 0,
    withdrawn: 1,
    moved: 0,
    abroad: 0,
    creditNotes: 1,
  })
})

test('a mix in which 34 of 36 orders timed out is inconclusive, although it has no violation', () => {
  const collected = consistentState()
  collected.orders = [
    ...collected.orders.slice(0, 2),
    ...Array.from({ length: 34 }, (_, index) => ({
      ...(collected.orders[2] as (typeof collected.orders)[number]),
      id: `ord_${index}`,
    })),
  ]
  const missed = missedFloors(reachedIn(collected), mixFloors(36))
  expect(missed).toContain('paid: 2 of at least 12')
  expect(missed).toContain('refunded: 1 of at least 4')
  expect(outcomeOf(0, missed)).toBe('inconclusive')
})

test.each(countables)('a floor for %s is listed as missed only when the run does not reach it', (name) => {
  const reached = reachedIn(consistentState())
  expect(missedFloors(reached, { [name]: reached[name] })).toEqual([])
  expect(missedFloors(reached, { [name]: reached[name] + 1 })).toEqual([
    `${name}: ${reached[name]} of at least ${reached[name] + 1}`,
  ])
})

test('a set of runs must reach averages that one run may miss, and a small set proves nothing', () => {
  const run = (withdrawn: number) => ({ ...reachedIn(consistentState()), withdrawn })
  const averages = { withdrawn: 1.5 }
  expect(missedAverages([run(0), run(3), run(2), run(1), run(2)], averages)).toEqual([])
  expect(missedAverages([run(0), run(3), run(2), run(1), run(1)], averages)).toEqual(['withdrawn: 1.4 of at least 1.5 per run'])
  expect(missedAverages([run(0), run(0), run(0), run(0)], averages)).toEqual([])
  const still = Array.from({ length: 5 }, () => run(0))
  expect(missedAverages(still, mixAverages(36))).toContain('withdrawn: 0.0 of at least 1.5 per run')
})

test('a time limit that is missed on an overloaded machine makes a run inconclusive, and any other violation fails it', () => {
  const slow = [{ invariant: 'charges' }, { invariant: 'keys' }]
  expect(unjudged(slow, 6)).toEqual(['time limits: the machine was overloaded, processes waited 6.0 times as long as they ran'])
  expect(unjudged(slow, 0.5)).toEqual([])
  expect(unjudged([...slow, { invariant: 'I1 money' }], 6)).toEqual([])
  expect(unjudged([], 6)).toEqual([])
})

test('a run with a violation has failed, also when it reached no floor', () => {
  expect(outcomeOf(1, ['paid: 0 of at least 1'])).toBe('failed')
  expect(outcomeOf(0, [])).toBe('passed')
})
