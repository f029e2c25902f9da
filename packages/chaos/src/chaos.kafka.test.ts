// A bounded selection of the harness for every test run: crowds, deaths, outages and a random mix, each judged by every invariant.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mixFloors } from './floors.ts'
import { type Harness, openHarness } from './harness.fixture.ts'
import { poison } from './scenarios/backbone.ts'
import { crashPoints } from './scenarios/crash-points.ts'
import { hotSku, manyKeys, sameKey } from './scenarios/crowds.ts'
import { oneDatabaseAway } from './scenarios/databases.ts'
import { deaths } from './scenarios/deaths.ts'
import { brokerDown } from './scenarios/outages.ts'
import { playMix } from './scenarios/random-mix.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { killedInWaitingHandler, killedWhileKafkaFrozen } from './scenarios/schedules.ts'
import { cancelVersusShip, webhooksDropped } from './scenarios/stripe-stories.ts'

let harness: Harness

beforeAll(async () => {
  harness = await openHarness()
}, 180_000)
afterAll(() => harness?.[Symbol.asyncDispose](), 90_000)

const chosenDeaths = deaths.filter(({ service, at }) =>
  [
    'catalog after-ack-before-mark',
    'order after-commit-before-offset:payment.succeeded',
    'order after-request-commit:checkout',
    'gateway before-answer:checkout',
    'payment after-effect-before-apply:open-session',
    'payment after-job-commit:refund',
    'notification after-effect-before-apply:deliver-mail',
  ].includes(`${service} ${at}`),
)

const selection: readonly [Scenario, seed: number][] = [
  [sameKey(50), 1],
  [manyKeys(30), 1],
  [hotSku(60, 10), 1],
  [brokerDown(15, 6), 1],
  [webhooksDropped(4), 1],
  [cancelVersusShip(8), 1],
  [poison(), 1],
  [oneDatabaseAway(['catalog', 'payment'], 8), 1],
  [crashPoints(chosenDeaths, 'a few crash points'), 1],
  [killedWhileKafkaFrozen('payment'), 1],
  [killedInWaitingHandler('order'), 1],
]

test.each(selection.map(([scenario, seed]) => [scenario.name, scenario, seed] as const))(
  '%s holds every promise',
  { timeout: 240_000 },
  async (_, scenario, seed) => {
    const verdict = await harness.play(scenario, seed)
    expect(verdict.violations).toEqual([])
  },
)

const shortMix: Scenario = {
  name: 'short-mix',
  about: 'A small random mix.',
  restSec: 120,
  floors: mixFloors(18),
  play: (ground) => playMix(ground, { shoppers: 18, durationMs: 8000, faults: 5 }),
}

test.each([1, 2])('a random mix holds every promise (seed %i)', { timeout: 240_000 }, async (seed) => {
  const verdict = await harness.play(shortMix, seed)
  expect(verdict.outcome).toBe('passed')
})
