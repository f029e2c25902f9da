// Erasure sweep: within 24 hours it erases what raced with an erasure and what events, jobs and stored replies still hold.
import type { Database } from '@cartwright/db'
import {
  type AnyJob,
  completeSweep,
  enqueueUnlessPending,
  eraseDeadLetters,
  eraseEvents,
  job,
  listDueErasures,
  type Schedule,
  scheduled,
  sweepKind,
} from '@cartwright/messaging'
import { eraseStoredReplies } from '../http/idempotency.ts'
import type { Erase } from '../lifecycle/definition.ts'
import { eraseAudit } from './audit.ts'

/** Schedule that enqueues due sweeps; the erasure itself enqueues the first one. */
export const findDueErasures: Schedule<{ db: Database }> = scheduled({
  name: 'kit-erasures',
  everySec: 300,
  run: ({ deps: { db } }) => db.tx((tx) => enqueueUnlessPending(tx, sweepKind, 'due', {})),
})

/** Job that sweeps. @param erase erases what the service's own tables hold */
export const sweepErasures = <Deps extends { db: Database }>(erase: Erase<Deps> | undefined): AnyJob<Deps> =>
  job<object, null, Deps>({
    kind: sweepKind,
    // An effect and not `apply`, since it takes many short transactions; a repetition changes nothing.
    effect: async ({ deps }) => {
      const { db } = deps
      for (let due = await listDueErasures(db); due.length > 0; due = await listDueErasures(db)) {
        const subjectIds = due
        if (erase) await db.tx((tx) => erase({ tx, subjectIds, deps }))
        await eraseEvents(db, subjectIds)
        await eraseStoredReplies(db, subjectIds)
        await eraseAudit(db, subjectIds)
        await completeSweep(db, subjectIds)
      }
      await eraseDeadLetters(db)
      return null
    },
    apply: async () => undefined,
  })
