// Results of drills: what makes the command fail.
import { expect, test } from 'vitest'
import { type DrillResult, problemsOf, tableOf } from './results.ts'

const good: DrillResult = {
  alert: 'DeadLetters',
  service: 'order',
  fault: 'poison',
  firesSec: 20.4,
  mailSec: 31,
  clearsSec: 15,
  trouble: null,
}

test('a drill whose alert fires, is mailed and clears in time has no problem', () => {
  expect(problemsOf([good], [])).toEqual([])
  expect(tableOf([good])).toEqual([
    'alert        service  fires  mail  clears  fault',
    'DeadLetters  order    20     31    15      poison',
  ])
})

test.each([
  [{ firesSec: null, mailSec: null, clearsSec: null }, 'did not fire'],
  [{ firesSec: 121 }, 'fired after 121 s'],
  [{ mailSec: null }, 'no mail came'],
  [{ clearsSec: null }, 'did not clear'],
  [{ trouble: 'Kafka is away' }, 'could not be held: Kafka is away'],
])('a drill with %j is a problem', (change, message) => {
  expect(problemsOf([{ ...good, ...change }], [])).toEqual([expect.stringContaining(message)])
})

test('an alert that no drill expected is a problem', () => {
  expect(problemsOf([good], ['HighLatency cart'])).toEqual(['HighLatency cart fired, and no drill expected it'])
})
