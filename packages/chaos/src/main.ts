// `npm run chaos`: plays scenarios one after the other, prints each seed before it is played and explains what went wrong.
import { randomInt } from 'node:crypto'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ProgramContext, ProgramError, program } from '@cartwright/service-kit'
import { openJournal } from './journal.ts'
import { type ChaosOptions, readOptions, usualSeconds } from './options.ts'
import { playScenario, type Verdict } from './run.ts'
import { findScenarios, listScenarios } from './scenarios/catalogue.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { openStage } from './stage.ts'

const dataRoot = fileURLToPath(new URL('../../../.data/chaos', import.meta.url))
const resultsRoot = fileURLToPath(new URL('../../../.data/chaos-results', import.meta.url))

const summaryOf = ({ scenario, seed, passed, seconds, restSeconds, orders, operations, faults, violations }: Verdict): string =>
  `${passed ? 'passed' : 'FAILED'}  ${scenario} --seed ${seed}  ${seconds.toFixed(0)} s, at rest after ${restSeconds.toFixed(1)} s; orders: ${
    Object.entries(orders)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ') || 'none'
  }; ${operations.answered} answers, ${operations.lost} lost; ${faults} faults${passed ? '' : `; ${violations.length} violations`}`

const record = (file: string, { account: _, ...verdict }: Verdict): void => {
  appendFileSync(
    file,
    `${JSON.stringify({ at: new Date().toISOString(), ...verdict, violations: verdict.violations.slice(0, 20) })}\n`,
  )
}

const playAll = async (
  options: ChaosOptions,
  scenarios: readonly Scenario[],
  { say, signal, env }: ProgramContext,
): Promise<Verdict[]> => {
  mkdirSync(resultsRoot, { recursive: true })
  const file = join(resultsRoot, `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}-${process.pid}.jsonl`)
  const verdicts: Verdict[] = []
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
      for (const line of verdict.account) say(line)
      say(summaryOf(verdict))
      say(
        `        refused: ${
          Object.entries(verdict.refusals)
            .map(([kind, count]) => `${count} × ${kind}`)
            .join(', ') || 'nothing'
        }`,
      )
      record(file, verdict)
      verdicts.push(verdict)
      if (!verdict.passed) await stage.giveUp()
    }
  }
  say(`\nSeeds and outcomes: ${file}`)
  return verdicts
}

await program(async (context) => {
  const options = readOptions(context.args, () => randomInt(1, 1_000_000))
  if (options.list) {
    for (const { name, about } of listScenarios(options)) context.say(`${name.padEnd(24)} ${about}`)
    return
  }
  const verdicts = await playAll(options, findScenarios(options), context)
  const failed = verdicts.filter((verdict) => !verdict.passed)
  const length = options.seconds === usualSeconds ? '' : ` --seconds ${options.seconds}`
  for (const { scenario, seed } of failed) context.say(`replay: npm run chaos -- --scenario ${scenario} --seed ${seed}${length}`)
  context.say(`${verdicts.length - failed.length} passed, ${failed.length} failed`)
  if (failed.length > 0) throw new ProgramError('Some runs failed; see above.')
})
