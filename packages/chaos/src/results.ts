// Results of runs: appended as lines of JSON below `.data/chaos-results`, and read for the proof page.
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '@cartwright/native'
import type { Counts, Outcome } from './floors.ts'
import type { Verdict } from './run.ts'
import type { ShopUnderTest } from './shop-under-test/shop-under-test.ts'

export interface Machine {
  cores: number
  memoryGb: number
  node: string
  /** Kind and version of each engine; only the name of an engine that was given by URL. */
  engines: string[]
}

/** One run, as the proof page needs it. */
export interface Result {
  at: string
  /** Ends with `+` when the working tree had changes. */
  commit: string
  machine: Machine
  scenario: string
  seed: number
  outcome: Outcome
  seconds: number
  reached: Counts
  missed: string[]
  faults: number
  violations: { invariant: string; subject: string; what: string }[]
}

/** One mutant, and whether its test or scenario noticed it. */
export interface MutantResult {
  name: string
  rule: string
  service: string
  heldBy: string
  /** `invalid`: the test or run did not end by itself, so it shows nothing. */
  outcome: 'caught' | 'missed' | 'invalid'
  seconds: number
}

const git = (...args: string[]): string | null => {
  try {
    return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    // A copy without its history has no commit.
    return null
  }
}

export const currentCommit = (): string => {
  const commit = git('rev-parse', '--short=12', 'HEAD')
  if (commit === null) return 'unknown'
  return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}+`
}

const named = (name: string, engine: Engine | null): string =>
  engine === null ? `${name} (given)` : `${engine.kind} ${engine.version}`

export const describeMachine = ({ engines }: Pick<ShopUnderTest, 'engines'>): Machine => ({
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version.slice(1),
  engines: [
    named('mysql', engines.mysql.own),
    named('kafka', engines.kafka),
    named('redis', engines.redis.own),
    named('elasticsearch', engines.elasticsearch.own),
  ],
})

const mostViolations = 20

export const appendResult = (
  file: string,
  { report: _, ...verdict }: Verdict,
  facts: Pick<Result, 'commit' | 'machine'>,
): void => {
  const violations = verdict.violations.slice(0, mostViolations)
  appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), ...facts, ...verdict, violations })}\n`)
}

/** All stored runs, oldest first. Lines without a commit have an older format and are skipped. */
export const readResults = (folder: string): Result[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Partial<Result>)
    .filter((result): result is Result => result.commit !== undefined && result.outcome !== undefined)

/** The results of the last run over the mutants; empty when there was none. */
export const readMutants = (folder: string): MutantResult[] => {
  const file = join(folder, 'mutants.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as MutantResult[]) : []
}
