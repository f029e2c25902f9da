// The report says what was played, on what, and with which outcome; and it hides neither a failure nor a defect that was missed.
import { expect, test } from 'vitest'
import { reachedIn } from './floors.ts'
import { soundWorld } from './invariants/sound-world.fixture.ts'
import { rangesOf, reportOf } from './report.ts'
import type { MutantResult, Result } from './results.ts'

const aRun = (seed: number, change: Partial<Result> = {}): Result => ({
  at: '2026-01-01T12:00:00.000Z',
  commit: 'abc123',
  machine: { cores: 2, memoryGb: 16, node: '24.1.0', engines: ['mariadb 10.11'] },
  scenario: 'random-mix',
  seed,
  outcome: 'passed',
  seconds: 90,
  reached: reachedIn(soundWorld()),
  missed: [],
  faults: 8,
  violations: [],
  ...change,
})

test.each([
  [[3, 1, 2, 9, 2], '1–3, 9'],
  [[5], '5'],
  [[], ''],
  [[10, 12, 11, 20, 21], '10–12, 20–21'],
])('seeds %j are told as %s', (seeds, told) => {
  expect(rangesOf(seeds)).toBe(told)
})

test('runs of the commit that was played most are summed up by scenario, with machine, floors and time', () => {
  const report = reportOf([aRun(1, { commit: 'older' }), aRun(7), aRun(8), aRun(1, { scenario: 'same-key' })], [])
  expect(report).toContain('Commit `abc123`, 2026-01-01. 3 runs: 3 passed, 0 inconclusive, 0 failed.')
  expect(report).toContain('2 cores, 16 GB of memory, Node 24.1.0; mariadb 10.11')
  expect(report).toContain('| `random-mix` | 7–8 | 2 | 0 | 0 | orders 3, paid 2')
  expect(report).toContain('| `same-key` | 1 | 1 | 0 | 0 |')
  expect(report).toContain('Every run held every promise')
  expect(report).toContain('No run over the planted defects is recorded.')
})

test('a failure and a run that proves nothing are told with their reasons', () => {
  const violation = { invariant: 'carts', subject: 'ord_1', what: 'its lines | never came back' }
  const report = reportOf(
    [
      aRun(4, { outcome: 'failed', violations: [violation] }),
      aRun(5, { outcome: 'inconclusive', missed: ['paid: 2 of at least 12'] }),
    ],
    [],
  )
  expect(report).toContain('- `random-mix --seed 4` is failed: carts: ord_1: its lines   never came back')
  expect(report).toContain('- `random-mix --seed 5` is inconclusive: paid: 2 of at least 12')
  expect(report).not.toContain('Every run held')
})

test('later commits are told behind it, and what became of a seed that had failed', () => {
  const fixed = { commit: 'def456' }
  const report = reportOf([aRun(4, { outcome: 'failed' }), aRun(5), aRun(4, fixed)], [])
  expect(report).toContain('Commit `abc123`, 2026-01-01. 2 runs: 1 passed, 0 inconclusive, 1 failed.')
  expect(report).toMatch(/`random-mix --seed 4` is failed: .* Played again at `def456`: passed\./)
  expect(report).toContain('Commit `def456`, 2026-01-01. 1 runs: 1 passed')
})

test('planted defects are listed with what noticed them, and those that were missed are counted', () => {
  const mutant: MutantResult = { name: 'no claim', rule: 'R3', service: 'cart', heldBy: 'x', outcome: 'caught', seconds: 9 }
  const report = reportOf([], [mutant, { ...mutant, name: 'no lease', outcome: 'missed' }])
  expect(report).toContain('1 of 2 planted defects were noticed')
  expect(report).toContain('| no lease | R3 | cart | `x` | missed | 9 s |')
  expect(report).toContain('No run is recorded.')
})
