// Counts of `npm test`: a test that did not run never counts as passed.
import { expect, test } from 'vitest'
import { count, failedFiles, type Report, withRerun } from './test-report.ts'

const file = (status: string, ...tests: string[]): Report['testResults'][number] => ({
  name: 'a.test.ts',
  status,
  message: status === 'failed' ? 'Cannot find module' : '',
  assertionResults: tests.map((each, index) => ({ status: each, fullName: `test ${index}` })),
})
const report = (...testResults: Report['testResults']): Report => ({ testResults })

test('each test counts once as passed, failed or skipped', () => {
  const tally = count('unit', report(file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')), 1, false)
  expect(tally).toEqual({ passed: 3, failed: 1, failures: ['a.test.ts: test 1'], unstable: [] })
})

test('a suite that could not start is a failure with its reason', () => {
  expect(count('unit', report(file('failed')), 1, false)).toEqual({
    passed: 0,
    failed: 1,
    failures: ['a.test.ts: Cannot find module'],
    unstable: [],
  })
})

test('a failed test is reported with the first line of its error, before the tests that were skipped because of it', () => {
  const failing = { status: 'failed', fullName: 'a test', failureMessages: ['expected 1 to be 2\n  at line 3'] }
  expect(count('unit', report({ name: 'b.test.ts', status: 'failed', assertionResults: [failing] }), 1, true).failures).toEqual([
    'b.test.ts: a test: expected 1 to be 2',
  ])
  expect(count('unit', report(file('failed', 'skipped')), 1, true).failures).toEqual([
    'a.test.ts: Cannot find module',
    'a.test.ts: test 0 (skipped)',
  ])
})

test('a skipped test is a failure only when no test may be skipped', () => {
  const skipping = report(file('passed', 'passed', 'pending'))
  expect(count('unit', skipping, 0, false)).toMatchObject({ passed: 1, failed: 0 })
  expect(count('unit', skipping, 0, true)).toMatchObject({ passed: 1, failed: 1 })
})

test('a run without a report, or one that failed outside any test, is a failure', () => {
  expect(count('unit', null, 0, false).failed).toBe(1)
  expect(count('unit', report(file('passed', 'passed')), 1, false)).toMatchObject({ passed: 1, failed: 1 })
})

test('a file that failed is counted by its second run, and the tests that only the first one failed are named', () => {
  const first = report({ ...file('passed', 'passed'), name: 'sound.test.ts' }, file('failed', 'failed', 'failed'))
  const second = report(file('failed', 'passed', 'failed'))
  expect(failedFiles(first)).toEqual(['a.test.ts'])
  const merged = withRerun(first, second)
  expect(merged.unstable).toEqual(['a.test.ts: test 0'])
  expect(count('int', merged.report, 1, true)).toMatchObject({ passed: 2, failed: 1, failures: ['a.test.ts: test 1'] })
})

test('a second run that left no report leaves the failures of the first one', () => {
  const first = report(file('failed', 'failed'))
  expect(withRerun(first, null)).toEqual({ report: first, unstable: [] })
})
