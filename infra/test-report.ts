// Counts the results in vitest's JSON report. A suite that could not start is a failure; so is a skipped test when none may be skipped.
// A test that failed once and passed when its file ran again counts as passed, and is named as unstable.
import { existsSync, readFileSync } from 'node:fs'

export interface Tally {
  passed: number
  failed: number
  /** One line for each failure. */
  failures: readonly string[]
  /** Tests that failed at first and passed when their file ran again. */
  unstable: readonly string[]
}

/** The members of vitest's JSON report that are used. */
export interface Report {
  testResults: {
    name: string
    status: string
    message?: string
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[]
  }[]
}

export const none: Tally = { passed: 0, failed: 0, failures: [], unstable: [] }

export const add = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  failures: [...a.failures, ...b.failures],
  unstable: [...a.unstable, ...b.unstable],
})

export const failure = (what: string): Tally => ({ ...none, failed: 1, failures: [what] })

/** Name of a failed test with the first line of its error. */
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
  // The file has no results of tests: it failed before them, or outside of them.
  const unexplained = status === 'failed' && assertionResults.every((test) => test.status !== 'failed')
  return unexplained ? add(failure(because(name, message || 'the suite could not start')), tally) : tally
}

/** Counts of one vitest run. A run that failed without a failed test counts as one failure. */
export const count = (title: string, report: Report | null, exitCode: number, skipsFail: boolean): Tally => {
  if (report === null) return failure(`${title}: the run left no report`)
  const tally = report.testResults.map((file) => countFile(file, skipsFail)).reduce(add, none)
  return exitCode !== 0 && tally.failed === 0 ? add(tally, failure(`${title}: an error outside any test, see above`)) : tally
}

export const readReport = (file: string): Report | null =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : null

export const failedFiles = (report: Report | null): string[] =>
  (report?.testResults ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name)

/** The failed tests of a file; the file itself when it failed before them. */
const failedTests = ({ name, status, assertionResults }: Report['testResults'][number]): string[] => {
  const tests = assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => `${name}: ${fullName}`)
  return status === 'failed' && tests.length === 0 ? [name] : tests
}

/** The first report with the files of the second one in place of its own. @returns also the names of the tests that only the first run failed */
export const withRerun = (first: Report, second: Report | null): { report: Report; unstable: string[] } => {
  const again = new Map(second?.testResults.map((file) => [file.name, file]))
  const stillFailing = new Set(second?.testResults.flatMap(failedTests))
  const replaced = first.testResults.filter(({ name }) => again.has(name))
  return {
    report: { testResults: first.testResults.map((file) => again.get(file.name) ?? file) },
    unstable: replaced.flatMap(failedTests).filter((test) => !stillFailing.has(test)),
  }
}
