// Harness for tests: a shop on the test run's MariaDB, Redis and Elasticsearch behind proxies, and a Kafka of its own.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engineUrl } from '@cartwright/testing'
import { type Journal, openJournal } from './journal.ts'
import { playScenario, type Verdict } from './run.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { openShopUnderTest, type ShopUnderTest, type ShopUnderTestOptions } from './shop-under-test/shop-under-test.ts'

export interface Harness extends AsyncDisposable {
  shop: ShopUnderTest
  /** Plays a scenario. @throws Error with the report on a failure, or with the floors that were not reached */
  play(scenario: Scenario, seed: number): Promise<Verdict>
  /** Plays a scenario and returns the verdict, whatever the outcome. */
  judge(scenario: Scenario, seed: number): Promise<Verdict>
}

/** Starts a shop on the engines of the test run. */
export const openHarness = async (options: Pick<ShopUnderTestOptions, 'env' | 'replicas'> = {}): Promise<Harness> => {
  let journal: Journal = openJournal()
  const shop = await openShopUnderTest({
    dataDir: mkdtempSync(join(tmpdir(), 'cartwright-chaos-')),
    given: { mysql: engineUrl(), redis: process.env.TEST_REDIS_URL, elasticsearch: process.env.TEST_ELASTICSEARCH_URL },
    onDeath: (label, how) => journal.fault(`${label} ended (${how})`),
    ...options,
  })
  const judge = (scenario: Scenario, seed: number): Promise<Verdict> => {
    journal = openJournal()
    return playScenario({ shop, scenario, seed, journal })
  }
  return {
    shop,
    judge,
    play: async (scenario, seed) => {
      const verdict = await judge(scenario, seed)
      if (verdict.outcome === 'failed') throw new Error(`${scenario.name} --seed ${seed} failed:\n${verdict.report.join('\n')}`)
      if (verdict.outcome === 'inconclusive')
        throw new Error(`${scenario.name} --seed ${seed} is inconclusive, too little happened: ${verdict.missed.join('; ')}`)
      return verdict
    },
    [Symbol.asyncDispose]: () => shop.stop(),
  }
}
