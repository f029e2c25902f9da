// Counts what vitest's JSON report says. A suite that could not start is a failure, and so is a skipped test where nothing may be skipped.
import { existsSync, readFileSync } from 'node:fs'

export interface Tally {
  passed: number
  failed: number
  /** What failed, for people. */
  failures: readonly string[]
}

/** The part of vitest's JSON report that is read here. */
export interface Report {
  testResults: {
    name: string
    status: string
    message?: string
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[]
  }[]
}

export const none: Tally = { passed: 0, failed: 0, failures: [] }

export const add = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  failures: [...a.failures, ...b.failures],
})

const failure = (what: string): Tally => ({ passed: 0, failed: 1, failures: [what] })

/** What failed, with the first line of why. */
const because = (what: string, why: string | undefined): string => {
  const line = why?.split('\n')[0]?.slice(0, 300)
  return line ? `${what}: ${line}` : what
}

const countFile = ({ name, status, message, assertionResults }: Report['testResults'][number], skipsFail: boolean): Tally => {
  let tally = none
  for (const test of assertionResults) {
    if (test.status === 'passed') tally = add(tally, { ...none, passed: 1 })
    else if (test.status === 'failed')
      tally = add(tally, failure(because(`${name}: ${test.fullName}`, test.failureMessages?.[0])))
    else if (skipsFail) tally = add(tally, failure(`${name}: ${test.fullName} (skipped)`))
  }
  // Its tests were never reached, or an error outside them broke it.
  const unexplained = status === 'failed' && assertionResults.every((test) => test.status !== 'failed')
  return unexplained ? add(failure(because(name, message || 'the suite could not start')), tally) : tally
}

/** The tally of one vitest run; a run that failed in a way that no test shows counts as one failure. */
export const count = (title: string, report: Report | null, exitCode: number, skipsFail: boolean): Tally => {
  if (report === null) return failure(`${title}: the run left no report`)
  const tally = report.testResults.map((file) => countFile(file, skipsFail)).reduce(add, none)
  return exitCode !== 0 && tally.failed === 0 ? add(tally, failure(`${title}: an error outside any test, see above`)) : tally
}

export const readReport = (file: string): Report | null =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : null
