// List of the checks of `npm run check` and `npm test`: each runs one program of the workspace.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export interface Check {
  title: string
  /** A program of the workspace, with its arguments. */
  command: readonly [string, ...string[]]
  /** Package whose program it is, from the root; the workspace's own when left out. */
  folder?: string
  /** Environment variables beside those of this process. */
  env?: Readonly<Record<string, string>>
}

/** Documentation is checked by tests, which `npm test` runs and counts one by one. */
export const docsProject = 'docs'

export const staticChecks: readonly Check[] = [
  { title: 'types', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  // The types of its routes are generated from their addresses first.
  { title: 'routes of the storefront', folder: 'packages/storefront', command: ['react-router', 'typegen'] },
  { title: 'types of the storefront', command: ['tsc', '--noEmit', '-p', 'packages/storefront/tsconfig.json'] },
  { title: 'lint and format', command: ['biome', 'check', '.'] },
  {
    title: 'OpenAPI document',
    command: ['redocly', 'lint', 'packages/docs/generated/openapi.json', '--format=stylish'],
    env: { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  },
]

export const checks: readonly Check[] = [
  ...staticChecks,
  { title: 'docs', command: ['vitest', 'run', '--passWithNoTests', '--project', docsProject] },
]

/** Runs a program with its output on the terminal. @returns its exit code */
export const runProgram = (
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
  folder = '.',
): Promise<number> =>
  new Promise((resolve) => {
    const cwd = join(root, folder)
    const child = spawn(join(cwd, 'node_modules', '.bin', name), args, {
      cwd,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', (error) => {
      process.stderr.write(`${name} cannot be run: ${error.message}\n`)
      resolve(1)
    })
    child.once('exit', (code) => resolve(code ?? 1))
  })

export const runCheck = ({ command: [program, ...args], env, folder }: Check): Promise<number> =>
  runProgram(program, args, { ...process.env, ...env }, folder)
