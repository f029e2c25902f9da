// Run of one scenario: plays it, ends all faults, waits until the shop is at rest, collects its state and checks every invariant.
import { collect, type Sources } from './collected-state/collect.ts'
import { waitForRest } from './collected-state/open-work.ts'
import { failureReport } from './collected-state/order-report.ts'
import { redeliver } from './collected-state/redelivery.ts'
import type { CollectedState, Redelivery, Violation } from './collected-state/rows.ts'
import { type Counts, missedFloors, type Outcome, outcomeOf, reachedIn, unjudged } from './floors.ts'
import { violationsOf } from './invariants/all.ts'
import { type Journal, type Operation, openJournal } from './journal.ts'
import { watchProcessorWait } from './processor-wait.ts'
import { openFixture, type RunFixture } from './run-fixture.ts'
import type { Fixture, Scenario } from './scenarios/scenario.ts'
import type { ShopUnderTest } from './shop-under-test/shop-under-test.ts'
import { pause } from './wait.ts'

export interface Verdict {
  scenario: string
  seed: number
  outcome: Outcome
  /** No violation, and every floor was reached. */
  passed: boolean
  /** What happened in the run, and the floors that it did not reach. */
  reached: Counts
  missed: string[]
  seconds: number
  /** From the end of the scenario until the shop was at rest. */
  restSeconds: number
  orders: Record<string, number>
  operations: { answered: number; lost: number }
  /** Refusals by kind, the most frequent first: a run in which most requests are refused proves little. */
  refusals: Record<string, number>
  faults: number
  /** How long the harness waited for a processor, per time that it ran. */
  waited: number
  violations: Violation[]
  /** The report on a failure, line by line. */
  report: string[]
}

export interface RunOptions {
  shop: ShopUnderTest
  scenario: Scenario
  seed: number
  print?(line: string): void
  /** The journal that also records the deaths of services. */
  journal?: Journal
}

/** How many checks of open work lie between two jumps of Stripe's clock. */
const expirePagesEvery = 5
const defaultRestSec = 90

/** Payment pages that no shopper pays expire by Stripe's clock. */
const expireOpenPages = (shop: ShopUnderTest): Promise<void> => shop.control('/_sandbox/clock', { advanceSec: 1900 })

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const countBy = <T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(items, keyOf)].map(([key, group]) => [key, group.length]))

const refusalsOf = (operations: readonly Operation[]): Record<string, number> => {
  const refused = operations.filter((operation) => operation.status === null || operation.status >= 400)
  const kinds = countBy(
    refused,
    ({ action, status, detail }) => `${action.replace(/ [\d].*$/, '')} ${status ?? 'lost'}${status === null ? '' : ` ${detail}`}`,
  )
  return Object.fromEntries(
    Object.entries(kinds)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 12),
  )
}

const play = async (scenario: Scenario, { fixture, addViolation }: RunFixture): Promise<void> => {
  try {
    await scenario.play(fixture)
  } catch (error) {
    addViolation(`the scenario stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
}

/** @returns what was still open when the time was up, and how long the wait took */
const waitUntilAtRest = async ({ shop, injector, scope }: Fixture, maxSeconds: number) => {
  const started = performance.now()
  await expireOpenPages(shop)
  let checks = 0
  const beforeCheck = async (): Promise<void> => {
    await injector.discardFoundPoison()
    // A page may have opened after the clock jumped.
    checks += 1
    if (checks % expirePagesEvery === 0) await expireOpenPages(shop)
  }
  const open = await waitForRest(shop, scope, maxSeconds, beforeCheck)
  return { open, seconds: (performance.now() - started) / 1000 }
}

/** Delivers every event to every consumer once more. Only a shop at rest has a state to compare with. */
const redeliverEvents = async ({ fixture, addViolation }: RunFixture): Promise<Redelivery | null> => {
  try {
    const redelivery = await redeliver(fixture.shop, fixture.scope.since)
    fixture.print(`${redelivery.events} events were delivered once more`)
    return redelivery
  } catch (error) {
    addViolation(`the events could not be delivered once more: ${messageOf(error)}`)
    return null
  }
}

const maxCollections = 9

/** Caches and mails may follow the rows by a second or two, so violations about them alone are checked again. */
const mayPass = (violations: readonly Violation[]): boolean =>
  violations.length > 0 && violations.every(({ invariant }) => invariant.startsWith('I8') || invariant === 'mails')

const collectAndCheck = async (sources: Sources): Promise<{ collected: CollectedState; violations: Violation[] }> => {
  for (let collections = 1; ; collections++) {
    const collected = await collect(sources)
    const violations = violationsOf(collected)
    if (!mayPass(violations) || collections === maxCollections) return { collected, violations }
    await pause(1000)
  }
}

/** Everything of a verdict that follows from the journal and the collected state. */
const judge = (
  scenario: Scenario,
  collected: CollectedState,
  violations: Violation[],
  { entries, operations }: Journal,
  waited: number,
) => {
  const reached = reachedIn(collected)
  const slow = unjudged(violations, waited)
  const missed = [...missedFloors(reached, scenario.floors ?? {}), ...slow]
  const outcome = outcomeOf(slow.length > 0 ? 0 : violations.length, missed)
  const answered = operations().filter(({ status }) => status !== null).length
  return {
    outcome,
    passed: outcome === 'passed',
    reached,
    missed,
    orders: countBy(collected.orders, (order) => order.cancel_reason ?? order.status),
    operations: { answered, lost: operations().length - answered },
    refusals: refusalsOf(operations()),
    faults: entries.filter((entry) => entry.kind === 'fault' && !entry.what.endsWith(': over')).length,
    waited,
    violations,
    report: violations.length === 0 ? [] : failureReport(violations, collected, entries),
  }
}

/** Plays and judges a scenario. A failure of the shop is a violation; only a failure of the harness itself is thrown. */
export const playScenario = async (options: RunOptions): Promise<Verdict> => {
  const { shop, scenario, seed, print = () => undefined, journal = openJournal() } = options
  const started = performance.now()
  const readWait = watchProcessorWait()
  const run = await openFixture({ shop, scenario, seed, journal, print })
  const { fixture, broken, addViolation, secrets } = run
  await play(scenario, run)
  await fixture.injector.endAllFaults()
  const rest = await waitUntilAtRest(fixture, scenario.restSec ?? defaultRestSec)
  for (const what of rest.open) addViolation(`not at rest after ${Math.round(rest.seconds)} s: ${what}`)
  const redelivery = rest.open.length === 0 ? await redeliverEvents(run) : null
  const { scope, admin } = fixture
  const { collected, violations } = await collectAndCheck({ shop, journal, scope, secrets: secrets(), admin, redelivery })
  return {
    scenario: scenario.name,
    seed,
    seconds: (performance.now() - started) / 1000,
    restSeconds: rest.seconds,
    ...judge(scenario, collected, [...broken, ...violations], journal, readWait()),
  }
}
