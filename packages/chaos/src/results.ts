// Outcomes of runs as lines of JSON below `.data/chaos-results`: written as they come, read again for the report.
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '@cartwright/native'
import type { Counts, Outcome } from './floors.ts'
import type { Verdict } from './run.ts'
import type { World } from './world/world.ts'

export interface Machine {
  cores: number
  memoryGb: number
  node: string
  /** Kind and version of each engine; one that was given by its address is only named. */
  engines: string[]
}

/** One run, as the report needs it. */
export interface Result {
  at: string
  /** With `+` when the working tree differed from it. */
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

/** One planted defect, and whether what should notice it did. */
export interface MutantResult {
  name: string
  rule: string
  service: string
  heldBy: string
  /** `invalid`: the test or run came to no end of its own, so nothing was shown. */
  outcome: 'caught' | 'missed' | 'invalid'
  seconds: number
}

const git = (...args: string[]): string | null => {
  try {
    return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    // A copy without its history has no commit to name.
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

export const machineOf = ({ engines }: Pick<World, 'engines'>): Machine => ({
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
  { account: _, ...verdict }: Verdict,
  facts: Pick<Result, 'commit' | 'machine'>,
): void => {
  const violations = verdict.violations.slice(0, mostViolations)
  appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), ...facts, ...verdict, violations })}\n`)
}

/** Every run that was written down, oldest first. Lines of older forms, without a commit, are passed over. */
export const readResults = (folder: string): Result[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Partial<Result>)
    .filter((result): result is Result => result.commit !== undefined && result.outcome !== undefined)

/** What the run over the planted defects left; nothing when it was not made. */
export const readMutants = (folder: string): MutantResult[] => {
  const file = join(folder, 'mutants.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as MutantResult[]) : []
}
