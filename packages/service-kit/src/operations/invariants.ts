// Invariant checks of a running service: one replica at a time checks; each violation is logged and counted once for as long as it lasts.

import type { Database } from '@cartwright/db'
import {
  createScans,
  type Invariant,
  maxViolations,
  messagingInvariants,
  type Schedule,
  scheduled,
  type Violation,
} from '@cartwright/messaging'
import type { Logger } from '@cartwright/telemetry'
import type { SharedConfig } from '../config.ts'
import type { Clock } from '../lifecycle/clock.ts'
import { invariantMetrics, type Metrics } from './kit-metrics.ts'

interface Watching {
  db: Database
  clock: Clock
  log: Logger
  metrics: Metrics
  shared: Pick<SharedConfig, 'invariantsEverySec'>
}

/** Violations per invariant that are known as counted, at most. The oldest are dropped first and might count again. */
const maxKnown = 10_000

/** The invariants of a service and of messaging; none for a service without a schema. */
export const invariantsOf = <Deps extends { db: Database }>(definition: {
  migrations?: string
  invariants?: readonly Invariant<Deps>[]
}): readonly Invariant<Deps>[] =>
  definition.migrations === undefined ? [] : [...(definition.invariants ?? []), ...messagingInvariants]

/** Violations that were counted and have lasted since, oldest first. */
const createKnownViolations = () => {
  const known = new Set<string>()
  return {
    /** @returns the new ones; a violation that is not found any more is forgotten, so it is new when it returns */
    add: (violations: readonly Violation[]): Violation[] => {
      const fresh = violations.filter(({ id }) => !known.has(id))
      // A full list may hide violations that still last.
      if (violations.length < maxViolations) known.clear()
      for (const { id } of violations) known.add(id)
      for (const id of known) {
        if (known.size <= maxKnown) break
        known.delete(id)
      }
      return fresh
    },
  }
}

const metricsOf = (metrics: Metrics, isOld: () => boolean) => {
  const { now, total } = metrics.open(invariantMetrics)
  // Another replica checks by now, so the last result of this replica is outdated.
  const collect = () => {
    if (isOld()) now.reset()
  }
  return { now: Object.assign(now, { collect }), total }
}

/**
 * Creates the schedule that checks; none without invariants or with `INVARIANTS_EVERY_SEC=0`. The first check waits for one interval, so
 * that work that is overdue from a downtime does not count as a violation.
 */
export const watchInvariants = <Deps extends Watching>(
  invariants: readonly Invariant<Deps>[],
  { clock, metrics, shared }: Deps,
): Schedule<Deps>[] => {
  const everySec = shared.invariantsEverySec
  if (invariants.length === 0 || everySec <= 0) return []
  const startedMs = clock.now().getTime()
  let checkedMs = Number.NEGATIVE_INFINITY
  const { now, total } = metricsOf(metrics, () => clock.now().getTime() - checkedMs > everySec * 3000)
  const watched = invariants.map((declared) => ({
    declared,
    scan: createScans(declared),
    known: createKnownViolations(),
    failing: false,
  }))
  for (const { name } of invariants) total.inc({ invariant: name }, 0)

  const check = async (one: (typeof watched)[number], deps: Deps): Promise<void> => {
    const { name, sentence } = one.declared
    const violations = await one.scan(deps)
    now.set({ invariant: name }, violations.length)
    for (const { id, description } of one.known.add(violations)) {
      total.inc({ invariant: name })
      deps.log.error({ invariant: name, violation: id, description }, `invariants: not true any more: ${sentence}`)
    }
  }
  const run = async ({ deps }: { deps: Deps }): Promise<void> => {
    if (clock.now().getTime() - startedMs < everySec * 1000) return
    for (const one of watched) {
      try {
        await check(one, deps)
        one.failing = false
      } catch (error) {
        // A failed check is no violation, and the other invariants must still be checked.
        now.remove({ invariant: one.declared.name })
        if (!one.failing)
          deps.log.warn(
            { err: error, invariant: one.declared.name },
            'invariants: a check failed, its state is unknown; check the database',
          )
        one.failing = true
      }
    }
    checkedMs = clock.now().getTime()
  }
  return [scheduled({ name: 'invariants', everySec, run })]
}
