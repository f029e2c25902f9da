// Runs vitest or the harness in a copy of the workspace, and reads the result.
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { HeldByScenario, HeldByTest } from './mutant.ts'
import { isReport, type TestReport } from './verdict.ts'

export interface RunOptions {
  root: string
  env: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
}

interface Ended {
  exitCode: number
  output: string
}

const keptOutput = 200_000

/** Runs a program in a process group of its own, so that its children end with it. */
const run = (program: string, args: readonly string[], { root, env, signal }: RunOptions, limitMs: number): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    let output = ''
    const keep = (chunk: string): void => {
      output = (output + chunk).slice(-keptOutput)
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    const end = (how: NodeJS.Signals) => () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, how)
      } catch {
        // The process has ended already.
      }
    }
    const interrupt = end('SIGTERM')
    const timer = setTimeout(end('SIGKILL'), limitMs)
    signal.addEventListener('abort', interrupt)
    const settle = (exitCode: number): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', interrupt)
      resolve({ exitCode, output })
    }
    child.once('error', (error) => {
      keep(error.message)
      settle(-1)
    })
    child.once('close', (code) => settle(code ?? -1))
  })

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const testLimitMs = 180_000
const scenarioLimitMs = 420_000

/** Runs these tests and no others. @returns null when vitest wrote no report */
export const runTests = async (tests: readonly HeldByTest[], options: RunOptions): Promise<TestReport | null> => {
  const report = join(options.root, 'mutant-report.json')
  rmSync(report, { force: true })
  const projects = [...new Set(tests.map(({ project }) => project))].flatMap((project) => ['--project', project])
  const titles = [...new Set(tests.map(({ title }) => escaped(title)))].join('|')
  const args = [
    join(options.root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    ...projects,
    ...new Set(tests.map(({ file }) => file)),
    '-t',
    `(${titles})$`,
    '--reporter=json',
    `--outputFile=${report}`,
  ]
  await run(process.execPath, args, options, testLimitMs * (tests.length > 1 ? 3 : 1))
  try {
    const read: unknown = JSON.parse(readFileSync(report, 'utf8'))
    return isReport(read) ? read : null
  } catch {
    return null
  }
}

/** Plays one scenario with the harness of the copy. */
export const runScenario = ({ scenario, seed }: Omit<HeldByScenario, 'notices'>, options: RunOptions): Promise<Ended> =>
  run(
    process.execPath,
    [join(options.root, 'packages/chaos/src/main.ts'), '--scenario', scenario, '--seed', String(seed)],
    options,
    scenarioLimitMs,
  )
