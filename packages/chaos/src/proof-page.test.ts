// Proof page: it lists runs, machine and outcomes, and every failure and missed mutant.
import { expect, test } from 'vitest'
import { reachedIn } from './floors.ts'
import { consistentState } from './invariants/consistent-state.fixture.ts'
import { proofPage, rangesOf } from './proof-page.ts'
import type { MutantResult, Result } from './results.ts'

const createResult = (seed: number, change: Partial<Result> = {}): Result => ({
  at: '2026-01-01T12:00:00.000Z',
  commit: 'abc123',
  machine: { cores: 2, memoryGb: 16, node: '24.1.0', engines: ['mariadb 10.11'] },
  scenario: 'random-mix',
  seed,
  outcome: 'passed',
  seconds: 90,
  reached: reachedIn(consistentState()),
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
])('the seeds %j are printed as %s', (seeds, told) => {
  expect(rangesOf(seeds)).toBe(told)
})

test('the page sums up the commit with most runs by scenario, with machine, floors and time', () => {
  const report = proofPage(
    [createResult(1, { commit: 'older' }), createResult(7), createResult(8), createResult(1, { scenario: 'same-key' })],
    [],
  )
  expect(report).toContain('Commit `abc123`, 2026-01-01. 3 runs: 3 passed, 0 inconclusive, 0 failed.')
  expect(report).toContain('2 cores, 16 GB of memory, Node 24.1.0; mariadb 10.11')
  expect(report).toContain('| `random-mix` | 7–8 | 2 | 0 | 0 | orders 3, paid 2')
  expect(report).toContain('| `same-key` | 1 | 1 | 0 | 0 |')
  expect(report).toContain('Every run held every promise')
  expect(report).toContain('No run over the planted defects is recorded.')
})

test('the page lists failed and inconclusive runs with their reasons', () => {
  const violation = { invariant: 'carts', subject: 'ord_1', what: 'its lines | never came back' }
  const report = proofPage(
    [
      createResult(4, { outcome: 'failed', violations: [violation] }),
      createResult(5, { outcome: 'inconclusive', missed: ['paid: 2 of at least 12'] }),
    ],
    [],
  )
  expect(report).toContain('- `random-mix --seed 4` is failed: carts: ord_1: its lines   never came back')
  expect(report).toContain('- `random-mix --seed 5` is inconclusive: paid: 2 of at least 12')
  expect(report).not.toContain('Every run held')
})

test('the page lists later commits, and the outcome of a failed seed that was played again', () => {
  const fixed = { commit: 'def456' }
  const report = proofPage([createResult(4, { outcome: 'failed' }), createResult(5), createResult(4, fixed)], [])
  expect(report).toContain('Commit `abc123`, 2026-01-01. 2 runs: 1 passed, 0 inconclusive, 1 failed.')
  expect(report).toMatch(/`random-mix --seed 4` is failed: .* Played again at `def456`: passed\./)
  expect(report).toContain('Commit `def456`, 2026-01-01. 1 runs: 1 passed')
})

test('the page lists mutants with their tests, and counts the missed ones', () => {
  const mutant: MutantResult = { name: 'no claim', rule: 'R3', service: 'cart', heldBy: 'x', outcome: 'caught', seconds: 9 }
  const report = proofPage([], [mutant, { ...mutant, name: 'no lease', outcome: 'missed' }])
  expect(report).toContain('1 of 2 planted defects were noticed')
  expect(report).toContain('| no lease | R3 | cart | `x` | missed | 9 s |')
  expect(report).toContain('No run is recorded.')
})
