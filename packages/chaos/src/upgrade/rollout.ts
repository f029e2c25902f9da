// Rollout as a scenario: purchases run without a pause while migrations are applied and one service after the other is replaced.
import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type ServiceName, schemaOwners, serviceNames, services } from '@cartwright/contracts'
import { schemaUrl } from '@cartwright/shop/test-shop'
import { startLoad } from '../scenarios/messaging.ts'
import type { Fixture, Scenario } from '../scenarios/scenario.ts'
import { expectNoFailure } from '../scenarios/steps.ts'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'

export interface RolledService {
  service: ServiceName
  /** From the start of the successor until the old replica had ended. */
  seconds: number
  requests: number
  failed: number
}

export interface RolloutOptions {
  users: number
  /** Told after each service. */
  onRolled(rolled: RolledService): void
  /** Told which migrations the job applied. */
  onMigrated(lines: readonly string[]): void
}

/** As in the cluster: the time in which load balancers notice that a replica is going. */
const shutdownDelayMs = '5000'
const betweenServicesMs = 1500

const run = promisify(execFile)
const migrateProgram = fileURLToPath(new URL('../../../shop/src/migrate.ts', import.meta.url))

/**
 * Runs the job that applies the migrations of this version. Its process must not block this one, whose proxies carry the services' open
 * transactions: an ALTER TABLE would wait for them for ever. @returns what it printed
 */
const migrate = async (shop: ShopUnderTest): Promise<string[]> => {
  const urls = schemaOwners.map((name) => {
    const [schema = ''] = shop.table(name, 'any').split('.')
    return [services[name].databaseUrl, schemaUrl(shop.engines.mysql.url, schema)]
  })
  const env = { PATH: '/usr/bin:/bin', ...Object.fromEntries(urls) }
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', migrateProgram], { env })
  return stdout.trim().split('\n')
}

const isFailed = ({ status }: { status: number | null }): boolean => status === null || status >= 500

const replace = async ({ shop, journal, expect }: Fixture, service: ServiceName): Promise<RolledService> => {
  const before = journal.operations().length
  const started = performance.now()
  journal.change(`${service} is replaced`)
  const ends = await shop.fleet.roll(service, { env: { MIGRATE_AT_START: 'false' } })
  for (const end of ends) expect(end === 'exit code 0', `the old ${service} did not drain in time: ${end}`)
  await delay(betweenServicesMs)
  const during = journal.operations().slice(before)
  return {
    service,
    seconds: (performance.now() - started) / 1000,
    requests: during.length,
    failed: during.filter(isFailed).length,
  }
}

const play = async (fixture: Fixture, { users, onRolled, onMigrated }: RolloutOptions): Promise<void> => {
  const { shop } = fixture
  const [sku = ''] = await fixture.createProducts({ stock: 20_000 })
  const stopLoad = startLoad(fixture, users, sku)
  try {
    await delay(betweenServicesMs)
    onMigrated(await migrate(shop))
    for (const service of serviceNames) onRolled(await replace(fixture, service))
  } finally {
    fixture.print(`${await stopLoad()} purchases were begun meanwhile`)
  }
  expectNoFailure(fixture)
}

/** @param root folder of the code that runs first; this version is the one that replaces it */
export const rollout = (root: string | null, options: RolloutOptions): Scenario => ({
  name: root === null ? 'rolling-update' : 'upgrade',
  about: 'Each replica is replaced under load, a successor first: no request fails, no event is lost, no effect happens twice.',
  shop: {
    stableAddresses: true,
    env: { SHUTDOWN_DELAY_MS: shutdownDelayMs, INVARIANTS_EVERY_SEC: '5' },
    ...(root === null ? {} : { root }),
  },
  restSec: 150,
  floors: { paid: 10, mails: 10 },
  play: (fixture) => play(fixture, options),
})
