// Watches a service's invariants while it runs: one replica at a time looks, each contradiction is logged and counted once for as long as it lasts.
import type { Database } from '@cartwright/db'
import {
  backboneInvariants,
  type Invariant,
  keptViolations,
  type Periodic,
  periodic,
  roundsOf,
  type Violation,
} from '@cartwright/messaging'
import { Counter, Gauge } from 'prom-client'
import type { Clock } from './clock.ts'
import type { SharedConfig } from './config.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

interface Watching {
  db: Database
  clock: Clock
  log: Logger
  metrics: Metrics
  shared: Pick<SharedConfig, 'invariantsEverySec'>
}

/** Contradictions that are remembered as counted, per invariant. Beyond this the oldest are forgotten and might count again. */
const remembered = 10_000

/** A service's own invariants and those of the backbone; none for a service without a schema. */
export const invariantsOf = <Deps extends { db: Database }>(definition: {
  migrations?: string
  invariants?: readonly Invariant<Deps>[]
}): readonly Invariant<Deps>[] =>
  definition.migrations === undefined ? [] : [...(definition.invariants ?? []), ...backboneInvariants]

/** What was counted and has lasted since, oldest first. */
const memory = () => {
  const known = new Set<string>()
  return {
    /** @returns those that are new; what is found no more is mended, and is new when it comes back */
    learn: (violations: readonly Violation[]): Violation[] => {
      const fresh = violations.filter(({ id }) => !known.has(id))
      // A full list may hide some that last.
      if (violations.length < keptViolations) known.clear()
      for (const { id } of violations) known.add(id)
      for (const id of known) {
        if (known.size <= remembered) break
        known.delete(id)
      }
      return fresh
    },
  }
}

const metricsOf = (metrics: Metrics, isOld: () => boolean) => {
  const registers = [metrics.registry]
  const labelNames = ['invariant']
  const now = new Gauge({
    name: 'invariant_violations',
    help: `Contradictions to an invariant found by the last check, ${keptViolations} at most; absent in replicas that do not check`,
    labelNames,
    registers,
    collect() {
      // Another replica checks by now: what this one found last is no news.
      if (isOld()) this.reset()
    },
  })
  const total = new Counter({
    name: 'invariant_violations_total',
    help: 'Contradictions to an invariant since the start, each counted once for as long as it lasts',
    labelNames,
    registers,
  })
  return { now, total }
}

/**
 * The periodic task that checks; none where there is nothing to check or checks are switched off. A process looks first when it
 * has run for one interval, so that what waited for it while nothing ran is not taken for a contradiction.
 */
export const watchInvariants = <Deps extends Watching>(
  invariants: readonly Invariant<Deps>[],
  { clock, metrics, shared }: Deps,
): Periodic<Deps>[] => {
  const everySec = shared.invariantsEverySec
  if (invariants.length === 0 || everySec <= 0) return []
  const startedMs = clock.now().getTime()
  let checkedMs = Number.NEGATIVE_INFINITY
  const { now, total } = metricsOf(metrics, () => clock.now().getTime() - checkedMs > everySec * 3000)
  const watched = invariants.map((declared) => ({ declared, rounds: roundsOf(declared), memory: memory(), failing: false }))
  for (const { name } of invariants) total.inc({ invariant: name }, 0)

  const check = async (one: (typeof watched)[number], deps: Deps): Promise<void> => {
    const { name, sentence } = one.declared
    const violations = await one.rounds(deps)
    now.set({ invariant: name }, violations.length)
    for (const { id, account } of one.memory.learn(violations)) {
      total.inc({ invariant: name })
      deps.log.error({ invariant: name, violation: id, account }, `not true any more: ${sentence}`)
    }
  }
  const run = async (deps: Deps): Promise<void> => {
    if (clock.now().getTime() - startedMs < everySec * 1000) return
    for (const one of watched) {
      try {
        await check(one, deps)
        one.failing = false
      } catch (error) {
        // Not knowing is not a contradiction, and must not keep the others from being checked.
        now.remove({ invariant: one.declared.name })
        if (!one.failing) deps.log.warn({ err: error, invariant: one.declared.name }, 'an invariant could not be checked')
        one.failing = true
      }
    }
    checkedMs = clock.now().getTime()
  }
  return [periodic({ name: 'invariants', everySec, run })]
}
