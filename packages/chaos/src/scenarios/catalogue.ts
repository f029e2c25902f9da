// Every scenario by its name.
import { ProgramError } from '@cartwright/service-kit'
import { schemaOwners } from '@cartwright/shop/test-shop'
import type { ChaosOptions } from '../options.ts'
import { poison, rebalance, rollingRestart, twoReplicas } from './backbone.ts'
import { crashPoints } from './crash-points.ts'
import { hotSku, manyKeys, sameKey, threeSkuCarts } from './crowds.ts'
import { mysqlRestart, oneDatabaseAway } from './databases.ts'
import { deathsOf } from './deaths.ts'
import { frozenPastLease } from './leases.ts'
import { brokerDown, elasticsearchDown, redisFlushAndDown } from './outages.ts'
import { randomMix } from './random-mix.ts'
import type { Scenario } from './scenario.ts'
import { deterministicSchedules } from './schedules.ts'
import { cancelVersusShip, paidLate, webhookPermutations, webhooksDropped } from './stripe-stories.ts'

export const listScenarios = ({ seconds }: Pick<ChaosOptions, 'seconds'>): Scenario[] => [
  randomMix(seconds),
  hotSku(1000, 100),
  threeSkuCarts(200),
  sameKey(50),
  manyKeys(30),
  brokerDown(100, 60),
  mysqlRestart(),
  oneDatabaseAway(schemaOwners, 8),
  redisFlushAndDown(60),
  elasticsearchDown(),
  webhooksDropped(20),
  cancelVersusShip(200),
  poison(),
  ...(['catalog', 'order', 'payment'] as const).map((name) => crashPoints(deathsOf(name), `crash-points-${name}`)),
  crashPoints(deathsOf('gateway'), 'crash-points-gateway'),
  crashPoints(deathsOf('cart', 'notification', 'identity'), 'crash-points-others'),
  ...deterministicSchedules,
  frozenPastLease(),
  webhookPermutations(),
  paidLate(),
  twoReplicas(seconds),
  rebalance(120),
  rollingRestart(),
]

/** The scenarios that were asked for; `all` is every one of them. @throws ProgramError for a name that there is not */
export const findScenarios = (options: Pick<ChaosOptions, 'seconds' | 'scenarios'>): Scenario[] => {
  const known = listScenarios(options)
  const [first] = known
  if (options.scenarios.length === 0) return first ? [first] : []
  if (options.scenarios.includes('all')) return known
  return options.scenarios.map((name) => {
    const scenario = known.find((candidate) => candidate.name === name)
    if (scenario === undefined)
      throw new ProgramError(`There is no scenario ${name}; there are ${known.map((each) => each.name).join(', ')}.`)
    return scenario
  })
}
