// Shop of processes for tests that kill services: engines of the test run, short deadlines, and the dev services in this process.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceName } from '@cartwright/contracts'
import { connect } from '@cartwright/db'
import { isAlive } from '@cartwright/native'
import type { Environment } from '@cartwright/service-kit'
import { eventually } from '@cartwright/testing'
import type { DevServices } from '../dev-services.ts'
import { type ServiceProcesses, startServiceProcesses } from '../service-processes.ts'
import { type Operator, operator } from './operator.ts'
import { openTestEnvironment } from './test-environment.ts'

/** Deadlines in seconds instead of minutes. */
const shortDeadlines = {
  ORDER_RESERVE_TIMEOUT_SEC: '5',
  ORDER_COMMIT_TIMEOUT_SEC: '5',
  ORDER_EXPIRY_TIMEOUT_SEC: '5',
  PAYMENT_RECONCILE_SEC: '5',
  IDENTITY_BCRYPT_COST: '4',
} as const satisfies Environment

export interface ProcessShopEngines {
  kafka: string
  redis: string | null
  elasticsearch: string | null
}

export interface ProcessShop extends AsyncDisposable {
  url: string
  devServices: DevServices
  processes: ServiceProcesses
  admin: Operator
  logDir: string
  /** Root address of the database server and the prefix of this shop's schemas. */
  database: { root: string; prefix: string }
  /** Sends SIGKILL and resolves when the process has ended. The supervisor restarts it after a second. */
  kill(name: ServiceName): Promise<void>
  /** Resolves when every service is ready. */
  healed(): Promise<void>
  stop(): Promise<void>
}

const killProcess = async (processes: ServiceProcesses, name: ServiceName): Promise<void> => {
  // After an earlier kill, `places` holds the dead process until its successor is ready.
  const livePid = () => {
    const place = processes.places[name]
    if (place === undefined) throw new Error(`${name} is not running`)
    return isAlive(place.pid) ? place.pid : undefined
  }
  const pid = await eventually(`${name} runs`, livePid, 60_000)
  process.kill(pid, 'SIGKILL')
  await eventually(`${name} has ended`, () => !isAlive(pid), 10_000)
}

/** Waits until cart and order price by the seeded rules: a checkout of a cart that knows other rules is refused. */
const awaitPriceRules = async (root: string, prefix: string): Promise<void> => {
  const connection = await connect(root)
  try {
    const [catalog, ...readers] = ['catalog', 'cart', 'order'].map(
      (owner) => `(SELECT COALESCE(MAX(version), 0) FROM \`${prefix}${owner}\`.price_rules)`,
    )
    await eventually('cart and order know the price rules', async () => {
      const [row]: { current: number }[] = await connection.query(`SELECT LEAST(${readers.join(', ')}) >= ${catalog} AS current`)
      return Number(row?.current) === 1
    })
  } finally {
    await connection.end()
  }
}

/** Starts every service. One such shop per broker at a time, because topics and consumer groups have fixed names. */
export const startProcessShop = async (engines: ProcessShopEngines, own: Environment = {}): Promise<ProcessShop> => {
  await using opened = new AsyncDisposableStack()
  const environment = await openTestEnvironment(opened, { letter: 'p' })
  const { url, databaseUrl: root, schemaPrefix: prefix, devServices } = environment
  const logDir = mkdtempSync(join(tmpdir(), 'cartwright-'))
  opened.defer(() => rmSync(logDir, { recursive: true, force: true }))
  const env = environment.variables(
    { kafkaBrokers: engines.kafka, redisUrl: engines.redis, elasticsearchUrl: engines.elasticsearch },
    { PATH: '/usr/bin:/bin', LOG_LEVEL: 'warn', CATALOG_INDEX_PREFIX: prefix, ...shortDeadlines, ...own },
  )
  const processes = await startServiceProcesses({ env, logDir })
  opened.defer(() => processes.stop())
  await awaitPriceRules(root, prefix)
  const admin = await operator(url)
  const stack = opened.move()
  const stop = () => stack.disposeAsync()
  return {
    url,
    devServices,
    processes,
    admin,
    logDir,
    database: { root, prefix },
    stop,
    kill: (name) => killProcess(processes, name),
    healed: async () => {
      for (const { http } of Object.values(processes.places))
        await eventually(`${http} is ready`, async () => (await fetch(`${http}/readyz`)).status === 200, 60_000)
    },
    [Symbol.asyncDispose]: stop,
  }
}
