// Previous version of the project: its commit, and a copy of its code that can run.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ProgramError } from '@cartwright/service-kit'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }).trim()

const gitOrNull = (...args: string[]): string | null => {
  try {
    return git(...args) || null
  } catch {
    return null
  }
}

export interface Version {
  commit: string
  /** Why this commit. */
  reason: string
}

/**
 * The version to upgrade from: the commit that is asked for, else the newest tag, else the commit before the newest migration.
 * @throws ProgramError when there is no such commit, as in a shallow clone
 */
export const findPreviousVersion = (wanted: string | null): Version => {
  if (wanted !== null) {
    const commit = gitOrNull('rev-parse', '--verify', '--quiet', `${wanted}^{commit}`)
    if (commit === null) throw new ProgramError(`--from ${wanted} is no commit of this clone.`)
    return { commit, reason: `asked for as ${wanted}` }
  }
  const tag = gitOrNull('describe', '--tags', '--abbrev=0', 'HEAD^')
  if (tag !== null) return { commit: git('rev-parse', `${tag}^{commit}`), reason: `the newest tag, ${tag}` }
  const newest = gitOrNull('log', '-1', '--format=%H', '--diff-filter=A', '--', ':(glob)**/migrations/*/migration.sql')
  const before = newest && gitOrNull('rev-parse', '--verify', '--quiet', `${newest}^`)
  if (!before)
    throw new ProgramError(
      'This clone holds no commit before the newest migration: fetch the whole history, or name one with --from.',
    )
  return { commit: before, reason: `the commit before the newest migration` }
}

const run = (program: string, args: readonly string[], cwd: string): void => {
  try {
    execFileSync(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...cleanEnvironment(), CI: 'true' } })
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: Buffer; stdout?: Buffer }
    const output = `${stdout ?? ''}${stderr ?? ''}`.trim().slice(-600)
    throw new ProgramError(`${program} ${args.join(' ')} failed in the copy of the previous version: ${output}`)
  }
}

/** Without the variables that pnpm and npm set for the version that runs now. */
const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm|pnpm)_/i.test(name)))

/** Copies the code of a version into a folder of its own, once, with its packages and database clients. @returns the folder */
export const provideVersion = ({ commit }: Version, print: (line: string) => void): string => {
  const versions = join(tmpdir(), 'cartwright-versions')
  const folder = join(versions, commit)
  if (existsSync(folder)) return folder
  mkdirSync(versions, { recursive: true })
  const fresh = mkdtempSync(join(versions, '.new-'))
  try {
    print(`copying the code of ${commit.slice(0, 10)}`)
    const archive = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 1 << 28 })
    execFileSync('tar', ['--extract', '--directory', fresh], { input: archive })
    print('installing its packages and database clients')
    run('pnpm', ['install', '--frozen-lockfile', '--prefer-offline'], fresh)
    for (const service of readdirSync(join(fresh, 'services')))
      if (existsSync(join(fresh, 'services', service, 'prisma')))
        run(join(fresh, 'services', service, 'node_modules', '.bin', 'prisma'), ['generate'], join(fresh, 'services', service))
    renameSync(fresh, folder)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}
