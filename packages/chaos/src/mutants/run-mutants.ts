// Command `npm run chaos -- --mutants`: plants each mutant in a copy of the workspace and runs the test that must notice it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ProgramContext, ProgramError } from '@cartwright/service-kit'
import { provideEngines, type TestEngine } from '@cartwright/testing/engines'
import { type MutantResult, readMutants } from '../results.ts'
import { type HeldByScenario, type HeldByTest, holderOf, isHeldByTest, type Mutant, mutate } from './mutant.ts'
import { mutants } from './mutants.ts'
import { type RunOptions, runScenario, runTests } from './run-tests.ts'
import { copySources, type SourceTree } from './source-tree.ts'
import { endOf, type Judgement, judgeScenario, judgeTest } from './verdict.ts'

const workersAtOnce = 2
const engines: readonly TestEngine[] = ['mysql', 'redis', 'elasticsearch']

/** @throws ProgramError for an unknown name */
export const chooseMutants = (names: readonly string[]): readonly Mutant[] => {
  const unknown = names.filter((name) => !mutants.some((mutant) => mutant.name === name))
  if (unknown.length > 0)
    throw new ProgramError(`Unknown mutant ${unknown.join(', ')}. Known mutants: ${mutants.map(({ name }) => name).join(', ')}.`)
  return names.length === 0 ? mutants : mutants.filter(({ name }) => names.includes(name))
}

export const listMutants = (print: (line: string) => void): void => {
  for (const { name, rule, owner, breaks } of mutants) print(`${rule} ${owner.padEnd(12)} ${name.padEnd(36)} ${breaks}`)
}

const testsOf = (chosen: readonly Mutant[]): HeldByTest[] => {
  const tests = chosen.map(({ heldBy }) => heldBy).filter(isHeldByTest)
  return [...new Map(tests.map((test) => [`${test.file}\n${test.title}`, test])).values()]
}

const scenariosOf = (chosen: readonly Mutant[]): HeldByScenario[] => {
  const held = chosen.flatMap(({ heldBy }) => (isHeldByTest(heldBy) ? [] : [heldBy]))
  return [...new Map(held.map((holder) => [`${holder.scenario}\n${holder.seed}`, holder])).values()]
}

/** Rounds with at most one test per file, so that each test is proven to pass alone, as it runs with a mutant. */
export const roundsOf = (tests: readonly HeldByTest[]): HeldByTest[][] => {
  const byFile = [...Map.groupBy(tests, ({ file }) => file).values()]
  const count = Math.max(0, ...byFile.map((ofFile) => ofFile.length))
  return Array.from({ length: count }, (_, round) => byFile.flatMap((ofFile) => ofFile.slice(round, round + 1)))
}

/** @throws ProgramError naming the tests that fail without any mutant */
const proveBaseline = async (chosen: readonly Mutant[], options: RunOptions, print: (line: string) => void): Promise<void> => {
  const failed: string[] = []
  for (const round of roundsOf(testsOf(chosen))) {
    if (options.signal.aborted) return
    print(`without mutants: ${round.length} tests`)
    const report = await runTests(round, options)
    for (const test of round) {
      const end = endOf(report, test)
      if (end.state !== 'passed') failed.push(`${test.file} › ${test.title}: ${end.message.split('\n')[0]}`)
    }
  }
  for (const held of scenariosOf(chosen)) {
    if (options.signal.aborted) return
    print(`without mutants: chaos --scenario ${held.scenario} --seed ${held.seed}`)
    const { exitCode } = await runScenario(held, options)
    if (exitCode !== 0) failed.push(`chaos --scenario ${held.scenario} --seed ${held.seed}`)
  }
  if (failed.length > 0 && !options.signal.aborted)
    throw new ProgramError(`These tests must pass without a mutant, but fail:\n${failed.join('\n')}`)
}

const observe = async ({ heldBy }: Mutant, options: RunOptions): Promise<Judgement> => {
  if (isHeldByTest(heldBy)) return judgeTest(endOf(await runTests([heldBy], options), heldBy))
  const { exitCode, output } = await runScenario(heldBy, options)
  return judgeScenario(heldBy, exitCode, output)
}

const plant = async (mutant: Mutant, tree: SourceTree, options: RunOptions): Promise<Judgement> => {
  const source = tree.read(mutant.file)
  tree.write(mutant.file, mutate(mutant, source))
  try {
    return await observe(mutant, options)
  } finally {
    tree.write(mutant.file, source)
  }
}

/** Tests that start processes or measure time run alone; the others run in parallel. */
const needsQuiet = ({ heldBy }: Mutant): boolean =>
  !isHeldByTest(heldBy) || heldBy.project === 'flow' || heldBy.project === 'kafka'

interface Campaign extends Omit<RunOptions, 'root'> {
  chosen: readonly Mutant[]
  trees: readonly SourceTree[]
  print: (line: string) => void
}

const plantAll = async ({ chosen, trees, print, ...run }: Campaign): Promise<MutantResult[]> => {
  const results: MutantResult[] = []
  const work = async (queue: Mutant[], tree: SourceTree): Promise<void> => {
    for (let mutant = queue.shift(); mutant !== undefined && !run.signal.aborted; mutant = queue.shift()) {
      const started = performance.now()
      const { outcome, why } = await plant(mutant, tree, { ...run, root: tree.root })
      if (run.signal.aborted) return
      const { name, rule, owner: service } = mutant
      const seconds = Math.round((performance.now() - started) / 100) / 10
      results.push({ name, rule, service, heldBy: holderOf(mutant), outcome, seconds })
      print(`${outcome.padEnd(7)} ${rule} ${service.padEnd(12)} ${name.padEnd(44)} ${seconds.toFixed(1).padStart(5)} s`)
      if (outcome !== 'caught') print(`        ${mutant.breaks}\n        ${holderOf(mutant)}: ${why}`)
    }
  }
  const quick = chosen.filter((mutant) => !needsQuiet(mutant))
  await Promise.all(trees.map((tree) => work(quick, tree)))
  const [first] = trees
  if (first) await work(chosen.filter(needsQuiet), first)
  return results
}

/** @throws StaleMutant before anything is copied or started */
const refuseStale = (chosen: readonly Mutant[], root: string): void => {
  for (const mutant of chosen) mutate(mutant, readFileSync(join(root, mutant.file), 'utf8'))
}

const byRule = (results: readonly MutantResult[]): string =>
  [...Map.groupBy(results, ({ rule }) => rule)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([rule, of]) => `${rule}: ${of.filter(({ outcome }) => outcome === 'caught').length} of ${of.length}`)
    .join(', ')

/** Adds the recorded outcomes of the other mutants that still exist, in the order of the list, so that it can be run in parts. */
export const withKnown = (results: readonly MutantResult[], known: readonly MutantResult[]): MutantResult[] => {
  const byName = new Map([...known, ...results].map((result) => [result.name, result]))
  return mutants.flatMap(({ name }) => byName.get(name) ?? [])
}

export interface MutantOptions {
  /** The workspace. */
  root: string
  resultsRoot: string
  names: readonly string[]
}

/** Runs the list, or the named mutants. @throws ProgramError when any is missed or invalid */
export const runMutants = async ({ root, resultsRoot, names }: MutantOptions, context: ProgramContext): Promise<void> => {
  const { print, signal } = context
  const chosen = chooseMutants(names)
  refuseStale(chosen, root)
  const stopEngines = await provideEngines(engines, print)
  const trees: SourceTree[] = []
  try {
    for (let worker = 0; worker < Math.min(workersAtOnce, chosen.length); worker++) trees.push(copySources(root))
    const [first] = trees
    if (first === undefined) return
    const env = { ...context.env, TEST_LOG_LEVEL: 'fatal' }
    await proveBaseline(chosen, { root: first.root, env, signal }, print)
    const results = await plantAll({ chosen, trees, env, signal, print })
    if (signal.aborted) return
    mkdirSync(resultsRoot, { recursive: true })
    const file = join(resultsRoot, 'mutants.json')
    writeFileSync(file, `${JSON.stringify(withKnown(results, readMutants(resultsRoot)), null, 2)}\n`)
    const missed = results.filter(({ outcome }) => outcome !== 'caught')
    print(`\n${results.length - missed.length} of ${results.length} mutants were caught (${byRule(results)}). Outcomes: ${file}`)
    if (missed.length > 0)
      throw new ProgramError(`Not caught: ${missed.map(({ name, outcome }) => `${name} (${outcome})`).join(', ')}`)
  } finally {
    for (const tree of trees) tree[Symbol.dispose]()
    await stopEngines()
  }
}
