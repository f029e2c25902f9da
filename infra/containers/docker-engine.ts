// Docker engine of the machine, or one that is installed from Debian's packages and started on its own folder.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cacheRoot } from '../native/src/cache.ts'
import { canInstall, installProgram } from '../native/src/debian.ts'
import { EngineError, type Log } from '../native/src/engine.ts'
import { findErrorLine, findProgram, run } from '../native/src/tools.ts'

const startLimitMs = 60_000
const pollMs = 250
const remedy = 'install Docker and start it, or run this as root on Debian, where it is installed from packages'

export interface DockerEngine {
  version: string
  /** True when this process has started it. */
  isOwn: boolean
  /** Process id of an own engine. */
  pid: number | null
  /** Runs the `docker` client on this engine. @returns its output @throws EngineError */
  docker(...args: string[]): Promise<string>
  /** Variables with which other programs find this engine. */
  env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** What the user can do when a command of the client fails. */
const remedies: Readonly<Record<string, string>> = {
  build:
    'A build needs the registries of npm and of Debian packages; the same docker build in a terminal shows all of its output.',
  pull: 'Check the network, or run the check as root on Debian without a Docker engine: it then makes stand-ins and pulls nothing.',
}

const client =
  (env: Record<string, string>) =>
  (...args: string[]) => {
    const remedy = remedies[args[0] ?? '']
    return run('docker', args, { env, ...(remedy === undefined ? {} : { remedy }) })
  }

/** Version of the engine that answers, null when none does. */
const findVersion = async (env: Record<string, string>): Promise<string | null> => {
  if (!findProgram('docker')) return null
  try {
    return (await client(env)('version', '--format', '{{.Server.Version}}')).trim()
  } catch {
    return null
  }
}

/** The classic builder: a client from Debian's packages has no other. */
const builder = { DOCKER_BUILDKIT: '0' }

const startDaemon = async (log: Log): Promise<DockerEngine> => {
  if (!canInstall()) throw new EngineError(`No Docker engine answers: ${remedy}.`)
  const dockerd = await installProgram('dockerd', ['docker.io'], log)
  await installProgram('iptables', ['iptables'], log)
  const folder = join(cacheRoot(), 'docker')
  mkdirSync(folder, { recursive: true })
  const socket = `unix://${join(folder, 'docker.sock')}`
  const logFile = join(folder, 'dockerd.log')
  rmSync(join(folder, 'dockerd.pid'), { force: true })
  const out = openSync(logFile, 'w')
  const parts = ['data-root', 'exec-root', 'pidfile'].flatMap((name) => [
    `--${name}`,
    join(folder, name === 'pidfile' ? 'dockerd.pid' : name),
  ])
  const child = spawn(dockerd, ['--host', socket, ...parts], { detached: true, stdio: ['ignore', out, out] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    child.ref()
    child.kill('SIGTERM')
    await ended
  }
  const env = { DOCKER_HOST: socket, ...builder }
  for (const until = performance.now() + startLimitMs; performance.now() < until; await delay(pollMs)) {
    const version = await findVersion(env)
    if (version !== null) {
      // An engine that is kept does not keep this process.
      child.unref()
      return { version, isOwn: true, pid: child.pid ?? null, docker: client(env), env, stop }
    }
    if (child.exitCode !== null) break
  }
  await stop()
  throw new EngineError(
    `dockerd does not start, its log is ${logFile}: ${existsSync(logFile) ? findErrorLine(readFileSync(logFile, 'utf8')) : 'empty'}`,
  )
}

/** @throws EngineError when no engine answers and none can be started */
export const openDockerEngine = async (log: Log): Promise<DockerEngine> => {
  const version = await findVersion({})
  if (version !== null) return { version, isOwn: false, pid: null, docker: client({}), env: {}, stop: async () => undefined }
  log('no Docker engine answers: starting one on its own folder')
  return startDaemon(log)
}
