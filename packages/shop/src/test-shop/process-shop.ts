// The whole shop for tests that kill: seven processes on the engines of the test run, with short deadlines, and stand-ins in this process.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from '@cartwright/native'
import type { Environment, ServiceName } from '@cartwright/service-kit'
import { engineUrl } from '@cartwright/testing'
import { shopEnvironment } from '../environment.ts'
import { freePort } from '../free-port.ts'
import { drawSecrets } from '../secrets.ts'
import { type ServiceProcesses, startServiceProcesses } from '../service-processes.ts'
import { openStandIns, type StandIns } from '../stand-ins.ts'
import { eventually } from './eventually.ts'
import { type Operator, operator } from './operator.ts'
import { dropSchemas } from './test-shop.ts'

/** Deadlines of tests across processes: seconds instead of minutes. */
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
  standIns: StandIns
  processes: ServiceProcesses
  admin: Operator
  logDir: string
  /** Root address of the database and the prefix of this shop's schemas. */
  database: { root: string; prefix: string }
  /** kill −9. Resolves when the process is gone; the supervisor starts it again after a second. */
  kill(name: ServiceName): Promise<void>
  /** Resolves when every service answers as ready. */
  healed(): Promise<void>
  stop(): Promise<void>
}

/** Starts the seven services. Consumer groups and topics are those of the broker given: one such shop per broker at a time. */
export const startProcessShop = async (engines: ProcessShopEngines, own: Environment = {}): Promise<ProcessShop> => {
  await using opened = new AsyncDisposableStack()
  const root = engineUrl()
  const prefix = `p_${randomBytes(4).toString('hex')}_`
  opened.defer(() => dropSchemas(root, prefix))
  const logDir = mkdtempSync(join(tmpdir(), 'cartwright-'))
  opened.defer(() => rmSync(logDir, { recursive: true, force: true }))
  const secrets = await drawSecrets()
  const gatewayPort = await freePort(0)
  const url = `http://127.0.0.1:${gatewayPort}`
  const standIns = await openStandIns({
    config: { smtpUrl: null, stripeKey: null, webhookSecrets: null, mailboxPort: 0, sandboxPort: 0, sandboxLatencyMs: 0 },
    secrets,
    gatewayUrl: url,
  })
  opened.defer(() => standIns.stop())
  const env = shopEnvironment(
    {
      secrets,
      databaseUrl: root,
      schemaPrefix: prefix,
      publicUrl: url,
      gatewayPort,
      smtpUrl: standIns.smtpUrl,
      stripe: standIns.stripe,
      mailboxUrl: standIns.mailbox?.url ?? null,
      kafkaBrokers: engines.kafka,
      redisUrl: engines.redis,
      elasticsearchUrl: engines.elasticsearch,
    },
    { PATH: '/usr/bin:/bin', LOG_LEVEL: 'warn', CATALOG_INDEX_PREFIX: prefix, ...shortDeadlines, ...own },
  )
  const processes = await startServiceProcesses({ env, gatewayPort, logDir })
  opened.defer(() => processes.stop())
  const admin = await operator(url)
  const placeOf = (name: ServiceName) => {
    const place = processes.places[name]
    if (place === undefined) throw new Error(`${name} is not running`)
    return place
  }
  const stack = opened.move()
  const stop = () => stack.disposeAsync()
  return {
    url,
    standIns,
    processes,
    admin,
    logDir,
    database: { root, prefix },
    stop,
    kill: async (name) => {
      // A service that was killed before counts as back when it says so: then its place has the new process.
      const pid = await eventually(
        async () => placeOf(name).pid,
        (current) => isAlive(current),
      )
      process.kill(pid, 'SIGKILL')
      await eventually(async () => !isAlive(pid), Boolean, 10)
    },
    healed: async () => {
      for (const { http } of Object.values(processes.places))
        await eventually(
          async () => (await fetch(`${http}/readyz`)).status,
          (status) => status === 200,
        )
    },
    [Symbol.asyncDispose]: stop,
  }
}
