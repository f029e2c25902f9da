// Catalogue of all scenarios by name.
import { type ServiceName, schemaOwners, serviceNames } from '@cartwright/contracts'
import { ProgramError } from '@cartwright/service-kit'
import type { ChaosOptions } from '../options.ts'
import { cancelUnitsVersusShip } from './after-sale.ts'
import { hotSku, manyKeys, sameKey, threeSkuCarts } from './concurrent-buyers.ts'
import { afterSaleCrashCases, crashCasesOf } from './crash-cases.ts'
import { crashPoints } from './crash-points.ts'
import { crowdForACode } from './crowd-for-a-code.ts'
import { mysqlRestart, oneDatabaseAway } from './databases.ts'
import { frozenPastLease } from './leases.ts'
import { poison, rebalance, rollingRestart, twoReplicas } from './messaging.ts'
import { brokerDown, elasticsearchDown, redisFlushAndDown } from './outages.ts'
import { randomMix } from './random-mix.ts'
import type { Scenario } from './scenario.ts'
import { cancelVersusShip, paidLate, webhooksDropped } from './stripe-scenarios.ts'
import { timedKills } from './timed-kills.ts'
import { webhookPermutations } from './webhook-permutations.ts'

/** Services with so many crash points that each is a scenario of its own; the others share one. */
const withOwnCrashScenario: readonly ServiceName[] = ['catalog', 'order', 'payment', 'gateway']

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
  cancelUnitsVersusShip(50),
  crowdForACode(100, 10),
  poison(),
  ...withOwnCrashScenario.map((name) => crashPoints(crashCasesOf(name), `crash-points-${name}`)),
  ...Object.entries(afterSaleCrashCases).map(([name, cases]) => crashPoints(cases, `crash-points-${name}`)),
  crashPoints(crashCasesOf(...serviceNames.filter((name) => !withOwnCrashScenario.includes(name))), 'crash-points-others'),
  ...timedKills,
  frozenPastLease(),
  webhookPermutations(),
  paidLate(),
  twoReplicas(seconds),
  rebalance(120),
  rollingRestart(),
]

/** The scenarios that the options name; `all` names every one. @throws ProgramError for an unknown name */
export const findScenarios = (options: Pick<ChaosOptions, 'seconds' | 'scenarios'>): Scenario[] => {
  const known = listScenarios(options)
  const [first] = known
  if (options.scenarios.length === 0) return first ? [first] : []
  if (options.scenarios.includes('all')) return known
  return options.scenarios.map((name) => {
    const scenario = known.find((candidate) => candidate.name === name)
    if (scenario === undefined)
      throw new ProgramError(`Unknown scenario ${name}. Known scenarios: ${known.map((each) => each.name).join(', ')}.`)
    return scenario
  })
}
