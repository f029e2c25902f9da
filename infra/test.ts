// `npm test`: runs the checks, all suites on real engines, and the suites with SQL again on MySQL. The last line is `N passed, N failed`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { provideEngines, type TestEngine } from '../packages/testing/src/engines.ts'
import { docsProject, runCheck, runProgram, staticChecks } from './checks.ts'
import { add, count, failedFiles, failure, none, type Report, readReport, type Tally, withRerun } from './test-report.ts'

interface Suite {
  title: string
  projects: readonly string[]
  /** Only files whose path contains one of these; all files when empty. */
  files: readonly string[]
  /** The database of the suite. A suite without one needs no engine. */
  database?: 'MariaDB' | 'MySQL'
}

const suites: readonly Suite[] = [
  { title: 'docs', projects: [docsProject], files: [] },
  { title: 'unit', projects: ['unit'], files: [] },
  { title: 'int', projects: ['int'], files: [], database: 'MariaDB' },
  { title: 'flow', projects: ['flow'], files: [], database: 'MariaDB' },
  { title: 'kafka', projects: ['kafka'], files: [], database: 'MariaDB' },
  // Finds SQL that only MariaDB accepts.
  {
    title: 'int on MySQL',
    projects: ['int'],
    files: ['packages/db/', 'packages/messaging/', 'services/'],
    database: 'MySQL',
  },
  { title: 'a whole purchase on MySQL', projects: ['flow'], files: ['purchase.flow.test.ts'], database: 'MySQL' },
]

const engines: readonly TestEngine[] = ['mysql', 'redis', 'kafka', 'elasticsearch', 'realMysql']
/** The first failures are often the cause of the later ones, so only these are printed. */
const shownFailures = 40
/** So many failed files run again alone, because a busy machine makes a test time out; more are a defect. */
const rerunFiles = 4
const started = performance.now()

const print = (line: string): void => {
  process.stdout.write(`[${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s] ${line}\n`)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const runChecks = async (): Promise<Tally> => {
  let tally = none
  for (const check of staticChecks) {
    print(`== ${check.title}`)
    tally = add(tally, (await runCheck(check)) === 0 ? { ...none, passed: 1 } : failure(`${check.title}: see above`))
  }
  return tally
}

const databaseVariables = { MariaDB: 'TEST_MYSQL_URL', MySQL: 'TEST_MYSQL97_URL' } as const

const runVitest = async (
  projects: readonly string[],
  files: readonly string[],
  { env, report }: { env: NodeJS.ProcessEnv; report: string },
): Promise<{ exitCode: number; report: Report | null }> => {
  const chosen = projects.flatMap((project) => ['--project', project])
  const output = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const exitCode = await runProgram('vitest', ['run', '--passWithNoTests', ...chosen, ...output, ...files], env)
  return { exitCode, report: readReport(report) }
}

const runSuite = async ({ title, projects, files, database }: Suite, reports: string): Promise<Tally> => {
  print(`== ${title}`)
  const url = database && process.env[databaseVariables[database]]
  if (database && !url) return failure(`${title}: there is no ${database} to run it on`)
  const env = url ? { ...process.env, TEST_MYSQL_URL: url } : process.env
  const report = join(reports, `${title.replace(/\W+/g, '-')}.json`)
  const noSkips = process.env.CI === 'true'
  const first = await runVitest(projects, files, { env, report })
  const failed = failedFiles(first.report)
  if (!database || first.report === null || failed.length === 0 || failed.length > rerunFiles)
    return count(title, first.report, first.exitCode, noSkips)
  print(`== ${title}: once more, ${failed.length} files with failures`)
  const second = await runVitest(projects, failed, { env, report: `${report}.second` })
  const merged = withRerun(first.report, second.report)
  return add(count(title, merged.report, second.exitCode, noSkips), { ...none, unstable: merged.unstable })
}

interface Provided {
  stop: () => Promise<void>
  /** Reason why suites with engines cannot run. */
  trouble: string | null
}

/** Starts the engines while the checks run. */
const startEngines = async (): Promise<Provided> => {
  try {
    return { stop: await provideEngines(engines, print), trouble: null }
  } catch (error) {
    return { stop: async () => undefined, trouble: messageOf(error) }
  }
}

/** Suites whose titles begin with one of the arguments; all suites without arguments. */
const chosenSuites = (names: readonly string[]): readonly Suite[] =>
  names.length === 0 ? suites : suites.filter(({ title }) => names.some((name) => title.startsWith(name)))

const main = async (names: readonly string[]): Promise<Tally> => {
  const reports = mkdtempSync(join(tmpdir(), 'cartwright-test-'))
  const [checked, provided] = await Promise.all([names.length === 0 ? runChecks() : none, startEngines()])
  let tally = checked
  const stopOn = (signal: NodeJS.Signals) => {
    print(`${signal}: stopping the engines`)
    provided.stop().finally(() => process.exit(130))
  }
  process.once('SIGINT', stopOn)
  process.once('SIGTERM', stopOn)
  try {
    const { trouble } = provided
    for (const suite of chosenSuites(names))
      tally = add(
        tally,
        trouble !== null && suite.database ? failure(`${suite.title}: not run, ${trouble}`) : await runSuite(suite, reports),
      )
  } finally {
    rmSync(reports, { recursive: true, force: true })
    await provided.stop()
  }
  return tally
}

const { passed, failed, failures, unstable } = await main(process.argv.slice(2))
for (const line of unstable) process.stdout.write(`  ! failed once, and passed when it ran again: ${line}\n`)
for (const line of failures.slice(0, shownFailures)) process.stdout.write(`  ✗ ${line}\n`)
if (failures.length > shownFailures) process.stdout.write(`  ✗ and ${failures.length - shownFailures} more, see above\n`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
process.stdout.write(`${passed} passed, ${failed} failed\n`)
