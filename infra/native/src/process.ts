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

/** Starts the process in a group of its own: Ctrl-C reaches the owner alone, which stops everything in order. */
const launch = async ({ command, logFile, recordFile, title }: EngineSpec): Promise<ChildProcess & { pid: number }> => {
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
      throw new EngineError(`${spec.title} does not answer after ${Math.round(waited / 1000)} s; its log is ${spec.logFile}`)
    if (waited > nextWord) {
      spec.log(`waiting for ${spec.title} (${Math.round(waited / 1000)} s)`)
      nextWord += 5000
    }
    await pause(waited < 2000 ? 25 : 100)
  }
}

/** Starts the engine and resolves when it answers. @throws EngineError */
export const superviseEngine = async (spec: EngineSpec): Promise<Engine> => {
  let child: (ChildProcess & { pid: number }) | null = null
  let version = ''
  let wanted = true
  let released = false
  let restartMs = firstRestartMs
  let again: NodeJS.Timeout | null = null

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    wanted = false
    if (again) clearTimeout(again)
    const running = child
    if (running === null) return
    if (!hasEnded(running)) {
      if (signal === 'SIGKILL') signalGroup(running.pid, 'SIGKILL')
      else running.kill(signal)
    }
    await awaitGroupEnd(running.pid, signal === 'SIGKILL' ? 0 : spec.stopPatienceMs)
    // The group is gone before node has heard of the exit.
    while (!hasEnded(running)) await pause(5)
    removeRecord(spec.recordFile)
  }
  const start = async (): Promise<void> => {
    const started = performance.now()
    const own = await launch(spec)
    child = own
    // Stopped while it was being launched: whoever stopped it saw only the process before.
    if (!wanted) return end('SIGKILL')
    own.once('exit', () => {
      if (!wanted || child !== own || version === '') return
      if (performance.now() - started > soundAfterMs) restartMs = firstRestartMs
      spec.log(`${spec.title} ended (${howEnded(own)}); it is started again in ${restartMs / 1000} s`)
      again = setTimeout(() => {
        start().catch((error: unknown) => {
          if (wanted) spec.log(error instanceof Error ? error.message : String(error))
        })
      }, restartMs).unref()
      restartMs = Math.min(restartMs * 2, longestRestartMs)
    })
    version = await awaitReady(spec, own)
  }
  const stop = async (): Promise<void> => {
    await end('SIGTERM')
    if (!released) spec.release()
    released = true
  }
  try {
    await start()
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
      return version
    },
    get pid() {
      return child === null || hasEnded(child) ? 0 : child.pid
    },
    stop,
    restart: async () => {
      if (released) throw new EngineError(`${spec.title} was stopped for good: start it anew.`)
      await end('SIGTERM')
      wanted = true
      await start()
    },
    kill: () => end('SIGKILL'),
  }
}
