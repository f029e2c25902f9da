// Process supervisor of one engine: waits until it answers, restarts it after a crash, and ends it when its owner has ended.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Engine, EngineError, type EngineKind, type Log } from './engine.ts'
import { awaitGroupEnd, removeRecord, signalGroup, writeRecord } from './orphan-cleanup.ts'
import { findErrorLine } from './tools.ts'

export interface Command {
  program: string
  args: readonly string[]
  env?: Record<string, string>
  cwd?: string
}

export interface EngineSpec {
  kind: EngineKind
  /** Name in messages. */
  title: string
  url: string
  port: number
  logFile: string
  recordFile: string
  command: Command
  log: Log
  /** The version when the engine answers, null while it does not. */
  probe(): Promise<string | null>
  readyTimeoutMs: number
  stopTimeoutMs: number
  /** Called once, when the engine is stopped. */
  release(): void
}

const firstRestartDelayMs = 500
const maxRestartDelayMs = 30_000
const healthyAfterMs = 30_000
const maxLogBytes = 20 * 1024 * 1024

/** Reads from a pipe that closes when the owner ends. Then it sends SIGTERM to the engine, and SIGKILL after 30 s. */
const watchdog = `read -r _; kill -TERM "$1"; i=0; while kill -0 "$1" && [ $i -lt 30 ]; do sleep 1; i=$((i+1)); done; kill -KILL "-$1"`

const openLog = (file: string): number => {
  if (existsSync(file) && statSync(file).size > maxLogBytes) renameSync(file, `${file}.old`)
  return openSync(file, 'a')
}

const readLastError = (file: string): string => findErrorLine(readFileSync(file, 'utf8').slice(-20_000))

type Launched = ChildProcess & { pid: number }

/** Starts the process in its own group, so that Ctrl-C reaches only the owner, which stops the engines in order. */
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
  // Without a watchdog the next start on the folder stops the orphan.
  guard.once('error', () => undefined)
  child.once('exit', () => guard.kill('SIGKILL'))
  child.unref()
  writeRecord(recordFile, pid)
  return Object.assign(child, { pid })
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const describeExit = (child: ChildProcess): string => child.signalCode ?? `exit code ${child.exitCode}`

/** Resolves with the version when the engine answers. @throws EngineError when it ends or takes too long */
const awaitReady = async (spec: EngineSpec, child: ChildProcess): Promise<string> => {
  const started = performance.now()
  let nextReportMs = 5000
  for (;;) {
    const version = await spec.probe()
    if (hasEnded(child))
      throw new EngineError(
        `${spec.title} ended while starting (${describeExit(child)}): ${readLastError(spec.logFile)} — its log is ${spec.logFile}`,
      )
    if (version !== null) return version
    const waited = performance.now() - started
    if (waited > spec.readyTimeoutMs)
      throw new EngineError(
        `${spec.title} does not answer after ${Math.round(waited / 1000)} s: ${readLastError(spec.logFile)} — its log is ${spec.logFile}`,
      )
    if (waited > nextReportMs) {
      spec.log(`waiting for ${spec.title} (${Math.round(waited / 1000)} s)`)
      nextReportMs += 5000
    }
    await delay(waited < 2000 ? 25 : 100)
  }
}

/** State of the supervisor. */
interface State {
  child: Launched | null
  version: string
  /** False after `stop()` and `kill()`: an exit is then no crash. */
  isWanted: boolean
  restartDelayMs: number
  restartTimer: NodeJS.Timeout | null
}

const end = async (spec: EngineSpec, state: State, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
  state.isWanted = false
  if (state.restartTimer) clearTimeout(state.restartTimer)
  const { child } = state
  if (child === null) return
  if (!hasEnded(child)) {
    if (signal === 'SIGKILL') signalGroup(child.pid, signal)
    else child.kill(signal)
  }
  await awaitGroupEnd(child.pid, signal === 'SIGKILL' ? 0 : spec.stopTimeoutMs)
  // The group may be gone before Node.js emits `exit`.
  while (!hasEnded(child)) await delay(5)
  removeRecord(spec.recordFile)
}

/** Restarts the engine after a crash. The delay doubles with each crash until the engine ran long enough. */
const scheduleRestart = (spec: EngineSpec, state: State, exit: string, uptimeMs: number): void => {
  if (uptimeMs > healthyAfterMs) state.restartDelayMs = firstRestartDelayMs
  spec.log(`${spec.title} ended (${exit}) and restarts in ${state.restartDelayMs / 1000} s`)
  const restart = () =>
    start(spec, state).catch((error: unknown) => {
      if (state.isWanted) spec.log(error instanceof Error ? error.message : String(error))
    })
  state.restartTimer = setTimeout(restart, state.restartDelayMs).unref()
  state.restartDelayMs = Math.min(state.restartDelayMs * 2, maxRestartDelayMs)
}

const start = async (spec: EngineSpec, state: State): Promise<void> => {
  const started = performance.now()
  const child = await launch(spec)
  state.child = child
  // `stop()` during the launch saw only the process before this one.
  if (!state.isWanted) return end(spec, state, 'SIGKILL')
  child.once('exit', () => {
    // The caller gets the failure of the first start.
    if (state.isWanted && state.child === child && state.version !== '')
      scheduleRestart(spec, state, describeExit(child), performance.now() - started)
  })
  state.version = await awaitReady(spec, child)
}

/** Starts the engine and resolves when it answers. @throws EngineError */
export const superviseEngine = async (spec: EngineSpec): Promise<Engine> => {
  const state: State = { child: null, version: '', isWanted: true, restartDelayMs: firstRestartDelayMs, restartTimer: null }
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
      if (released) throw new EngineError(`${spec.title} was stopped: start a new one instead of restarting it.`)
      await end(spec, state, 'SIGTERM')
      state.isWanted = true
      await start(spec, state)
    },
    kill: () => end(spec, state, 'SIGKILL'),
  }
}
