// Measurements of one mode: an idle shop, every scenario with many users and with one, the cost of a checkout, and reservations.
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Environment } from '@cartwright/service-kit'
import { costsOf } from './costs.ts'
import { fillCatalog } from './fill-catalog.ts'
import { reserveBurst, reserveName } from './hot-sku.ts'
import { load } from './load.ts'
import { watch } from './processes.ts'
import { profileWhile } from './profile.ts'
import { readRelay, relayPercentile } from './relay-latency.ts'
import { type Measured, type ModeReport, percentilesOf, type Report } from './report.ts'
import { type CheckoutTimes, checkoutName, type Scenario, scenarios } from './scenarios.ts'
import { type Mode, type ShopProcess, startShopProcess } from './shop-process.ts'
import { type SqlWatch, watchSql } from './sql-status.ts'
import { bareFastify, bareTransactions } from './yardsticks.ts'

interface MeasureOptions {
  users: number
  /** Short loads, to check that the benchmark works. */
  quick: boolean
  /** Part of the names of the scenarios to run; idle shops are not measured then. Null runs everything. */
  only: string | null
  /** Folder of the repository, for results and data folders. */
  root: string
  env: Environment
  print(line: string): void
}

const warmUpSec = 5
const settleSec = 10
const idleSec = 10
const profileSec = 10
const loadName = 'load'

const measure = async (
  scenario: Scenario,
  shop: ShopProcess,
  sql: SqlWatch,
  { users, quick }: MeasureOptions,
): Promise<Measured> => {
  const seconds = quick ? 3 : scenario.seconds
  // The warm-up ends before counting starts, so that the counts belong to whole operations.
  await load(users, scenario.operation, { warmUpSec: 0, seconds: quick ? 1 : warmUpSec })
  const countSql = await sql.start()
  const used = watch(shop.processes)
  const usedBeside = watch({ ...shop.engines, [loadName]: [process.pid] })
  const many = await load(users, scenario.operation, { warmUpSec: 0, seconds })
  const [processes, beside, sqlCounts] = [used(), usedBeside(), await countSql()]
  const alone = await load(1, scenario.operation, { warmUpSec: 1, seconds: Math.min(5, seconds) })
  return { scenario: scenario.name, many, processes, beside, sql: sqlCounts, alone }
}

/** CPU and memory of a shop without requests. */
const idleUse = async (shop: ShopProcess): Promise<ModeReport['idle']> => {
  await delay(settleSec * 1000)
  const used = watch(shop.processes)
  await delay(idleSec * 1000)
  return used()
}

const measureRelay = async (shop: ShopProcess, scenario: Scenario): Promise<ModeReport['relay']> => {
  const metricsUrls = [...new Set(Object.values(shop.running.services).map((service) => service.metrics))]
  const before = await readRelay(metricsUrls)
  await load(1, scenario.operation, { warmUpSec: 0, seconds: 5 })
  const after = await readRelay(metricsUrls)
  return { p50Ms: relayPercentile(before, after, 0.5), p99Ms: relayPercentile(before, after, 0.99) }
}

/** CPU time of checkouts by process and package. Sampling slows the shop, so this run gives no latencies. */
const profileCheckouts = async (
  shop: ShopProcess,
  scenario: Scenario,
  { users, quick }: MeasureOptions,
): Promise<ModeReport['costs']> => {
  const profiles = await profileWhile(shop.profiled, () =>
    load(users, scenario.operation, { warmUpSec: 0, seconds: quick ? 3 : profileSec }),
  )
  return Object.fromEntries(Object.entries(profiles).map(([name, profile]) => [name, costsOf(profile)]))
}

const measureScenarios = async (shop: ShopProcess, sql: SqlWatch, options: MeasureOptions): Promise<Partial<ModeReport>> => {
  const times: CheckoutTimes = { toUrlMs: [] }
  const found: Partial<ModeReport> = { scenarios: [] }
  for (const scenario of scenarios(shop.running.gateway, shop.running.stripeSandbox, times)) {
    if (options.only !== null && !scenario.name.includes(options.only)) continue
    options.print(`${shop.mode}: ${scenario.name}`)
    const result = await measure(scenario, shop, sql, options)
    found.scenarios?.push(result)
    if (result.many.firstError) options.print(`  first error: ${result.many.firstError}`)
    if (scenario.name === checkoutName) {
      const aloneCount = result.alone.count
      found.checkoutToUrl = {
        many: percentilesOf(times.toUrlMs.slice(0, -aloneCount)),
        alone: percentilesOf(times.toUrlMs.slice(-aloneCount)),
      }
      found.relay = await measureRelay(shop, scenario)
      options.print(`${shop.mode}: profiles of checkouts`)
      found.costs = await profileCheckouts(shop, scenario, options)
    }
    await scenario.close()
  }
  return found
}

const measureReserve = async (shop: ShopProcess, { quick, env, print }: MeasureOptions): Promise<ModeReport['reserve']> => {
  const orderUrl = new URL(shop.running.mysql)
  orderUrl.pathname = `/${env.SHOP_SCHEMA_PREFIX ?? 'cartwright_'}order`
  const target = { gateway: shop.running.gateway, orderUrl: orderUrl.href }
  const count = quick ? 500 : 4000
  print(`${shop.mode}: ${reserveName}`)
  const hot = await reserveBurst(target, { count, skus: 1 })
  return { hot, spread: await reserveBurst(target, { count, skus: 16 }) }
}

interface ModeFindings {
  report: ModeReport
  yardsticks: Report['yardsticks']
}

/** Starts the shop in `mode`, measures, and stops it. */
export const measureMode = async (mode: Mode, options: MeasureOptions): Promise<ModeFindings> => {
  const { users, only, print } = options
  const shop = await startShopProcess(mode, join(options.root, '.data', `bench-${mode}`), options.env)
  const sql = await watchSql(shop.running.mysql)
  try {
    if (only === null) print(`${mode}: idle`)
    const idle = only === null ? await idleUse(shop) : null
    print(`${mode}: filling the catalog`)
    await fillCatalog(shop.running.gateway)
    const idleFilled = only === null ? await idleUse(shop) : null
    print(`${mode}: yardsticks`)
    const yardsticks = {
      bareFastify: await bareFastify(users),
      bareTransactions: await bareTransactions(shop.running.mysql, users),
    }
    const found = await measureScenarios(shop, sql, options)
    const reserve = only === null || reserveName.includes(only) ? await measureReserve(shop, options) : null
    return {
      report: { mode, idle, idleFilled, checkoutToUrl: null, relay: null, costs: {}, scenarios: [], ...found, reserve },
      yardsticks,
    }
  } finally {
    await sql.close()
    await shop.stop()
  }
}
