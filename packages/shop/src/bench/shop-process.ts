// The shop under load, started as a user starts it, on a data folder of the benchmark's own.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Environment } from '@cartwright/service-kit'
import { enginesBelow, type Processes } from './processes.ts'
import { inspectorOptions, type Profiled } from './profile.ts'

export type Mode = 'embedded' | 'distributed'

export interface RunningFile {
  pid: number
  gateway: string
  stripeSandbox: string
  /** With the account of the server that the shop started, or of the one it was given. */
  mysql: string
  services: Record<string, { http: string; metrics: string; pid: number }>
}

export interface ShopProcess {
  mode: Mode
  running: RunningFile
  /** `shop` in embedded mode, one per service and the supervisor otherwise. */
  processes: Processes
  /** Those that the shop started. */
  engines: Processes
  /** The shop's processes, ready to be profiled. */
  profiled: Readonly<Record<string, Profiled>>
  stop(): Promise<void>
}

const entries: Record<Mode, string> = {
  embedded: fileURLToPath(new URL('../start-embedded.ts', import.meta.url)),
  distributed: fileURLToPath(new URL('../start-distributed.ts', import.meta.url)),
}
const startLimitMs = 240_000

const waitFor = async (file: string, child: ChildProcess): Promise<RunningFile> => {
  const until = performance.now() + startLimitMs
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error('the shop did not start')
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as RunningFile
    await delay(100)
  }
  throw new Error('the shop did not become ready in time')
}

const supervisor = 'supervisor, sandbox, mailbox'

/** What Node.js says when a profile is taken. */
const aboutInspector = /^(Debugger |For help, see)/

/** Passes on what a process writes to standard error, and remembers it. */
const listenTo = (child: ChildProcess): (() => string) => {
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    const text = chunk.toString()
    if (!aboutInspector.test(text)) process.stderr.write(text)
    said += text
  })
  return () => said
}

/** `running.json` holds no password: that of a server which the shop started lies beside its data. */
const withAccount = (address: string, dataDir: string, { DATABASE_URL, DATABASE_ENGINE = 'mariadb' }: Environment): string => {
  if (DATABASE_URL) return DATABASE_URL
  const url = new URL(address)
  url.username = 'root'
  url.password = readFileSync(join(dataDir, DATABASE_ENGINE, 'root-password'), 'utf8')
  return url.href
}

/** Starts the shop and resolves when it is ready. Its own output goes to standard error. */
export const startShopProcess = async (mode: Mode, dataDir: string, env: Environment): Promise<ShopProcess> => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entries[mode]], {
    env: {
      ...env,
      NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} ${inspectorOptions}`.trim(),
      SHOP_DATA_DIR: dataDir,
      GATEWAY_PORT: '18080',
      MAILBOX_PORT: '18025',
      STRIPE_SANDBOX_PORT: '18111',
    },
    stdio: ['ignore', process.stderr, 'pipe'],
  })
  const said = listenTo(child)
  const told = await waitFor(join(dataDir, 'running.json'), child)
  const running = { ...told, mysql: withAccount(told.mysql, dataDir, env) }
  const services = mode === 'embedded' ? [] : Object.entries(running.services)
  const own = mode === 'embedded' ? 'shop' : supervisor
  const logOf = (name: string) => () => readFileSync(join(dataDir, 'logs', `${name}.log`), 'utf8')
  return {
    mode,
    running,
    processes: Object.fromEntries([...services.map(([name, { pid }]) => [name, [pid]]), [own, [running.pid]]]),
    engines: enginesBelow(running.pid),
    profiled: {
      ...Object.fromEntries(services.map(([name, { pid }]) => [name, { pid, said: logOf(name) }])),
      [own]: { pid: running.pid, said },
    },
    stop: async () => {
      if (child.exitCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    },
  }
}
