// Keeps one engine running as a child process: ready means it answers, a death is followed by a restart, and no engine outlives its owner.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type Engine, EngineError, type EngineKind, type Log } from './engine.ts'
import { awaitGroupEnd, removeRecord, signalGroup, writeRecord } from './leftover.ts'
import { complaintIn } from './tools.ts'

export interface Command {
  program: string
  args: readonly string[]
  env?: Record<string, string>
  cwd?: string
}

export interface EngineSpec {
  kind: EngineKind
  /** As people call it. */
  title: string
  url: string
  port: number
  logFile: string
  recordFile: string
  command: Command
  log: Log
  /** The version when the engine answers, null as long as it does not. */
  probe(): Promise<string | null>
  readyPatienceMs: number
  stopPatienceMs: number
  /** Called once when the engine is given up for good. */
  release(): void
}

const firstRestartMs = 500
const longestRestartMs = 30_000
const soundAfterMs = 30_000
const longestLogBytes = 20 * 1024 * 1024

/** Waits at a pipe whose other end dies with the owner, then ends the engine: politely, after 30 s by force. */
const watchdog = `read -r _; kill -TERM "$1"; i=0; while kill -0 "$1" && [ $i -lt 30 ]; do sleep 1; i=$((i+1)); done; kill -KILL "-$1"`

const openLog = (file: string): number => {
  if (existsSync(file) && statSync(file).size > longestLogBytes) renameSync(file, `${file}.old`)
  return openSync(file, 'a')
}

const lastComplaint = (file: string): string => complaintIn(readFileSync(file, 'utf8').slice(-20_000))

type Launched = ChildProcess & { pid: number }

/** Starts the process in a group of its own: Ctrl-C reaches the owner alone, which stops everything in order. */
const launch = async ({ command, logFile, recordFile, title }: EngineSpec): Promise<Launched> => {
  const out = openLog(logFile)
  const { program, args, cwd, env } = command
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, detached: true, stdio: ['ignore', out, out] })
  closeSync(out)
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error) => reject(new EngineError(`${title} cannot be run: ${error.message}`)))
  })
  const pid = child.pid
  if (pid === undefined) throw new EngineError(`${title} cannot be run.`)
  const guard = spawn('/bin/sh', ['-c', watchdog, 'watchdog', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  if (guard.stdin && 'unref' in guard.stdin && typeof guard.stdin.unref === 'function') guard.stdin.unref()
  guard.once('error', () => undefined)
  child.once('exit', () => guard.kill('SIGKILL'))
  child.unref()
  writeRecord(recordFile, pid)
  return Object.assign(child, { pid })
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const howEnded = (child: ChildProcess): string => child.signalCode ?? `exit code ${child.exitCode}`

/** Resolves with the version when the engine answers. @throws EngineError when it ends or takes too long */
const awaitReady = async (spec: EngineSpec, child: ChildProcess): Promise<string> => {
  const started = performance.now()
  let nextWord = 5000
  for (;;) {
    const version = await spec.probe()
    if (hasEnded(child))
      throw new EngineError(
        `${spec.title} ended while starting (${howEnded(child)}): ${lastComplaint(spec.logFile)} — its log is ${spec.logFile}`,
      )
    if (version !== null) return version
    const waited = performance.now() - started
    if (waited > spec.readyPatienceMs)
      throw new EngineError(
        `${spec.title} does not answer after ${Math.round(waited / 1000)} s: ${lastComplaint(spec.logFile)} — its log is ${spec.logFile}`,
      )
    if (waited > nextWord) {
      spec.log(`waiting for ${spec.title} (${Math.round(waited / 1000)} s)`)
      nextWord += 5000
    }
    await pause(waited < 2000 ? 25 : 100)
  }
}

/** What changes while an engine is looked after. */
interface State {
  child: Launched | null
  version: string
  /** False after `stop()` and `kill()`: a death is no accident then. */
  wanted: boolean
  restartMs: number
  again: NodeJS.Timeout | null
}

const end = async (spec: EngineSpec, state: State, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
  state.wanted = false
  if (state.again) clearTimeout(state.again)
  const { child } = state
  if (child === null) return
  if (!hasEnded(child)) {
    if (signal === 'SIGKILL') signalGroup(child.pid, signal)
    else child.kill(signal)
  }
  await awaitGroupEnd(child.pid, signal === 'SIGKILL' ? 0 : spec.stopPatienceMs)
  // The group is gone before node has heard of the exit.
  while (!hasEnded(child)) await pause(5)
  removeRecord(spec.recordFile)
}

/** After a death that nobody asked for: starts again, later and later as long as it keeps dying. */
const startAgain = (spec: EngineSpec, state: State, how: string, livedMs: number): void => {
  if (livedMs > soundAfterMs) state.restartMs = firstRestartMs
  spec.log(`${spec.title} ended (${how}); it is started again in ${state.restartMs / 1000} s`)
  const attempt = () =>
    start(spec, state).catch((error: unknown) => {
      if (state.wanted) spec.log(error instanceof Error ? error.message : String(error))
    })
  state.again = setTimeout(attempt, state.restartMs).unref()
  state.restartMs = Math.min(state.restartMs * 2, longestRestartMs)
}

const start = async (spec: EngineSpec, state: State): Promise<void> => {
  const started = performance.now()
  const child = await launch(spec)
  state.child = child
  // Stopped while it was being launched: whoever stopped it saw only the process before.
  if (!state.wanted) return end(spec, state, 'SIGKILL')
  child.once('exit', () => {
    // A first start that fails is for the caller to know.
    if (state.wanted && state.child === child && state.version !== '')
      startAgain(spec, state, howEnded(child), performance.now() - started)
  })
  state.version = await awaitReady(spec, child)
}

/** Starts the engine and resolves when it answers. @throws EngineError */
export const superviseEngine = async (spec: EngineSpec): Promise<Engine> => {
  const state: State = { child: null, version: '', wanted: true, restartMs: firstRestartMs, again: null }
  let released = false
  const stop = async (): Promise<void> => {
    await end(spec, state, 'SIGTERM')
    if (!released) spec.release()
    released = true
  }
  try {
    await start(spec, state)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    kind: spec.kind,
    url: spec.url,
    port: spec.port,
    logFile: spec.logFile,
    get version() {
      return state.version
    },
    get pid() {
      return state.child === null || hasEnded(state.child) ? 0 : state.child.pid
    },
    stop,
    restart: async () => {
      if (released) throw new EngineError(`${spec.title} was stopped for good: start it anew.`)
      await end(spec, state, 'SIGTERM')
      state.wanted = true
      await start(spec, state)
    },
    kill: () => end(spec, state, 'SIGKILL'),
  }
}
