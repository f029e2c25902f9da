// Process of the shop under load, started by the same entry points as `npm start`, on a data folder of the benchmark.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Environment } from '@cartwright/service-kit'
import { enginesBelow, type Processes } from './processes.ts'
import { inspectorOptions, type Profiled } from './profile.ts'

export type Mode = 'embedded' | 'distributed'

interface RunningFile {
  pid: number
  gateway: string
  stripeSandbox: string
  /** Root address of the database server, with the account. */
  mysql: string
  services: Record<string, { http: string; metrics: string; pid: number }>
}

export interface ShopProcess {
  mode: Mode
  running: RunningFile
  /** Embedded mode: `shop`. Distributed mode: the services and the supervisor. */
  processes: Processes
  /** Engines that the shop started. */
  engines: Processes
  /** The shop's processes as targets of the profiler. */
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
    if (child.exitCode !== null) throw new Error('the shop ended before it was ready; its error is printed above')
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as RunningFile
    await delay(100)
  }
  throw new Error(`the shop was not ready within ${startLimitMs} ms`)
}

const supervisor = 'supervisor, sandbox, mailbox'

/** Lines that Node.js prints when its inspector opens. */
const inspectorLine = /^(Debugger |For help, see)/

/** Forwards a process's standard error and records it. @returns a function that reads the record */
const recordStderr = (child: ChildProcess): (() => string) => {
  let recorded = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    const text = chunk.toString()
    if (!inspectorLine.test(text)) process.stderr.write(text)
    recorded += text
  })
  return () => recorded
}

/** `running.json` holds no password; a server that the shop started has it in `root-password` in its data folder. */
const withAccount = (address: string, dataDir: string, { DATABASE_URL, DATABASE_ENGINE = 'mariadb' }: Environment): string => {
  if (DATABASE_URL) return DATABASE_URL
  const url = new URL(address)
  url.username = 'root'
  url.password = readFileSync(join(dataDir, DATABASE_ENGINE, 'root-password'), 'utf8')
  return url.href
}

/** Starts the shop and resolves when it is ready. The shop's output goes to standard error. */
export const startShopProcess = async (mode: Mode, dataDir: string, env: Environment): Promise<ShopProcess> => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entries[mode]], {
    env: {
      ...env,
      NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} ${inspectorOptions}`.trim(),
      SHOP_DATA_DIR: dataDir,
      GATEWAY_PORT: '18080',
      MAILBOX_PORT: '18025',
      STRIPE_SANDBOX_PORT: '18111',
      SHOP_SEED_ORDERS: 'false',
    },
    stdio: ['ignore', process.stderr, 'pipe'],
  })
  const stderr = recordStderr(child)
  const published = await waitFor(join(dataDir, 'running.json'), child)
  const running = { ...published, mysql: withAccount(published.mysql, dataDir, env) }
  const services = mode === 'embedded' ? [] : Object.entries(running.services)
  const own = mode === 'embedded' ? 'shop' : supervisor
  const logOf = (name: string) => () => readFileSync(join(dataDir, 'logs', `${name}.log`), 'utf8')
  return {
    mode,
    running,
    processes: Object.fromEntries([...services.map(([name, { pid }]) => [name, [pid]]), [own, [running.pid]]]),
    engines: enginesBelow(running.pid),
    profiled: {
      ...Object.fromEntries(services.map(([name, { pid }]) => [name, { pid, stderr: logOf(name) }])),
      [own]: { pid: running.pid, stderr },
    },
    stop: async () => {
      if (child.exitCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}
