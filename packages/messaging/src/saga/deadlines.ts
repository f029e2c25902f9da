// Saga deadlines: a poller that fires the deadlines that have passed; any replica may fire one, and it fires once.
import { startPoller } from '@cartwright/concurrency'
import type { Database } from '@cartwright/db'
import type { Log } from '@cartwright/telemetry'
import type { Worker } from '../worker.ts'

const pollMs = 1000
const maxPerPoll = 50
/** How long an instance whose deadline failed is left alone, so that it holds up no other. */
const pauseMs = 5000

/** @param fire handles the deadline of one instance, if it still stands */
export const startDeadlines = (db: Database, log: Log, saga: string, fire: (id: string) => Promise<void>): Worker => {
  /** Instances whose deadline failed, and until when each pauses. */
  const paused = new Map<string, number>()
  const fireDue = async (signal: AbortSignal): Promise<boolean> => {
    for (const [id, untilMs] of paused) if (untilMs < performance.now()) paused.delete(id)
    const rows = await db.rows<{ id: string }>`
      SELECT id
      FROM saga_instance
      WHERE deadline_at <= ${db.dbNow} AND saga = ${saga}
      ORDER BY deadline_at
      LIMIT ${maxPerPoll + paused.size}`
    const due = rows.filter(({ id }) => !paused.has(id))
    for (const { id } of due) {
      if (signal.aborted) break
      try {
        await fire(id)
      } catch (error) {
        paused.set(id, performance.now() + pauseMs)
        log.warn({ err: error, saga, id }, 'saga: a deadline could not be handled and fires again; look at its error')
      }
    }
    return due.length > 0
  }
  return startPoller({
    everyMs: pollMs,
    run: ({ signal }) => fireDue(signal),
    onError: (error) =>
      log.warn({ err: error, saga }, 'saga: deadlines could not be read and are looked for again; look at the database'),
  })
}
