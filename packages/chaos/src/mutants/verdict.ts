// Verdict on a mutant, from the result of a test or of the harness: caught, missed or invalid.
import type { HeldByScenario, HeldByTest } from './mutant.ts'

export type Outcome = 'caught' | 'missed' | 'invalid'

export interface Judgement {
  outcome: Outcome
  /** Why, in a line. */
  why: string
}

/** The parts of vitest's JSON report that are read. */
export interface TestReport {
  testResults: {
    name: string
    message?: string
    assertionResults: { title: string; fullName: string; status: string; failureMessages?: string[] | null }[]
  }[]
}

export const isReport = (value: unknown): value is TestReport =>
  typeof value === 'object' && value !== null && 'testResults' in value && Array.isArray(value.testResults)

/** Errors of code that does not load or run: any test would notice them, so they show nothing. */
const brokenCode =
  /^(?:Error: )?(?:ReferenceError|SyntaxError|TypeError: \S+ is not a (?:function|constructor))|Cannot find module|does not provide an export|Transform failed/

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 160)

export type TestEnd = { state: 'passed' } | { state: 'failed'; message: string } | { state: 'not-run'; message: string }

/** How one test ended. A test does not run when its file or a hook fails. */
export const endOf = (report: TestReport | null, { file, title }: Pick<HeldByTest, 'file' | 'title'>): TestEnd => {
  if (report === null) return { state: 'not-run', message: 'vitest wrote no report' }
  const result = report.testResults.find(({ name }) => name.endsWith(file))
  const test = result?.assertionResults.find((candidate) => candidate.title === title)
  if (test?.status === 'passed') return { state: 'passed' }
  if (test?.status === 'failed') return { state: 'failed', message: test.failureMessages?.[0] ?? '' }
  return { state: 'not-run', message: firstLine(result?.message ?? '') || 'the test did not run' }
}

/** @param end of the named test with the mutant in place */
export const judgeTest = (end: TestEnd): Judgement => {
  if (end.state === 'passed') return { outcome: 'missed', why: 'the test passes with the mutant' }
  if (end.state === 'not-run') return { outcome: 'invalid', why: end.message }
  if (brokenCode.test(end.message)) return { outcome: 'invalid', why: `the code does not run: ${firstLine(end.message)}` }
  return { outcome: 'caught', why: firstLine(end.message) }
}

/** @param exitCode of `npm run chaos` with the mutant in place, 1 when a run failed */
export const judgeScenario = ({ notices }: Pick<HeldByScenario, 'notices'>, exitCode: number, output: string): Judgement => {
  if (exitCode === 0) return { outcome: 'missed', why: 'the run passes with the mutant' }
  if (!/^FAILED\b/m.test(output)) return { outcome: 'invalid', why: 'the run printed no verdict' }
  const line = output.split('\n').find((candidate) => notices.test(candidate))
  return line === undefined
    ? { outcome: 'missed', why: `the run fails, but its report does not match ${notices}` }
    : { outcome: 'caught', why: firstLine(line.trim()) }
}
