// Shared environment: reuses one shop under test for several runs, until a scenario needs another one or a run fails.
import { join } from 'node:path'
import type { Journal } from './journal.ts'
import type { Scenario } from './scenarios/scenario.ts'
import type { GivenEngines } from './shop-under-test/engines.ts'
import { openShopUnderTest, type ShopUnderTest } from './shop-under-test/shop-under-test.ts'

export interface SharedEnvironment extends AsyncDisposable {
  /** The shop for a scenario: the current one when it fits, otherwise a new one. */
  shopFor(scenario: Scenario, journal: Journal): Promise<ShopUnderTest>
  /** Stops the current shop, so that the next run gets a new one. */
  discard(): Promise<void>
}

export interface EnvironmentOptions {
  dataRoot: string
  print(line: string): void
  keep?: boolean
  given?: GivenEngines
}

/** Tables grow from run to run; a new shop keeps the runs comparable. */
const runsPerShop = 15

/** Starts nothing until the first shop is asked for. */
export const openEnvironment = ({ dataRoot, print, keep = false, given = {} }: EnvironmentOptions): SharedEnvironment => {
  let shop: ShopUnderTest | null = null
  let currentKind = ''
  let runs = 0
  let count = 0
  let journal: Journal | null = null
  const close = async (): Promise<void> => {
    const old = shop
    shop = null
    journal = null
    await old?.stop()
  }
  return {
    shopFor: async (scenario, next) => {
      const kind = JSON.stringify(scenario.shop ?? {})
      if (shop === null || kind !== currentKind || runs >= runsPerShop) {
        await close()
        count += 1
        runs = 0
        currentKind = kind
        shop = await openShopUnderTest({
          dataDir: join(dataRoot, `world-${process.pid}-${count}`),
          print: (line) => print(`   ${line}`),
          keep,
          given,
          ...scenario.shop,
          onDeath: (label, how) => journal?.fault(`${label} ended (${how})`),
        })
      }
      runs += 1
      journal = next
      return shop
    },
    discard: close,
    [Symbol.asyncDispose]: close,
  }
}
