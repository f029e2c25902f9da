// Poison message detector: after a crash it records each message before handling, and counts the crashes that a message was part of.
import { type Database, list, type Tx } from '@cartwright/db'
import type { Log } from '@cartwright/telemetry'
import type { WireRecord } from '../transport/cloud-event.ts'
import { identityOf } from '../transport/record-headers.ts'

/** Crashes after which a message is dead-lettered: at the fourth start. */
export const maxCrashes = 3

/** How long after a crash every message is recorded before it is handled. */
const watchMs = 30_000

export interface PoisonDetector {
  /** How many crashes happened while this record was being handled. */
  suspectCount(record: WireRecord): number
  /** Whether the record is no suspect and need not be recorded, so that it may share a transaction. */
  isCleared(record: WireRecord): boolean
  /** Records that the message is about to be handled, while the detector watches. */
  recordStart(record: WireRecord): Promise<void>
  /** Removes the suspicion in the handler's transaction: the process survived the message. */
  clear(tx: Tx, record: WireRecord): Promise<void>
  /** Notes that the process ends without a crash. */
  leave(): Promise<void>
}

interface DetectorOptions {
  db: Database
  group: string
  owner: string
  log: Log
}

interface DetectorState extends DetectorOptions {
  /** Crashes per event id, as the last processes recorded them. */
  crashes: Map<string, number>
  /** Event ids that this process has recorded. */
  recorded: Set<string>
  /** The first count of a message that is recorded now. */
  firstCount: number
  watchUntilMs: number
  /** Whether this process records messages before it handles them. */
  isWatching: boolean
}

/** Costs nothing while processes end without a crash: only after one are there writes beside the handler's own. */
export const createPoisonDetector = async (options: DetectorOptions): Promise<PoisonDetector> => {
  const state = await openState(options)
  const { crashes, recorded } = state
  return {
    suspectCount: (record) => crashes.get(identityOf(record).eventId) ?? 0,
    isCleared: (record) => {
      const { eventId } = identityOf(record)
      return !state.isWatching && !crashes.has(eventId) && !recorded.has(eventId)
    },
    recordStart: (record) => recordStart(state, identityOf(record).eventId),
    clear: (tx, record) => clear(state, tx, identityOf(record).eventId),
    leave: () => leave(state),
  }
}

const openState = async (options: DetectorOptions): Promise<DetectorState> => {
  const { db, group, log } = options
  const { hasCrashed, wasWatching } = await registerRun(options)
  const rows = hasCrashed
    ? await db.rows<{ event_id: string; deaths: number }>`
        SELECT event_id, deaths
        FROM delivery_attempt
        WHERE consumer = ${group}`
    : []
  if (hasCrashed)
    log.warn(
      { group, suspects: rows.length },
      'poison detector: a process of this group crashed; look for its cause, a message that caused it is dead-lettered',
    )
  return {
    ...options,
    crashes: new Map(rows.map((row) => [row.event_id, row.deaths])),
    recorded: new Set(),
    // At the first crash no message was recorded; each one that is in flight now may have been part of it.
    firstCount: hasCrashed && !wasWatching ? 2 : 1,
    watchUntilMs: hasCrashed ? performance.now() + watchMs : 0,
    isWatching: hasCrashed,
  }
}

/** Registers this process. @returns whether another process left its registration behind, and whether that one was watching */
const registerRun = async ({ db, group, owner }: DetectorOptions): Promise<{ hasCrashed: boolean; wasWatching: boolean }> => {
  const last = await db.one<{ watched: number }>`
    SELECT watched
    FROM consumer_run
    WHERE consumer = ${group} AND owner <> ${owner}
    ORDER BY started_at DESC
    LIMIT 1`
  await db.run`
    INSERT IGNORE INTO consumer_run (consumer, owner, watched, started_at)
    VALUES (${group}, ${owner}, ${last !== null}, UTC_TIMESTAMP(6))`
  return { hasCrashed: last !== null, wasWatching: last !== null && last.watched !== 0 }
}

const recordStart = async (state: DetectorState, eventId: string): Promise<void> => {
  const { db, group, recorded, firstCount } = state
  if (performance.now() > state.watchUntilMs) return stopWatching(state)
  if (recorded.has(eventId)) return
  await db.run`
    INSERT INTO delivery_attempt (consumer, event_id, deaths, last_at)
    VALUES (${group}, ${eventId}, ${firstCount}, UTC_TIMESTAMP(6))
    ON DUPLICATE KEY UPDATE deaths = deaths + 1, last_at = UTC_TIMESTAMP(6)`
  recorded.add(eventId)
}

/** Removes the registrations of processes that crashed: what they were handling has been recorded since. */
const stopWatching = async (state: DetectorState): Promise<void> => {
  if (!state.isWatching) return
  state.isWatching = false
  await state.db.run`
    DELETE FROM consumer_run
    WHERE consumer = ${state.group} AND owner <> ${state.owner} AND started_at < UTC_TIMESTAMP(6) - INTERVAL 30 SECOND`
}

const clear = async ({ group, recorded, crashes }: DetectorState, tx: Tx, eventId: string): Promise<void> => {
  if (!recorded.has(eventId) && !crashes.has(eventId)) return
  await tx.run`DELETE FROM delivery_attempt WHERE consumer = ${group} AND event_id = ${eventId}`
  tx.afterCommit(() => {
    recorded.delete(eventId)
    crashes.delete(eventId)
  })
}

const leave = async ({ db, group, owner, recorded, log }: DetectorState): Promise<void> => {
  try {
    // What is still in flight was interrupted on purpose and is no suspect.
    if (recorded.size > 0)
      await db.run`
        UPDATE delivery_attempt
        SET deaths = deaths - 1
        WHERE consumer = ${group} AND deaths > 0 AND event_id IN (${list([...recorded])})`
    await db.run`DELETE FROM consumer_run WHERE consumer = ${group} AND owner = ${owner}`
  } catch (error) {
    log.warn(
      { err: error, group },
      'poison detector: the end of this process was not noted, so the next start counts as one after a crash',
    )
  }
}
