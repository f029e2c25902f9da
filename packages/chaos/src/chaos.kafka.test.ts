// Scenarios for every test run: concurrent buyers, crashes, outages and a random mix, each checked by every invariant.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mixFloors } from './floors.ts'
import { type Harness, openHarness } from './harness.fixture.ts'
import { cancelUnitsVersusShip } from './scenarios/after-sale.ts'
import { hotSku, manyKeys, sameKey } from './scenarios/concurrent-buyers.ts'
import { crashCases } from './scenarios/crash-cases.ts'
import { crashPoints } from './scenarios/crash-points.ts'
import { crowdForACode } from './scenarios/crowd-for-a-code.ts'
import { oneDatabaseAway } from './scenarios/databases.ts'
import { poison } from './scenarios/messaging.ts'
import { brokerDown } from './scenarios/outages.ts'
import { playMix } from './scenarios/random-mix.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { cancelVersusShip, webhooksDropped } from './scenarios/stripe-scenarios.ts'
import { killDuringKafkaFreeze, killInWaitingHandler } from './scenarios/timed-kills.ts'

let harness: Harness

beforeAll(async () => {
  harness = await openHarness()
}, 180_000)
afterAll(() => harness?.[Symbol.asyncDispose](), 90_000)

const chosenCrashCases = crashCases.filter(({ service, at }) =>
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
  [cancelUnitsVersusShip(4), 1],
  [crowdForACode(12, 3), 1],
  [poison(), 1],
  [oneDatabaseAway(['catalog', 'payment'], 8), 1],
  [crashPoints(chosenCrashCases, 'chosen crash points'), 1],
  [killDuringKafkaFreeze('payment'), 1],
  [killInWaitingHandler('order'), 1],
]

test.each(selection.map(([scenario, seed]) => [scenario.name, scenario, seed] as const))(
  'the scenario %s breaks no invariant',
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
  play: (fixture) => playMix(fixture, { shoppers: 18, durationMs: 8000, faults: 5 }),
}

test.each([1, 2])('a random mix breaks no invariant (seed %i)', { timeout: 240_000 }, async (seed) => {
  const verdict = await harness.play(shortMix, seed)
  expect(verdict.outcome).toBe('passed')
})
