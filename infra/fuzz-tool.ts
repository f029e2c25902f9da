// Installs schemathesis: a pinned version in a virtual environment below `.tools`.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The tool cannot be installed. The message says what the user can do. */
export class FuzzError extends Error {}

const run = (program: string, args: readonly string[], mend: string): void => {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
  if (status === 0) return
  throw new FuzzError(
    `${program} ${args.slice(0, 2).join(' ')} failed: ${(error?.message ?? stderr ?? '').trim().slice(-600)}\n${mend}`,
  )
}

/** @returns the path of the program */
export const provideFuzzer = (root: string, print: (line: string) => void): string => {
  const requirements = join(root, 'infra', 'fuzz-requirements.txt')
  const fingerprint = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  const folder = join(root, '.tools', 'schemathesis')
  const stamp = join(folder, '.made-of')
  const program = join(folder, 'bin', 'schemathesis')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return program
  print('installing schemathesis into .tools')
  rmSync(folder, { recursive: true, force: true })
  run('python3', ['-m', 'venv', folder], 'Python 3.10 or newer with its venv module is needed.')
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]
  run(join(folder, 'bin', 'python'), pip, 'Check that pip reaches its registry.')
  writeFileSync(stamp, fingerprint)
  return program
}
