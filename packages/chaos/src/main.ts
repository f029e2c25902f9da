// Command `npm run chaos`: plays scenarios one after the other, prints each seed first, and reports failures.
import { randomInt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ProgramContext, ProgramError, program } from '@cartwright/service-kit'
import { openEnvironment } from './environment.ts'
import { missedAverages, type Outcome } from './floors.ts'
import { openJournal } from './journal.ts'
import { listMutants, runMutants } from './mutants/run-mutants.ts'
import { type ChaosOptions, readOptions, usualSeconds } from './options.ts'
import { proofPage } from './proof-page.ts'
import { appendResult, currentCommit, describeMachine, readMutants, readResults } from './results.ts'
import { playScenario, type Verdict } from './run.ts'
import { findScenarios, listScenarios } from './scenarios/catalogue.ts'
import type { Scenario } from './scenarios/scenario.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const dataRoot = fileURLToPath(new URL('../../../.data/chaos', import.meta.url))
const resultsRoot = fileURLToPath(new URL('../../../.data/chaos-results', import.meta.url))

const proofFile = fileURLToPath(new URL('../../docs/proof.md', import.meta.url))
/** Exit code when no run failed and at least one was inconclusive. */
const inconclusiveCode = 3

const outcomeLabels: Readonly<Record<Outcome, string>> = { passed: 'passed', failed: 'FAILED', inconclusive: 'INCONCLUSIVE' }

const listOf = (counts: Readonly<Record<string, number>>, joint: string): string =>
  Object.entries(counts)
    .map(([name, count]) => (joint === '×' ? `${count} × ${name}` : `${count} ${name}`))
    .join(', ')

const summaryOf = (verdict: Verdict): string => {
  const { scenario, seed, outcome, seconds, restSeconds, orders, operations, faults, waited, violations } = verdict
  const violationCount = outcome === 'failed' ? `; ${violations.length} violations` : ''
  return `${outcomeLabels[outcome]}  ${scenario} --seed ${seed}  ${seconds.toFixed(0)} s, at rest after ${restSeconds.toFixed(1)} s; orders: ${
    listOf(orders, '') || 'none'
  }; ${operations.answered} answers, ${operations.lost} lost; ${faults} faults; waited ${waited.toFixed(1)} × for a processor${violationCount}`
}

const printVerdict = (verdict: Verdict, print: (line: string) => void): void => {
  for (const line of verdict.report) print(line)
  print(summaryOf(verdict))
  print(
    `        reached: ${listOf(verdict.reached, '')}${verdict.missed.length > 0 ? `; missed: ${verdict.missed.join('; ')}` : ''}`,
  )
  print(`        refused: ${listOf(verdict.refusals, '×') || 'nothing'}`)
}

const playAll = async (
  options: ChaosOptions,
  scenarios: readonly Scenario[],
  { print, signal, env }: ProgramContext,
): Promise<Verdict[]> => {
  mkdirSync(resultsRoot, { recursive: true })
  const file = join(resultsRoot, `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}-${process.pid}.jsonl`)
  const verdicts: Verdict[] = []
  const commit = currentCommit()
  const until = performance.now() + options.minutes * 60_000
  const hasNextRun = (run: number) =>
    !signal.aborted && run < options.runs && (options.minutes === 0 || performance.now() < until)
  await using environment = openEnvironment({
    dataRoot,
    print,
    keep: options.keep,
    given: { redis: env.TEST_REDIS_URL, elasticsearch: env.TEST_ELASTICSEARCH_URL },
  })
  for (let run = 0; hasNextRun(run); run++) {
    for (const scenario of scenarios) {
      if (signal.aborted) break
      const seed = options.seed + run
      print(`\n== ${scenario.name} --seed ${seed}`)
      const journal = openJournal((what) => print(`   ${what}`))
      const shop = await environment.shopFor(scenario, journal)
      const verdict = await playScenario({ shop, scenario, seed, print: (line) => print(`   ${line}`), journal })
      printVerdict(verdict, print)
      appendResult(file, verdict, { commit, machine: describeMachine(shop) })
      verdicts.push(verdict)
      if (verdict.outcome === 'failed') await environment.discard()
    }
  }
  print(`\nSeeds and outcomes: ${file}`)
  return verdicts
}

await program(async (context) => {
  const options = readOptions(context.args, () => randomInt(1, 1_000_000))
  if (options.mutants) {
    if (options.list) return listMutants(context.print)
    return runMutants({ root, resultsRoot, names: options.mutants }, context)
  }
  if (options.list) {
    for (const { name, about } of listScenarios(options)) context.print(`${name.padEnd(24)} ${about}`)
    return
  }
  if (options.report) {
    writeFileSync(proofFile, proofPage(readResults(resultsRoot), readMutants(resultsRoot)))
    return context.print(`written: ${proofFile}`)
  }
  const scenarios = findScenarios(options)
  const verdicts = await playAll(options, scenarios, context)
  const of = (outcome: Outcome) => verdicts.filter((verdict) => verdict.outcome === outcome)
  const length = options.seconds === usualSeconds ? '' : ` --seconds ${options.seconds}`
  for (const { scenario, seed } of [...of('failed'), ...of('inconclusive')])
    context.print(`replay: npm run chaos -- --scenario ${scenario} --seed ${seed}${length}`)
  context.print(`${of('passed').length} passed, ${of('inconclusive').length} inconclusive, ${of('failed').length} failed`)
  const short = scenarios.flatMap(({ name, averages = {} }) =>
    missedAverages(
      verdicts.filter(({ scenario }) => scenario === name).map(({ reached }) => reached),
      averages,
    ).map((what) => `${name}: ${what}`),
  )
  for (const what of short) context.print(`too rare over all runs of ${what}`)
  if (of('failed').length > 0) throw new ProgramError('Some runs failed; see above.')
  if (of('inconclusive').length > 0 || short.length > 0)
    throw new ProgramError('Some runs are inconclusive: too little happened in them; see above.', { exitCode: inconclusiveCode })
})
