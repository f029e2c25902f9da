// Finds the message that kills the process: after an unclean end, what is being handled is written down first, and three deaths are enough.
import { type Database, list, type Tx } from '@cartwright/db'
import { identityOf } from './dead-letter.ts'
import type { Log } from './relay.ts'
import type { WireRecord } from './wire.ts'

/** So many deaths, and a message is set aside: it dies on the fourth start. */
export const maxKills = 3

/** How long after an unclean end every message is written down before it is handled. */
const watchMs = 30_000

export interface CrashGuard {
  /** How often this record was under way when a process died. */
  suspicion(record: WireRecord): number
  /** Nothing is watched and nobody suspects this record: it need not be written down, so it may share a transaction. */
  calm(record: WireRecord): boolean
  /** Writes down that the record is about to be handled. */
  mark(record: WireRecord): Promise<void>
  /** It survived: forgets it, in the handler's transaction. */
  clear(tx: Tx, record: WireRecord): Promise<void>
  /** The process ends well. */
  leave(): Promise<void>
}

/**
 * Notes that a process runs this group.
 * @returns whether another one did not end well, and whether that one wrote down what it was handling
 */
const enter = async (db: Database, consumer: string, owner: string): Promise<{ unclean: boolean; unwatched: boolean }> => {
  const last = await db.one<{
    watched: number
  }>`SELECT watched FROM consumer_run WHERE consumer = ${consumer} AND owner <> ${owner} ORDER BY started_at DESC LIMIT 1`
  await db.run`INSERT IGNORE INTO consumer_run (consumer, owner, watched, started_at) VALUES (${consumer}, ${owner}, ${last !== null}, UTC_TIMESTAMP(6))`
  return { unclean: last !== null, unwatched: last?.watched === 0 }
}

/** Costs nothing while processes end well: only after an unclean end are there writes beside the handler's own. */
export const crashGuard = async ({
  db,
  group,
  owner,
  log,
}: {
  db: Database
  group: string
  owner: string
  log: Log
}): Promise<CrashGuard> => {
  const { unclean, unwatched } = await enter(db, group, owner)
  // Nobody suspected anything at the first death, so it was not written down; whoever is under way now may have been the one.
  const firstCount = unwatched ? 2 : 1
  const watchUntil = unclean ? performance.now() + watchMs : 0
  const rows = unclean
    ? await db.rows<{ event_id: string; deaths: number }>`SELECT event_id, deaths FROM delivery_attempt WHERE consumer = ${group}`
    : []
  const deaths = new Map(rows.map((row) => [row.event_id, row.deaths]))
  const marked = new Set<string>()
  if (unclean)
    log.warn({ group, suspects: deaths.size }, 'another process of this group did not end well; messages are watched for a while')
  let forgotten = !unclean
  /** Those who ended badly have been looked into once the watch is over. */
  const forget = async (): Promise<void> => {
    forgotten = true
    await db.run`DELETE FROM consumer_run WHERE consumer = ${group} AND owner <> ${owner} AND started_at < UTC_TIMESTAMP(6) - INTERVAL 30 SECOND`
  }

  return {
    suspicion: (record) => deaths.get(identityOf(record).eventId) ?? 0,
    calm: (record) => {
      if (!forgotten) return false
      const { eventId } = identityOf(record)
      return !deaths.has(eventId) && !marked.has(eventId)
    },
    mark: async (record) => {
      const { eventId } = identityOf(record)
      if (performance.now() > watchUntil) {
        if (!forgotten) await forget()
        return
      }
      if (marked.has(eventId)) return
      await db.run`INSERT INTO delivery_attempt (consumer, event_id, deaths, last_at) VALUES (${group}, ${eventId}, ${firstCount}, UTC_TIMESTAMP(6))
        ON DUPLICATE KEY UPDATE deaths = deaths + 1, last_at = UTC_TIMESTAMP(6)`
      marked.add(eventId)
    },
    clear: async (tx, record) => {
      const { eventId } = identityOf(record)
      if (!marked.has(eventId) && !deaths.has(eventId)) return
      await tx.run`DELETE FROM delivery_attempt WHERE consumer = ${group} AND event_id = ${eventId}`
      tx.afterCommit(() => {
        marked.delete(eventId)
        deaths.delete(eventId)
      })
    },
    leave: async () => {
      try {
        // What is still under way was interrupted on purpose: no death.
        if (marked.size > 0) {
          await db.run`UPDATE delivery_attempt SET deaths = deaths - 1 WHERE consumer = ${group} AND deaths > 0 AND event_id IN (${list([...marked])})`
        }
        await db.run`DELETE FROM consumer_run WHERE consumer = ${group} AND owner = ${owner}`
      } catch (error) {
        log.warn({ err: error, group }, 'the end of this consumer could not be noted; the next start watches its messages')
      }
    },
  }
}
