// Verdict on a mutant: only an assertion of the named test counts as caught; code that does not load is invalid.
import { expect, test } from 'vitest'
import { endOf, judgeScenario, judgeTest, type TestReport } from './verdict.ts'

const held = { file: 'packages/a/src/a.int.test.ts', title: 'adds up' }
const reportWith = (status: string, failureMessages: string[] = [], title = held.title): TestReport => ({
  testResults: [
    { name: `/tmp/copy/${held.file}`, assertionResults: [{ title, fullName: `sums ${title}`, status, failureMessages }] },
  ],
})

test.each([
  ['passes', reportWith('passed'), 'missed'],
  ['fails by an assertion', reportWith('failed', ['AssertionError: expected 1 to be 2']), 'caught'],
  ['times out', reportWith('failed', ['Error: Test timed out in 5000ms.']), 'caught'],
  ['was skipped', reportWith('skipped'), 'invalid'],
  ['throws a ReferenceError', reportWith('failed', ['ReferenceError: tx is not defined']), 'invalid'],
  ['calls a value that is no function', reportWith('failed', ['TypeError: deps.send is not a function']), 'invalid'],
  ['is not in the report', reportWith('failed', ['AssertionError'], 'something else'), 'invalid'],
  [
    'is in a file that did not load',
    { testResults: [{ name: `/x/${held.file}`, message: 'SyntaxError', assertionResults: [] }] },
    'invalid',
  ],
  ['left no report', null, 'invalid'],
] as const)('a test that %s gets its verdict', (_, report, outcome) => {
  expect(judgeTest(endOf(report as TestReport | null, held)).outcome).toBe(outcome)
})

test.each([
  ['passes', 0, 'passed  webhooks-dropped --seed 1', 'missed'],
  ['fails and says why', 1, 'payment says 0, Stripe took 5\nFAILED  webhooks-dropped --seed 1', 'caught'],
  ['fails for another reason', 1, 'an order has no history\nFAILED  webhooks-dropped --seed 1', 'missed'],
  ['could not start', 1, 'Kafka did not start', 'invalid'],
])('a run that %s gets its verdict', (_, exitCode, output, outcome) => {
  expect(judgeScenario({ notices: /Stripe took \d+/ }, exitCode, output).outcome).toBe(outcome)
})
