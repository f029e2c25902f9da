// Runs a command-line program: environment in, signals to a clean stop, one clear line when it fails. The only other place that meets `process`.
import { ConfigError, type Environment } from './config.ts'

const hardExitMs = 40_000
/** One Ctrl-C arrives twice when the terminal and a parent such as npm both deliver it. */
const sameSignalMs = 1000

export interface ProgramContext {
  env: Environment
  args: readonly string[]
  /** Aborted by the first Ctrl-C or SIGTERM. */
  signal: AbortSignal
  /** A line for whoever watches. */
  say(line: string): void
}

/** What a program leaves running: stopped by the first signal, or when `ended` resolves. */
export interface Running {
  stop(): Promise<void>
  ended?: Promise<void>
}

/** A failure that a person can mend; its message says how. Printed without a stack. */
export class ProgramError extends Error {
  /** What the program exits with; 2 by custom for a command line that was not understood. */
  readonly exitCode: number

  /** @param message nothing is printed when it is empty: then all has been said */
  constructor(message: string, options: { cause?: unknown; exitCode?: number } = {}) {
    super(message, options)
    this.name = 'ProgramError'
    this.exitCode = options.exitCode ?? 1
  }
}

/** Errors of packages that know nothing of this one say so themselves, as those of the local engines do. */
const isForPeople = (error: unknown): error is Error =>
  error instanceof ProgramError ||
  error instanceof ConfigError ||
  (error instanceof Error && 'forPeople' in error && error.forPeople === true)

/** What a program says when it ends by an error: one line for people where there is one, the stack otherwise. */
export const lineOf = (error: unknown): string => {
  if (isForPeople(error)) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Runs `main`. Exit code 0 after a clean end, 1 after a failure unless it names another, 130 when a second signal does not want to wait. */
export const program = async (main: (context: ProgramContext) => Promise<Running | undefined> | Promise<void>): Promise<void> => {
  const abort = new AbortController()
  const interrupted = new Promise<void>((resolve) => {
    let firstAt = 0
    const onSignal = () => {
      if (abort.signal.aborted) {
        if (performance.now() - firstAt > sameSignalMs) process.exit(130)
        return
      }
      firstAt = performance.now()
      abort.abort()
      setTimeout(() => process.exit(1), hardExitMs).unref()
      resolve()
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
  try {
    const running = await main({
      env: process.env,
      args: process.argv.slice(2),
      signal: abort.signal,
      say: (line) => void process.stdout.write(`${line}\n`),
    })
    if (running) {
      await Promise.race([interrupted, ...(running.ended ? [running.ended] : [])])
      await running.stop()
    }
    process.exit(0)
  } catch (error) {
    if (abort.signal.aborted && error === abort.signal.reason) process.exit(0)
    const line = lineOf(error)
    if (line !== '') process.stderr.write(`${line}\n`)
    process.exit(error instanceof ProgramError ? error.exitCode : 1)
  }
}
