// A world for tests: MariaDB, Redis and Elasticsearch of the test run behind proxies, and a Kafka of its own, since it is killed now and then.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engineUrl } from '@cartwright/testing'
import { type Journal, openJournal } from './journal.ts'
import { playScenario, type Verdict } from './run.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { openWorld, type World, type WorldOptions } from './world/world.ts'

export interface Harness extends AsyncDisposable {
  world: World
  /** Plays a scenario. @throws Error with the account when something does not hold, or with the floors when too little happened */
  play(scenario: Scenario, seed: number): Promise<Verdict>
  /** Plays it and gives the verdict, whatever it is. */
  judge(scenario: Scenario, seed: number): Promise<Verdict>
}

/** Opens a world on the engines of the test run. */
export const openHarness = async (options: Pick<WorldOptions, 'env' | 'replicas'> = {}): Promise<Harness> => {
  let journal: Journal = openJournal()
  const world = await openWorld({
    dataDir: mkdtempSync(join(tmpdir(), 'cartwright-chaos-')),
    given: { mysql: engineUrl(), redis: process.env.TEST_REDIS_URL, elasticsearch: process.env.TEST_ELASTICSEARCH_URL },
    onDeath: (label, how) => journal.fault(`${label} ended (${how})`),
    ...options,
  })
  const judge = (scenario: Scenario, seed: number): Promise<Verdict> => {
    journal = openJournal()
    return playScenario({ world, scenario, seed, journal })
  }
  return {
    world,
    judge,
    play: async (scenario, seed) => {
      const verdict = await judge(scenario, seed)
      if (verdict.outcome === 'failed')
        throw new Error(`${scenario.name} --seed ${seed} did not hold:\n${verdict.account.join('\n')}`)
      if (verdict.outcome === 'inconclusive')
        throw new Error(`${scenario.name} --seed ${seed} proves nothing, too little happened: ${verdict.missed.join('; ')}`)
      return verdict
    },
    [Symbol.asyncDispose]: () => world.stop(),
  }
}
