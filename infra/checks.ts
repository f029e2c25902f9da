// The checks of the code itself, each a program of the workspace: one list for `npm run check` and `npm test`.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export interface Check {
  title: string
  /** A program of the workspace's own, with its arguments. */
  command: readonly [string, ...string[]]
}

/** Documentation is checked by tests, which `npm test` runs and counts one by one. */
export const docsProject = 'docs'

export const staticChecks: readonly Check[] = [
  { title: 'types', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { title: 'lint and format', command: ['biome', 'check', '.'] },
]

export const checks: readonly Check[] = [
  ...staticChecks,
  { title: 'docs', command: ['vitest', 'run', '--passWithNoTests', '--project', docsProject] },
]

/** Resolves with the exit code; what the program says goes to the terminal. */
export const runProgram = (
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(join(root, 'node_modules', '.bin', name), args, {
      cwd: root,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', (error) => {
      process.stderr.write(`${name} cannot be run: ${error.message}\n`)
      resolve(1)
    })
    child.once('exit', (code) => resolve(code ?? 1))
  })

export const runCheck = ({ command: [program, ...args] }: Check): Promise<number> => runProgram(program, args)
