// Sweeps after erasures: what raced with one, and what the backbone still holds of an erased person, goes within 24 hours.
import type { Database } from '@cartwright/db'
import {
  type AnyJob,
  completeSweep,
  ensureDue,
  eraseDeadLetters,
  eraseEvents,
  job,
  listDueErasures,
  type Periodic,
  periodic,
  sweepKind,
} from '@cartwright/messaging'
import { eraseAudit } from './audit.ts'
import { eraseAnswers } from './idempotency.ts'
import type { Erase } from './service.ts'

/** Asks for the sweeps that are due; the first one is asked for by the erasure itself. */
export const findDueErasures: Periodic<{ db: Database }> = periodic({
  name: 'kit-erasures',
  everySec: 300,
  run: ({ db }) => db.tx((tx) => ensureDue(tx, sweepKind, 'due', {})),
})

/** @param erase erases what the service's own tables hold */
export const sweepErasures = <Deps extends { db: Database }>(erase: Erase<Deps> | undefined): AnyJob<Deps> =>
  job<object, null, Deps>({
    kind: sweepKind,
    // Repeating it changes nothing, and it takes many short transactions.
    effect: async (_, deps) => {
      const { db } = deps
      for (let due = await listDueErasures(db); due.length > 0; due = await listDueErasures(db)) {
        const subjectIds = due
        if (erase) await db.tx((tx) => erase(tx, subjectIds, deps))
        await eraseEvents(db, subjectIds)
        await eraseAnswers(db, subjectIds)
        await eraseAudit(db, subjectIds)
        await completeSweep(db, subjectIds)
      }
      await eraseDeadLetters(db)
      return null
    },
    apply: async () => undefined,
  })
