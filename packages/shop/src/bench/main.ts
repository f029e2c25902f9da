// `npm run bench`: fills a catalog of its own, drives the gateway as a frontend would, and reports a table and JSON.
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Environment, ProgramError, program } from '@cartwright/service-kit'
import { fillCatalog } from './fill-catalog.ts'
import { load } from './load.ts'
import { watch } from './processes.ts'
import { readRelay, relayPercentile } from './relay-latency.ts'
import { type Measured, type ModeReport, percentilesOf, type Report, textOf } from './report.ts'
import { type CheckoutTimes, type Scenario, scenarios } from './scenarios.ts'
import { type Mode, type ShopProcess, startShopProcess } from './shop-process.ts'
import { bareFastify, bareTransactions } from './yardsticks.ts'

const users = 32
const warmUpSec = 5
const settleSec = 10
const idleSec = 10
const root = fileURLToPath(new URL('../../../../', import.meta.url))

const measure = async (scenario: Scenario, shop: ShopProcess, seconds: number): Promise<Measured> => {
  const used = watch(shop.pids)
  const many = await load(users, scenario.operation, { warmUpSec, seconds })
  const processes = used()
  const alone = await load(1, scenario.operation, { warmUpSec: 1, seconds: Math.min(5, seconds) })
  return { scenario: scenario.name, many, processes, alone }
}

/** What the shop uses while nobody asks for anything. */
const idleUse = async (shop: ShopProcess): Promise<ModeReport['idle']> => {
  await delay(settleSec * 1000)
  const used = watch(shop.pids)
  await delay(idleSec * 1000)
  return used()
}

const measureMode = async (
  mode: Mode,
  env: Environment,
  quick: boolean,
  say: (line: string) => void,
): Promise<{ report: ModeReport; yardsticks: Report['yardsticks'] }> => {
  const shop = await startShopProcess(mode, join(root, '.data', `bench-${mode}`), env)
  try {
    say(`${mode}: idle`)
    const idle = await idleUse(shop)
    say(`${mode}: filling the catalog`)
    await fillCatalog(shop.running.gateway)
    const idleFilled = await idleUse(shop)
    say(`${mode}: yardsticks`)
    const yardsticks = {
      bareFastify: await bareFastify(users),
      bareTransactions: await bareTransactions(shop.running.mysql, users),
    }
    const times: CheckoutTimes = { toUrlMs: [] }
    const measured: Measured[] = []
    const checkoutToUrl = { many: percentilesOf([]), alone: percentilesOf([]) }
    let relay: ModeReport['relay'] = { p50Ms: null, p99Ms: null }
    const metricsUrls = [...new Set(Object.values(shop.running.services).map((service) => service.metrics))]
    for (const scenario of scenarios(shop.running.gateway, shop.running.stripeSandbox, times)) {
      say(`${mode}: ${scenario.name}`)
      const result = await measure(scenario, shop, quick ? 3 : scenario.seconds)
      measured.push(result)
      if (result.many.firstError) say(`  first error: ${result.many.firstError}`)
      if (scenario.name === 'guest checkout until processing') {
        const aloneCount = result.alone.count
        Object.assign(checkoutToUrl, {
          many: percentilesOf(times.toUrlMs.slice(0, -aloneCount)),
          alone: percentilesOf(times.toUrlMs.slice(-aloneCount)),
        })
        const before = await readRelay(metricsUrls)
        await load(1, scenario.operation, { warmUpSec: 0, seconds: 5 })
        const after = await readRelay(metricsUrls)
        relay = { p50Ms: relayPercentile(before, after, 0.5), p99Ms: relayPercentile(before, after, 0.99) }
      }
      await scenario.close()
    }
    return { report: { mode, idle, idleFilled, checkoutToUrl, relay, scenarios: measured }, yardsticks }
  } finally {
    await shop.stop()
  }
}

await program(async ({ env, args, say }) => {
  const { values } = parseArgs({
    args: [...args],
    options: { mode: { type: 'string', default: 'both' }, quick: { type: 'boolean', default: false } },
  })
  if (!['embedded', 'distributed', 'both'].includes(values.mode))
    throw new ProgramError('--mode takes embedded, distributed or both')
  const modes: Mode[] = values.mode === 'both' ? ['embedded', 'distributed'] : [values.mode as Mode]
  const parts = []
  for (const mode of modes) parts.push(await measureMode(mode, env, values.quick, (line) => say(line)))
  const [first] = parts
  if (first === undefined) return
  const report: Report = {
    at: new Date().toISOString(),
    cores: availableParallelism(),
    yardsticks: first.yardsticks,
    modes: parts.map((part) => part.report),
  }
  const folder = join(root, 'bench-results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'latest.json'), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(join(folder, 'latest.md'), `${textOf(report)}\n`)
  say(`\n${textOf(report)}\n\nThe same as JSON: bench-results/latest.json`)
})
