// Plays one scenario in a world: story, healing, rest, evidence, verdict.
import { explain } from './evidence/account.ts'
import { openBank } from './evidence/bank.ts'
import { collect, databaseNow, type Scope } from './evidence/collect.ts'
import type { LogSecrets } from './evidence/logs.ts'
import { rest } from './evidence/open-work.ts'
import { redeliver } from './evidence/redelivery.ts'
import type { Evidence, Redelivery, Violation } from './evidence/rows.ts'
import { openInjector } from './faults/inject.ts'
import { type Counts, missedFloors, type Outcome, outcomeOf, reachedIn } from './floors.ts'
import { violationsOf } from './invariants/all.ts'
import { type Journal, type Operation, openJournal } from './journal.ts'
import { seededRandom } from './random.ts'
import type { Ground, Scenario } from './scenarios/scenario.ts'
import { addressSecrets } from './shoppers/act.ts'
import { stockUp } from './shoppers/goods.ts'
import { anOperator, type Person } from './shoppers/person.ts'
import type { World } from './world/world.ts'

export interface Verdict {
  scenario: string
  seed: number
  outcome: Outcome
  /** Every promise held, and enough happened to say so. */
  passed: boolean
  /** What happened, and which floors it did not reach. */
  reached: Counts
  missed: string[]
  seconds: number
  /** From the end of the story to rest. */
  restSeconds: number
  orders: Record<string, number>
  operations: { answered: number; lost: number }
  /** Refusals by kind, the most frequent first: a run in which everybody is refused proves little. */
  refusals: Record<string, number>
  faults: number
  violations: Violation[]
  /** Lines that explain a failure. */
  account: string[]
}

export interface RunOptions {
  world: World
  scenario: Scenario
  seed: number
  say?(line: string): void
  /** Where deaths of services are told. */
  journal?: Journal
}

/** Looks at the open work between two jumps of Stripe's clock. */
const pagesEvery = 5

/** Pages that nobody pays any more end by Stripe's clock. */
const endOpenPages = (world: World): Promise<void> => world.control('/_sandbox/clock', { advanceSec: 1900 })

const operatorDiscards =
  (admin: Person) =>
  async (owner: string, id: number): Promise<void> => {
    await admin.insist('POST', `/v1/admin/dead-letters/${owner}-${id}/discard`, {
      action: `discard dead letter ${id} of ${owner}`,
      seconds: 20,
    })
  }

const secretsOf = (world: World, learned: LogSecrets): LogSecrets => [
  ...addressSecrets,
  ...learned,
  ...Object.entries(world.secrets)
    .filter(([name]) => name !== 'sealPublicJwk')
    .map(([name, value]) => ({ what: `the secret ${name}`, value })),
  // That of an engine which was given may be a word that occurs anywhere.
  ...(world.engines.mysql.own ? [{ what: 'the database password', value: new URL(world.engines.mysql.url).password }] : []),
]

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

const prepare = async ({ world, scenario, seed, say = () => undefined, journal = openJournal() }: RunOptions) => {
  const random = seededRandom(`${scenario.name}/${seed}`)
  const admin = await anOperator(world.url, journal)
  const learned: { what: string; value: string }[] = [{ what: 'an access token', value: admin.token }]
  const since = await databaseNow(world)
  const injector = openInjector({ world, journal, random: random.branch('injector'), since }, operatorDiscards(admin))
  const scope: Scope & { skus: string[] } = { since, skus: [], sent: injector.sent }
  const broken: Violation[] = []
  const run = `${seed}-${Date.now().toString(36)}`.toUpperCase()
  const ground: Ground = {
    world,
    random,
    admin,
    injector,
    scope,
    say,
    journal,
    url: world.url,
    mails: world.mails,
    bank: openBank(world, journal),
    learn: (what, value) => void learned.push({ what, value }),
    goods: async (...wanted) => {
      const made = await stockUp(
        admin,
        wanted.map((goods, index) => ({ sku: `C-${run.toUpperCase()}-${scope.skus.length + index + 1}`, ...goods })),
      )
      scope.skus.push(...made)
      return made
    },
    expect: (holds, what) => {
      if (!holds) broken.push({ invariant: 'scenario', subject: scenario.name, what })
    },
  }
  return { ground, journal, broken, secrets: () => secretsOf(world, learned) }
}

const tell = (violations: readonly Violation[], evidence: Evidence, journal: Journal): string[] =>
  violations.length === 0 ? [] : explain(violations, evidence, journal.entries)

/** Every event to every reader once more. A shop that is not at rest has no state to compare with. */
const deliverAgain = async ({ world, scope, say }: Ground, told: (what: string) => void): Promise<Redelivery | null> => {
  try {
    const redelivery = await redeliver(world, scope.since)
    say(`${redelivery.events} events were delivered once more`)
    return redelivery
  } catch (error) {
    told(`the events could not be delivered once more: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}

/** Plays, heals, waits and judges. Never throws for what the shop did wrong; only for what the harness could not do. */
export const playScenario = async (options: RunOptions): Promise<Verdict> => {
  const { world, scenario, seed } = options
  const started = performance.now()
  const { ground, journal, broken, secrets } = await prepare(options)
  const told = (what: string) => broken.push({ invariant: 'scenario', subject: scenario.name, what })
  await scenario
    .play(ground)
    .catch((error: unknown) =>
      told(`the story broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
    )
  await ground.injector.heal()
  await endOpenPages(world)
  const ended = performance.now()
  let looks = 0
  const tidy = async (): Promise<void> => {
    await ground.injector.tidy()
    // A page may have opened after the clock jumped.
    looks += 1
    if (looks % pagesEvery === 0) await endOpenPages(world)
  }
  const open = await rest(world, ground.scope, scenario.restSec ?? 90, tidy)
  const restSeconds = (performance.now() - ended) / 1000
  for (const what of open) told(`not at rest after ${Math.round(restSeconds)} s: ${what}`)
  const redelivery = open.length === 0 ? await deliverAgain(ground, told) : null
  const settle = () => collect({ world, journal, scope: ground.scope, secrets: secrets(), admin: ground.admin, redelivery })
  let evidence = await settle()
  let violations = violationsOf(evidence)
  // Copies may follow by a second or two: caches hear of changes after the rows are written.
  for (
    let tries = 0;
    tries < 8 &&
    violations.length > 0 &&
    violations.every((violation) => violation.invariant.startsWith('I8') || violation.invariant === 'mails');
    tries++
  ) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    evidence = await settle()
    violations = violationsOf(evidence)
  }
  const all = [...broken, ...violations]
  const reached = reachedIn(evidence)
  const missed = missedFloors(reached, scenario.floors ?? {})
  const outcome = outcomeOf(all.length, missed)
  const operations = journal.operations()
  return {
    scenario: scenario.name,
    seed,
    outcome,
    passed: outcome === 'passed',
    reached,
    missed,
    seconds: (performance.now() - started) / 1000,
    restSeconds,
    orders: countBy(evidence.orders, (order) => order.cancel_reason ?? order.status),
    operations: {
      answered: operations.filter((operation) => operation.status !== null).length,
      lost: operations.filter((operation) => operation.status === null).length,
    },
    refusals: refusalsOf(operations),
    faults: journal.entries.filter((entry) => entry.kind === 'fault' && !entry.what.endsWith(': over')).length,
    violations: all,
    account: tell(all, evidence, journal),
  }
}
