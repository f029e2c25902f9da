// Proof page: seeds, machine, commit and outcomes of all runs, and the mutants that were caught. Pure.
import { countables } from './floors.ts'
import type { MutantResult, Result } from './results.ts'

/** 3, 4, 5 and 9 become `3–5, 9`. */
export const rangesOf = (seeds: readonly number[]): string => {
  const ranges: [number, number][] = []
  for (const seed of [...new Set(seeds)].toSorted((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && seed === last[1] + 1) last[1] = seed
    else ranges.push([seed, seed])
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ')
}

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

const table = (head: readonly string[], rows: readonly string[]): string[] => [
  row(...head),
  row(...head.map(() => '---')),
  ...rows,
]

const minutes = (seconds: number): string => `${(seconds / 60).toFixed(1)} min`

const countOf = (runs: readonly Result[], outcome: Result['outcome']): number =>
  runs.filter((run) => run.outcome === outcome).length

const leastOf = (runs: readonly Result[]): string =>
  countables
    .map((name) => [name, Math.min(...runs.map(({ reached }) => reached[name]))] as const)
    .filter(([, least]) => least > 0)
    .map(([name, least]) => `${name} ${least}`)
    .join(', ') || 'nothing is counted'

const scenarioRow = ([scenario, runs]: readonly [string, readonly Result[]]): string =>
  row(
    `\`${scenario}\``,
    rangesOf(runs.map(({ seed }) => seed)),
    countOf(runs, 'passed'),
    countOf(runs, 'inconclusive'),
    countOf(runs, 'failed'),
    leastOf(runs),
    minutes(runs.reduce((sum, { seconds }) => sum + seconds, 0)),
  )

const plain = (text: string): string => text.replaceAll(/[|\n]/g, ' ').slice(0, 200)

/** The outcome of the same seed at a later commit, for a run that did not pass. */
const replayOf = ({ scenario, seed }: Result, later: readonly Result[]): string => {
  const again = later.findLast((result) => result.scenario === scenario && result.seed === seed)
  return again ? ` Played again at \`${again.commit}\`: ${again.outcome}.` : ''
}

const runsNotPassed = (runs: readonly Result[], later: readonly Result[]): string[] => {
  const odd = runs.filter(({ outcome }) => outcome !== 'passed')
  if (odd.length === 0) return ['Every run held every promise and reached its floors.']
  return odd.map((run) => {
    const { scenario, seed, outcome, violations, missed } = run
    const [first] = violations
    const why = first ? `${first.invariant}: ${first.subject}: ${first.what}` : missed.join('; ')
    return `- \`${scenario} --seed ${seed}\` is ${outcome}: ${plain(why)}.${replayOf(run, later)}`
  })
}

const mutantsOf = (mutants: readonly MutantResult[]): string[] => {
  if (mutants.length === 0) return ['No run over the planted defects is recorded.']
  const caught = mutants.filter(({ outcome }) => outcome === 'caught').length
  return [
    `${caught} of ${mutants.length} planted defects were noticed by the test or scenario that should notice them.`,
    '',
    ...table(
      ['defect', 'rule', 'service', 'noticed by', 'outcome', 'time'],
      mutants.map((mutant) =>
        row(
          plain(mutant.name),
          mutant.rule,
          mutant.service,
          `\`${plain(mutant.heldBy)}\``,
          mutant.outcome,
          `${mutant.seconds.toFixed(0)} s`,
        ),
      ),
    ),
  ]
}

const machineLines = (runs: readonly Result[]): string[] => [
  ...new Set(
    runs.map(
      ({ machine: { cores, memoryGb, node, engines } }) =>
        `- ${cores} cores, ${memoryGb} GB of memory, Node ${node}; ${engines.join(', ')}`,
    ),
  ),
]

const section = (runs: readonly Result[], later: readonly Result[]): string[] => {
  const commit = runs[0]?.commit
  const days = [...new Set(runs.map(({ at }) => at.slice(0, 10)))].join(', ')
  return [
    `Commit \`${commit}\`${commit?.endsWith('+') ? ' with local changes' : ''}, ${days}. ${runs.length} runs: ${countOf(runs, 'passed')} passed, ${countOf(runs, 'inconclusive')} inconclusive, ${countOf(runs, 'failed')} failed.`,
    '',
    ...machineLines(runs),
    '',
    ...table(
      ['scenario', 'seeds', 'passed', 'inconclusive', 'failed', 'at least, in each run', 'time'],
      [...Map.groupBy(runs, ({ scenario }) => scenario)].map(scenarioRow),
    ),
    '',
    ...runsNotPassed(runs, later),
    '',
  ]
}

/** The page about the commit with most runs and the later ones. @param results oldest first */
export const proofPage = (results: readonly Result[], mutants: readonly MutantResult[]): string => {
  const commits = [...Map.groupBy(results, ({ commit }) => commit).values()]
  const most = Math.max(0, ...commits.map((runs) => runs.length))
  const from = commits.findIndex((runs) => runs.length === most)
  const shown = commits.slice(Math.max(0, from))
  const played =
    shown.length === 0
      ? ['No run is recorded.', '']
      : shown.flatMap((runs, index) => section(runs, shown.slice(index + 1).flat()))
  return [
    '# Proof: runs of the fault harness and their outcomes',
    '',
    'Written by `npm run chaos -- --report` from the results of [the fault harness](../chaos/README.md). What each run checks is described in',
    '[`guarantees.md`](guarantees.md). A run is *inconclusive* when too little happened in it to prove anything.',
    '',
    '## Runs',
    '',
    ...played,
    '## Planted defects',
    '',
    'Each is a small change that breaks one rule. The scenario or test that is named beside it must fail because of it.',
    '',
    ...mutantsOf(mutants),
    '',
  ].join('\n')
}
