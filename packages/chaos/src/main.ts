// `npm run chaos`: plays scenarios one after the other, prints each seed before it is played and explains what went wrong.
import { randomInt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ProgramContext, ProgramError, program } from '@cartwright/service-kit'
import type { Outcome } from './floors.ts'
import { openJournal } from './journal.ts'
import { listMutants, runMutants } from './mutants/run-mutants.ts'
import { type ChaosOptions, readOptions, usualSeconds } from './options.ts'
import { reportOf } from './report.ts'
import { appendResult, currentCommit, machineOf, readMutants, readResults } from './results.ts'
import { playScenario, type Verdict } from './run.ts'
import { findScenarios, listScenarios } from './scenarios/catalogue.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { openStage } from './stage.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const dataRoot = fileURLToPath(new URL('../../../.data/chaos', import.meta.url))
const resultsRoot = fileURLToPath(new URL('../../../.data/chaos-results', import.meta.url))

const proofFile = fileURLToPath(new URL('../../docs/proof.md', import.meta.url))
/** What the program exits with when no run failed, and some proved nothing. */
const inconclusiveCode = 3

const words: Readonly<Record<Outcome, string>> = { passed: 'passed', failed: 'FAILED', inconclusive: 'INCONCLUSIVE' }

const listOf = (counts: Readonly<Record<string, number>>, joint: string): string =>
  Object.entries(counts)
    .map(([name, count]) => (joint === '×' ? `${count} × ${name}` : `${count} ${name}`))
    .join(', ')

const summaryOf = (verdict: Verdict): string => {
  const { scenario, seed, outcome, seconds, restSeconds, orders, operations, faults, violations } = verdict
  const trouble = outcome === 'failed' ? `; ${violations.length} violations` : ''
  return `${words[outcome]}  ${scenario} --seed ${seed}  ${seconds.toFixed(0)} s, at rest after ${restSeconds.toFixed(1)} s; orders: ${
    listOf(orders, '') || 'none'
  }; ${operations.answered} answers, ${operations.lost} lost; ${faults} faults${trouble}`
}

const sayVerdict = (verdict: Verdict, say: (line: string) => void): void => {
  for (const line of verdict.account) say(line)
  say(summaryOf(verdict))
  say(
    `        reached: ${listOf(verdict.reached, '')}${verdict.missed.length > 0 ? `; too little: ${verdict.missed.join('; ')}` : ''}`,
  )
  say(`        refused: ${listOf(verdict.refusals, '×') || 'nothing'}`)
}

const playAll = async (
  options: ChaosOptions,
  scenarios: readonly Scenario[],
  { say, signal, env }: ProgramContext,
): Promise<Verdict[]> => {
  mkdirSync(resultsRoot, { recursive: true })
  const file = join(resultsRoot, `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}-${process.pid}.jsonl`)
  const verdicts: Verdict[] = []
  const commit = currentCommit()
  const until = performance.now() + options.minutes * 60_000
  const goesOn = (run: number) => !signal.aborted && run < options.runs && (options.minutes === 0 || performance.now() < until)
  await using stage = openStage({
    dataRoot,
    say,
    keep: options.keep,
    given: { redis: env.TEST_REDIS_URL, elasticsearch: env.TEST_ELASTICSEARCH_URL },
  })
  for (let run = 0; goesOn(run); run++) {
    for (const scenario of scenarios) {
      if (signal.aborted) break
      const seed = options.seed + run
      say(`\n== ${scenario.name} --seed ${seed}`)
      const journal = openJournal((what) => say(`   ${what}`))
      const world = await stage.worldFor(scenario, journal)
      const verdict = await playScenario({ world, scenario, seed, say: (line) => say(`   ${line}`), journal })
      sayVerdict(verdict, say)
      appendResult(file, verdict, { commit, machine: machineOf(world) })
      verdicts.push(verdict)
      if (verdict.outcome === 'failed') await stage.giveUp()
    }
  }
  say(`\nSeeds and outcomes: ${file}`)
  return verdicts
}

await program(async (context) => {
  const options = readOptions(context.args, () => randomInt(1, 1_000_000))
  if (options.mutants) {
    if (options.list) return listMutants(context.say)
    return runMutants({ root, resultsRoot, names: options.mutants }, context)
  }
  if (options.list) {
    for (const { name, about } of listScenarios(options)) context.say(`${name.padEnd(24)} ${about}`)
    return
  }
  if (options.report) {
    writeFileSync(proofFile, reportOf(readResults(resultsRoot), readMutants(resultsRoot)))
    return context.say(`written: ${proofFile}`)
  }
  const verdicts = await playAll(options, findScenarios(options), context)
  const of = (outcome: Outcome) => verdicts.filter((verdict) => verdict.outcome === outcome)
  const length = options.seconds === usualSeconds ? '' : ` --seconds ${options.seconds}`
  for (const { scenario, seed } of [...of('failed'), ...of('inconclusive')])
    context.say(`replay: npm run chaos -- --scenario ${scenario} --seed ${seed}${length}`)
  context.say(`${of('passed').length} passed, ${of('inconclusive').length} inconclusive, ${of('failed').length} failed`)
  if (of('failed').length > 0) throw new ProgramError('Some runs failed; see above.')
  if (of('inconclusive').length > 0)
    throw new ProgramError('In some runs too little happened to prove anything; see above.', { exitCode: inconclusiveCode })
})
