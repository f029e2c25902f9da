// Keeps one service running as a process of its own: a service that dies is started again after a second, with backoff.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Environment, ProgramError, type ServiceName } from '@cartwright/service-kit'

export interface SuperviseOptions {
  name: ServiceName
  env: Environment
  logFile: string
  /** Called whenever the service runs as another process. */
  onStart?: (pid: number) => void
  /** Called when it ended without being asked to. */
  onDeath?: (name: ServiceName, how: string, againMs: number) => void
}

export interface Supervised {
  name: ServiceName
  pid(): number
  /** SIGTERM, then patience, then SIGKILL. */
  stop(): Promise<void>
}

const entryOf = (name: ServiceName): string => fileURLToPath(new URL(`../../../services/${name}/src/main.ts`, import.meta.url))
const firstRestartMs = 1000
const longestRestartMs = 30_000
const soundAfterMs = 30_000
const patienceMs = 45_000

const launch = ({ name, env, logFile }: SuperviseOptions): ChildProcess => {
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'a')
  try {
    // A group of its own: Ctrl-C reaches the supervisor alone, which stops everything in order.
    return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entryOf(name)], {
      env: { ...env },
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    })
  } finally {
    closeSync(log)
  }
}

const shownLines = 30

/** What the process said for people at its end: the lines behind its log lines, or the last of these. */
const lastWords = (file: string): string => {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-shownLines)
  const said = lines.slice(lines.findLastIndex((line) => line.startsWith('{')) + 1)
  return (said.length > 0 ? said : lines.slice(-1)).map((line) => line.slice(0, 500)).join('\n')
}

/** Starts the service and resolves when it is ready. @throws ProgramError when its first start fails */
export const supervise = async (options: SuperviseOptions): Promise<Supervised> => {
  const { name } = options
  let child = launch(options)
  let stopping = false
  let restartMs = firstRestartMs
  let restart: NodeJS.Timeout | null = null

  const keep = (started: ChildProcess, firstReady: () => void, firstFailed: (how: string) => void) => {
    const startedMs = performance.now()
    started.on('message', () => {
      if (started.pid !== undefined) options.onStart?.(started.pid)
      firstReady()
    })
    started.once('exit', (code, signal) => {
      const how = signal ?? `exit code ${code}`
      firstFailed(how)
      if (stopping) return
      if (performance.now() - startedMs > soundAfterMs) restartMs = firstRestartMs
      options.onDeath?.(name, how, restartMs)
      restart = setTimeout(() => {
        child = launch(options)
        keep(
          child,
          () => undefined,
          () => undefined,
        )
      }, restartMs)
      restartMs = Math.min(restartMs * 2, longestRestartMs)
    })
  }
  const stop = async () => {
    stopping = true
    if (restart) clearTimeout(restart)
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    const force = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    child.kill('SIGTERM')
    await gone
    clearTimeout(force)
  }
  await new Promise<void>((resolve, reject) => {
    let ready = false
    const onReady = () => {
      ready = true
      resolve()
    }
    keep(child, onReady, (how) => {
      if (ready) return
      stopping = true
      reject(new ProgramError(`${name} does not start (${how}): ${lastWords(options.logFile)}\nIts log is ${options.logFile}.`))
    })
  })
  return { name, pid: () => child.pid ?? 0, stop }
}
