// Supervisor of one service process: restarts it after one second when it ends, with exponential backoff.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServiceName } from '@cartwright/contracts'
import { type Environment, ProgramError } from '@cartwright/service-kit'

export interface SuperviseOptions {
  name: ServiceName
  env: Environment
  logFile: string
  /** Folder of the code, when it is not this one. */
  root?: string
  /** Called with each new process of the service. */
  onStart?: (pid: number) => void
  /** Called when the process ended unexpectedly. */
  onDeath?: (name: ServiceName, how: string, againMs: number) => void
}

export interface Supervised {
  name: ServiceName
  pid(): number
  /** SIGTERM; SIGKILL after a timeout. @returns how the process ended: `exit code 0` when it stopped cleanly */
  stop(): Promise<string>
}

const ownRoot = fileURLToPath(new URL('../../..', import.meta.url))
const firstRestartMs = 1000
const longestRestartMs = 30_000
const stableAfterMs = 30_000
const stopTimeoutMs = 45_000

const launch = ({ name, env, logFile, root = ownRoot }: SuperviseOptions): ChildProcess => {
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'a')
  try {
    // A separate process group, so that Ctrl-C reaches only the supervisor, which stops the services in order.
    return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'services', name, 'src', 'main.ts')], {
      env: { ...env },
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    })
  } finally {
    closeSync(log)
  }
}

const endOf = ({ exitCode, signalCode }: ChildProcess): string => signalCode ?? `exit code ${exitCode}`

/** Sends SIGTERM, and SIGKILL after a timeout. @returns how the process ended */
const terminate = async (child: ChildProcess): Promise<string> => {
  if (child.exitCode !== null || child.signalCode !== null) return endOf(child)
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  child.kill('SIGTERM')
  await gone
  clearTimeout(force)
  return endOf(child)
}

const shownLines = 30

/** Text that the process printed after its JSON log lines, or its last log line. */
const lastLogLines = (file: string): string => {
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
    started.once('exit', () => {
      const how = endOf(started)
      firstFailed(how)
      if (stopping) return
      if (performance.now() - startedMs > stableAfterMs) restartMs = firstRestartMs
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
    return terminate(child)
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
      reject(
        new ProgramError(`${name} does not start (${how}): ${lastLogLines(options.logFile)}\nIts log is ${options.logFile}.`),
      )
    })
  })
  return { name, pid: () => child.pid ?? 0, stop }
}
