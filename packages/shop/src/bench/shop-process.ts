// The shop under load, started as a user starts it, on a data folder of the benchmark's own.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Environment } from '@cartwright/service-kit'

export type Mode = 'embedded' | 'distributed'

export interface RunningFile {
  pid: number
  gateway: string
  stripeSandbox: string
  mysql: string
  services: Record<string, { http: string; metrics: string; pid: number }>
}

export interface ShopProcess {
  mode: Mode
  running: RunningFile
  /** Process ids by name: `shop` in embedded mode, one per service otherwise. */
  pids: Record<string, number>
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

/** Starts the shop and resolves when it is ready. Its own output goes to standard error. */
export const startShopProcess = async (mode: Mode, dataDir: string, env: Environment): Promise<ShopProcess> => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entries[mode]], {
    env: { ...env, SHOP_DATA_DIR: dataDir, GATEWAY_PORT: '18080', MAILBOX_PORT: '18025', STRIPE_SANDBOX_PORT: '18111' },
    stdio: ['ignore', process.stderr, process.stderr],
  })
  const running = await waitFor(join(dataDir, 'running.json'), child)
  const services = Object.entries(running.services).map(([name, { pid }]): [string, number] => [name, pid])
  return {
    mode,
    running,
    pids:
      mode === 'embedded'
        ? { shop: running.pid }
        : { ...Object.fromEntries(services), 'supervisor, sandbox, mailbox': running.pid },
    stop: async () => {
      if (child.exitCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    },
  }
}
