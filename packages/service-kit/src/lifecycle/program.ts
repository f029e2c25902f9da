// Runs a command-line program: passes environment and arguments, stops it cleanly on a signal, prints one line when it fails.
import { ConfigError, type Environment } from '../config.ts'

/** Milliseconds from the first signal until a program that has not stopped ends itself. */
export const hardExitMs = 40_000
/** Ctrl-C arrives twice when the terminal and a parent such as npm both deliver it. */
const sameSignalMs = 1000

export interface ProgramContext {
  env: Environment
  args: readonly string[]
  /** Aborted by the first Ctrl-C or SIGTERM. */
  signal: AbortSignal
  /** Prints a line to standard output. */
  print(line: string): void
}

/** What a program leaves running: it is stopped by the first signal, or when `ended` resolves. */
export interface Running {
  stop(): Promise<void>
  ended?: Promise<void>
}

/** A failure that the user can fix; the message says how. It is printed without a stack. */
export class ProgramError extends Error {
  /** Exit code of the program; by convention 2 for a wrong command line. */
  readonly exitCode: number

  /** @param message empty when the program has printed the reason itself */
  constructor(message: string, options: { cause?: unknown; exitCode?: number } = {}) {
    super(message, options)
    this.name = 'ProgramError'
    this.exitCode = options.exitCode ?? 1
  }
}

/** Errors of packages that know nothing of this one say so themselves, as those of the local engines do. */
const isUserFacingError = (error: unknown): error is Error =>
  error instanceof ProgramError ||
  error instanceof ConfigError ||
  (error instanceof Error && 'isUserFacing' in error && error.isUserFacing === true)

/** The text that is printed for an error: the message of a user-facing error, the stack of any other. */
export const lineOf = (error: unknown): string => {
  if (isUserFacingError(error)) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Runs `main`. Exit code 0 after a clean end, 1 after a failure unless the error names another, 130 after a second signal. */
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
      print: (line) => void process.stdout.write(`${line}\n`),
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
