// Runs tools of the machine (apt-get, mvn, unzip) found on PATH. An error contains the relevant line of their output.
import { spawn } from 'node:child_process'
import { accessSync, chmodSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { EngineError } from './engine.ts'

/** Folders of system programs that are often missing on PATH. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** The absolute path of a program, or null. */
export const findProgram = (name: string): string | null => {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...systemFolders]) {
    if (folder === '') continue
    try {
      accessSync(join(folder, name), constants.X_OK)
      return join(folder, name)
    } catch {
      // Not in this folder.
    }
  }
  return null
}

/** The line of a program's output that most likely names the error. A line of one word, such as the name of a package, is none. */
export const findErrorLine = (output: string): string => {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const errorLine =
    lines.findLast((line) => line.includes(' ') && /error|fatal|exception|cannot|could not|failed|denied/i.test(line)) ??
    lines.at(-1) ??
    'it says nothing'
  return errorLine.slice(0, 300)
}

export interface RunOptions {
  cwd?: string
  env?: Record<string, string>
  /** What the user can do when the program fails, as sentences. */
  remedy?: string
  /** Receives standard error as it comes. */
  onOutput?(text: string): void
}

/** Runs a program. @returns its output @throws EngineError with the error line of its output when it fails */
export const run = (program: string, args: readonly string[], { cwd, env, remedy, onOutput }: RunOptions = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let all = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      all = (all + text).slice(-8000)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      all = (all + text).slice(-8000)
      onOutput?.(text)
    })
    child.once('error', (error) => reject(new EngineError(`${program} cannot be run: ${error.message}`)))
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(out)
      const line = `${program} ${args[0] ?? ''} failed (${signal ?? `exit code ${code}`}): ${findErrorLine(all)}`
      reject(new EngineError(remedy === undefined ? line : `${line.replace(/\.$/, '')}. ${remedy}`))
    })
  })

/** Unpacks parts of a zip file with a tool of the machine. `only` lists paths of folders or files in it. */
export const unzip = async (file: string, into: string, only: readonly string[]): Promise<void> => {
  if (findProgram('unzip')) {
    await run('unzip', ['-q', '-o', file, ...only.flatMap((path) => [path, `${path}/*`]), '-d', into]).catch((error: unknown) => {
      // Exit code 11: one of the two patterns of each path never matches.
      if (!(error instanceof EngineError && error.message.includes('exit code 11'))) throw error
    })
    return
  }
  if (findProgram('jar')) {
    await run('jar', ['xf', file, ...only], { cwd: into })
    return
  }
  const script =
    'import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nz.extractall(sys.argv[2], [n for n in z.namelist() if any(n == p or n.startswith(p + "/") for p in sys.argv[3:])])'
  await run('python3', ['-c', script, file, into, ...only])
}

/** Some unpackers drop the executable bit. */
export const makeRunnable = (...files: string[]): void => {
  for (const file of files) chmodSync(file, 0o755)
}

export const isRoot = (): boolean => process.getuid?.() === 0
